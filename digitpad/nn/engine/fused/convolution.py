"""A 3x3 convolution with what follows it, bias, ReLU and 2x2 pooling, a few images at a time.

The images are so few that what is made of them is still in the processor's cache when the next step wants it. Bias
and ReLU come after the pooling, on a quarter of the numbers: neither changes which of four is the largest.

Of four that are equal, the first wins, as in `MaxPool2D`; of four that are equal but for rounding, Winograd's rounding
may let another win.
"""

import itertools
import math

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused import tiles
from digitpad.nn.engine.fused.products import WindowProduct, WinogradProduct
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes that are worked on at once. With 1 MB of second-level cache a core, 2 MB were best: with less, calling NumPy
#: costs more than the third-level cache, the more so with two threads, which wait for each other's calls (a step of
#: `standard`: 9.0 ms with 1.2 MB, 8.3 with 1.8, 9.2 with 4.8).
_PIECE_BYTES = 2_000_000

#: Up to so many input channels the direct product of a tile is faster than Winograd's.
_FEW_CHANNELS = 3


class FusedConv2D(Layer):
    """What `conv`, ReLU (if `relu`) and MaxPool2D(2) (if `pool`) do one after the other.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts; its parameters are used, and get the gradients.
    relu, pool
        What follows it.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, conv: Conv2D, *, relu: bool, pool: bool, scratch: Workspace) -> None:
        self.conv, self._relu, self._pool = conv, relu, pool
        self._own, self._scratch = scratch.sibling(), scratch
        kind = WindowProduct if conv.in_channels <= _FEW_CHANNELS else WinogradProduct
        self._product = kind(conv.in_channels, conv.out_channels, scratch)
        self._pieces_of: tuple[Shape, list[_Piece]] = (), []
        self._cache: Array | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Tell whether `conv` is a plain 3x3 convolution whose output is as large as its input."""
        settings = (conv.kernel_size, conv.stride, conv.dilation, conv.groups, conv.padding)
        return settings == ((3, 3), (1, 1), (1, 1), 1, ((1, 1), (1, 1)))

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        checks.unseen_batch("Conv2D", x, (self.conv.in_channels, None, None), like=self.conv.weight.value)
        out, pieces = self._output(x.shape)
        image = x.transpose(2, 3, 0, 1)
        self._product.start(self.conv.weight.value)
        for piece in pieces:
            planes = self._product.forward(image[:, :, piece.images])
            if self._pool:
                self._largest(planes, piece, training=training)
            else:
                tiles.join(planes, piece.out)
        self._activate(out)
        self._cache = x if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        n, channels, height, width = require_cache(self, self._cache).shape
        grad_image = self._own.empty("grad_image", (height, width, n, channels))
        self._backward(grad_output, grad_image)
        return grad_image.transpose(2, 3, 0, 1)

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._backward(grad_output, None)

    def _backward(self, grad_output: Array, grad_image: Array | None) -> None:
        x = require_cache(self, self._cache)
        out, pieces = self._output(x.shape)
        image, grad_out = x.transpose(2, 3, 0, 1), grad_output.transpose(2, 3, 0, 1)
        if grad_out.shape != out.shape:
            checks.upstream("Conv2D", grad_output, out.transpose(2, 3, 0, 1).shape)
        grad_out = self._activate_back(grad_out, out)
        self._product.start_back()
        for piece in pieces:
            some, grad = image[:, :, piece.images], grad_out[:, :, piece.images]
            planes = self._product.grad_planes(some)
            if self._pool:
                self._largest_back(grad, planes, piece)
            else:
                tiles.cut(grad, planes)
            self._product.backward(some, None if grad_image is None else grad_image[:, :, piece.images])
        self.conv.weight.add_grad(self._product.grad_weight())

    def _activate(self, out: Array) -> None:
        """Add the bias to an output (H, W, N, C), and apply ReLU.

        To rows of N * C numbers instead of C; that takes a third of the time. Likewise the zeros: NumPy's maximum
        with a single number runs at a fifth of the speed.
        """
        rows = out.reshape(-1, math.prod(out.shape[2:]))
        if self.conv.bias is not None:
            np.add(rows, np.tile(self.conv.bias.value, out.shape[2]), out=rows)
        if self._relu:
            np.maximum(rows, np.zeros(rows.shape[1], rows.dtype), out=rows)

    def _activate_back(self, grad_out: Array, out: Array) -> Array:
        """Return the gradient before ReLU, (H, W, N, C), and add that of the bias."""
        grad = grad_out
        if self._relu:
            positive = np.greater(out, 0, out=self._scratch.empty("positive", out.shape, np.bool_))
            grad = np.multiply(grad_out, positive, out=self._own.empty("grad", out.shape))
        if self.conv.bias is not None:
            places = grad.reshape(-1, out.shape[3])
            # The sum over all places, as a product with ones: three times as fast as a sum over the first axis.
            self.conv.bias.add_grad(np.ones(len(places), out.dtype) @ places)
        return grad

    def _largest(self, planes: Array, piece: "_Piece", *, training: bool) -> None:
        """Write the largest of the four outputs of each tile, and remember which it was."""
        four = planes[:, :, : len(piece.out), : piece.out.shape[1]]
        of_row = self._scratch.empty("of_row", (2, *piece.out.shape))
        np.maximum(four[:, 0], four[:, 1], out=of_row)
        if training:
            # "Or equal": of equals the first in reading order wins, alone.
            np.greater_equal(four[:, 0], four[:, 1], out=piece.left_wins)
            np.greater_equal(of_row[0], of_row[1], out=piece.upper_wins)
        np.maximum(of_row[0], of_row[1], out=piece.out)

    def _largest_back(self, grad: Array, planes: Array, piece: "_Piece") -> None:
        """Write the gradient into the plane of the winner, and zero (a number minus itself) into the others."""
        of_row = self._scratch.empty("of_row", (2, *grad.shape))
        np.multiply(grad, piece.upper_wins, out=of_row[0])
        np.subtract(grad, of_row[0], out=of_row[1])
        four = planes[:, :, : len(grad), : grad.shape[1]]
        if four.shape != planes.shape:
            planes[...] = 0  # the last row or column of an odd image, which pooling left out
        np.multiply(of_row, piece.left_wins, out=four[:, 0])
        np.subtract(of_row, four[:, 0], out=four[:, 1])

    def _output(self, input_shape: Shape) -> tuple[Array, list["_Piece"]]:
        """Return the memory of the output, (H, W, N, C), and the pieces of the batch."""
        n, _, height, width = input_shape
        size = (height // 2, width // 2) if self._pool else (height, width)
        out = self._own.empty("out", (*size, n, self.conv.out_channels))
        if self._pieces_of[0] != input_shape:
            count = math.ceil(height / 2) * math.ceil(width / 2) * self._product.numbers_per_tile()
            pieces = max(1, min(n, round(n * count * out.itemsize / _PIECE_BYTES)))
            cells = math.prod(size) * self.conv.out_channels
            winners = self._own.empty("winners", (3 * n * cells if self._pool else 0,), np.bool_)
            edges = [n * piece // pieces for piece in range(pieces + 1)]
            self._pieces_of = (
                input_shape,
                [
                    _Piece(slice(start, stop), out[:, :, start:stop], winners[3 * cells * start : 3 * cells * stop])
                    for start, stop in itertools.pairwise(edges)
                ],
            )
        return out, self._pieces_of[1]


class _Piece:
    """A few images of a batch: where their output goes, and the winners of their pooling windows.

    Parameters
    ----------
    images
        Which ones.
    out
        Their part of the output, (H, W, n, C).
    winners
        Memory for three bits per pooled number, or nothing without pooling. Each piece has its own, in one run.
    """

    def __init__(self, images: slice, out: Array, winners: Array) -> None:
        self.images, self.out = images, out
        if winners.size:
            left_upper = winners.reshape(3, *out.shape)
            self.left_wins, self.upper_wins = left_upper[:2], left_upper[2]
