"""A 3x3 convolution with the bias, ReLU and 2x2 pooling that follow it, a few images at a time.

The images are few enough that the result of each step is still in the processor's cache when the next step reads it.
Bias and ReLU are applied after the pooling, to a quarter of the values: neither changes which of four values is the
largest.

Of four values that are equal except for rounding, Winograd's rounding may make another one the largest.
"""

import itertools
import math

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused import tiles
from digitpad.nn.engine.fused.pooling import Winners
from digitpad.nn.engine.fused.products import WindowProduct, WinogradProduct
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes of working memory for each piece of the batch. On a processor with 1 MB of second-level cache per core, 2 MB
#: was the fastest: with less, the calls of NumPy take longer than the third-level cache, in particular with two
#: threads, which wait for each other's calls (one step of `standard`: 9.0 ms with 1.2 MB, 8.3 with 1.8, 9.2 with 4.8).
_PIECE_BYTES = 2_000_000

#: With this many input channels or fewer, the direct product of a tile is faster than Winograd's.
_FEW_CHANNELS = 3

#: With this many kernels or fewer, each connecting two maps, Winograd's transforms take longer than the multiplications
#: that they save: without and with pooling, which reads planes faster.
_LEAST_KERNELS = 96 * 96
_LEAST_KERNELS_POOLED = 32 * 32
#: A first layer with one channel and this many maps spends most of its time on pooling.
_LEAST_OUTPUTS = 32


class FusedConv2D(Layer):
    """`conv`, followed by ReLU if `relu` and by MaxPool2D(2) if `pool`, on the parameters of `conv`.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts.
    relu, pool
        Which layers follow it.
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
        """Return whether `conv` has a plain 3x3 kernel and an output as large as its input."""
        settings = (conv.kernel_size, conv.stride, conv.dilation, conv.groups, conv.padding)
        return settings == ((3, 3), (1, 1), (1, 1), 1, ((1, 1), (1, 1)))

    @staticmethod
    def pays(conv: Conv2D, *, pool: bool) -> bool:
        """Return whether this class is faster than `DirectConv2D` for a batch of many images, too."""
        wide_first_layer = pool and conv.in_channels == 1 and conv.out_channels >= _LEAST_OUTPUTS
        least = _LEAST_KERNELS_POOLED if pool else _LEAST_KERNELS
        return wide_first_layer or conv.in_channels * conv.out_channels > least

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        self.conv.check.unseen_batch(x, (self.conv.in_channels, None, None), like=self.conv.weight.value)
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
        """Do both in one pass over the batch, a few images at a time."""
        grad_image = self._image_memory()
        self._go_back(grad_output, grad_image, learn=True)
        return grad_image.transpose(2, 3, 0, 1)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        grad_image = self._image_memory()
        self._go_back(grad_output, grad_image, learn=False)
        return grad_image.transpose(2, 3, 0, 1)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._go_back(grad_output, None, learn=True)

    def _image_memory(self) -> Array:
        n, channels, height, width = require_cache(self, self._cache).shape
        return self._own.empty("grad_image", (height, width, n, channels))

    def _go_back(self, grad_output: Array, grad_image: Array | None, *, learn: bool) -> None:
        """Write the gradient of the image, (H, W, N, C), and add those of the parameters, as asked for."""
        x = require_cache(self, self._cache)
        out, pieces = self._output(x.shape)
        image, grad_out = x.transpose(2, 3, 0, 1), grad_output.transpose(2, 3, 0, 1)
        if grad_out.shape != out.shape:
            self.conv.check.upstream(grad_output, out.transpose(2, 3, 0, 1).shape)
        grad_out = self._before_relu(grad_out, out)
        if learn:
            self._add_bias_gradient(grad_out)
        self._product.start_back()
        for piece in pieces:
            some, grad = image[:, :, piece.images], grad_out[:, :, piece.images]
            planes = self._product.grad_planes(some)
            if self._pool:
                self._largest_back(grad, planes, piece)
            else:
                tiles.cut(grad, planes)
            self._product.take_gradients(some)
            if learn:
                self._product.add_weight_gradient(some)
            if grad_image is not None:
                self._product.write_input_gradient(grad_image[:, :, piece.images])
        if learn:
            self.conv.weight.add_grad(self._product.grad_weight())

    def _activate(self, out: Array) -> None:
        """Add the bias to an output (H, W, N, C), and apply ReLU.

        The bias is repeated to rows of N * C numbers, which takes a third of the time of adding C numbers; likewise the
        zeros, since NumPy's maximum with a scalar runs at a fifth of the speed.
        """
        rows = out.reshape(-1, math.prod(out.shape[2:]))
        if self.conv.bias is not None:
            np.add(rows, np.tile(self.conv.bias.value, out.shape[2]), out=rows)
        if self._relu:
            np.maximum(rows, np.zeros(rows.shape[1], rows.dtype), out=rows)

    def _before_relu(self, grad_out: Array, out: Array) -> Array:
        """Return the gradient with respect to what ReLU receives, (H, W, N, C)."""
        if not self._relu:
            return grad_out
        positive = np.greater(out, 0, out=self._scratch.empty("positive", out.shape, np.bool_))
        return np.multiply(grad_out, positive, out=self._own.empty("grad", out.shape))

    def _add_bias_gradient(self, grad: Array) -> None:
        if self.conv.bias is not None:
            places = grad.reshape(-1, grad.shape[3])
            # A product with ones takes a third of the time of a sum over the first axis.
            self.conv.bias.add_grad(np.ones(len(places), grad.dtype) @ places)

    def _largest(self, planes: Array, piece: "_Piece", *, training: bool) -> None:
        """Write the largest of the four outputs of each tile."""
        four = planes[:, :, : len(piece.out), : piece.out.shape[1]]
        piece.winners.choose(four, piece.out, self._scratch, training=training)

    def _largest_back(self, grad: Array, planes: Array, piece: "_Piece") -> None:
        """Write the gradient into the plane of the largest value, and zero into the others."""
        four = planes[:, :, : len(grad), : grad.shape[1]]
        if four.shape != planes.shape:
            planes[...] = 0  # for the last row or column of an odd image, which pooling leaves out
        piece.winners.go_back(grad, four, self._scratch)

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
    """A few images of a batch: their output, and which cell of each pooling window is the largest.

    Parameters
    ----------
    images
        Their slice of the batch.
    out
        Their part of the output, (H, W, n, C).
    winners
        Memory for three booleans per pooled value, contiguous for each piece; empty without pooling.
    """

    def __init__(self, images: slice, out: Array, winners: Array) -> None:
        self.images, self.out = images, out
        if winners.size:
            self.winners = Winners(winners.reshape(3, *out.shape))
