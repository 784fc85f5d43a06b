"""A 3x3 convolution with what follows it, bias, ReLU and 2x2 pooling, in one pass over a few images at a time.

The images of a pass are so few that everything about them stays in the processor's cache from the first step to
the last. Bias and ReLU come after the pooling, on a quarter of the numbers: neither changes which of four is the
largest, nor does the order matter to the result.
"""

from collections.abc import Iterator

import numpy as np

from digitpad.nn import checks
from digitpad.nn.backend import Array, Shape
from digitpad.nn.fused import tiles
from digitpad.nn.fused.products import TileProduct, WindowProduct, WinogradProduct
from digitpad.nn.fused.workspace import Workspace
from digitpad.nn.layer import Layer, recall
from digitpad.nn.layers import Conv2D

#: Bytes that are worked on at once. On a core with 1 MB of second-level cache 2.4 MB were best: less is no faster
#: once it comes from the third level anyway, and costs more calls.
_TILE_BYTES = 2_400_000

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
        self._own, self._scratch = Workspace(scratch.dtype), scratch
        kind = WindowProduct if conv.in_channels <= _FEW_CHANNELS else WinogradProduct
        self._product: TileProduct = kind(conv.in_channels, conv.out_channels, self._own, scratch)
        self._images = 0
        self._cache: Array | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Tell whether `conv` is a plain 3x3 convolution whose output is as large as its input."""
        return (conv.kernel_size, conv.stride, conv.dilation, conv.groups, conv.padding) == (
            (3, 3),
            (1, 1),
            (1, 1),
            1,
            ((1, 1), (1, 1)),
        )

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        checks.batch("Conv2D", x, (self.conv.in_channels, None, None))
        image = x.transpose(2, 3, 0, 1)
        out = self._output(x.shape)
        self._images = len(x)
        self._product.start(self.conv.weight.value)
        for some in self._few_images(x.shape):
            planes, here = self._product.forward(image[:, :, some]), out[:, :, some]
            if self._pool:
                self._activate(self._largest(planes, here.shape, some, training=training), here)
            else:
                for p, q, inside in tiles.phases(here):
                    self._activate(planes[p, q][: len(inside), : inside.shape[1]], inside)
        self._cache = x if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        x = recall(self, self._cache)
        grad_image = self._own.empty("grad_image", (*x.shape[2:], *x.shape[:2]))
        self._backward(grad_output, grad_image)
        return grad_image.transpose(2, 3, 0, 1)

    def backward_parameters(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._backward(grad_output, None)

    def _backward(self, grad_output: Array, grad_image: Array | None) -> None:
        x = recall(self, self._cache)
        out = self._output(x.shape)
        checks.upstream("Conv2D", grad_output, out.transpose(2, 3, 0, 1).shape)
        grad_out, image = grad_output.transpose(2, 3, 0, 1), x.transpose(2, 3, 0, 1)
        grad_bias = np.zeros(self.conv.out_channels, x.dtype)
        for some in self._few_images(x.shape):
            planes = self._product.grad_planes(image[:, :, some])
            grad = self._activate_back(grad_out[:, :, some], out[:, :, some])
            # The sum over all places, as a product with ones: three times as fast as a sum over the first axis.
            places = grad.reshape(-1, self.conv.out_channels)
            grad_bias += np.ones(len(places), x.dtype) @ places
            if self._pool:
                self._largest_back(grad, planes, some)
            else:
                _spread(grad, planes)
            self._product.backward(image[:, :, some], None if grad_image is None else grad_image[:, :, some])
        self.conv.weight.add_grad(self._product.grad_weight())
        if self.conv.bias is not None:
            self.conv.bias.add_grad(grad_bias)

    def _output(self, input_shape: Shape) -> Array:
        """Return the memory of the output, (H, W, N, C)."""
        n, _, height, width = input_shape
        size = (height // 2, width // 2) if self._pool else (height, width)
        return self._own.empty("out", (*size, n, self.conv.out_channels))

    def _few_images(self, input_shape: Shape) -> Iterator[slice]:
        """Cut the batch into nearly equal runs that take about `_TILE_BYTES` each."""
        n, _, height, width = input_shape
        numbers = ((height + 1) // 2) * ((width + 1) // 2) * self._product.numbers_per_tile()
        runs = max(1, min(n, round(n * numbers * self._own.dtype.itemsize / _TILE_BYTES)))
        for run in range(runs):
            yield slice(n * run // runs, n * (run + 1) // runs)

    def _activate(self, values: Array, out: Array) -> None:
        """Write bias + ReLU of `values` into `out`, both (H, W, N, C); `values` is overwritten."""
        n, channels = out.shape[2:]
        # A row of all images instead of a row of one: inner loops of N * C numbers instead of C.
        row = (*out.shape[:2], n * channels)
        values, out = values.reshape(row), out.reshape(row)
        if self.conv.bias is not None:
            values += np.tile(self.conv.bias.value, n)
        if self._relu:
            # NumPy's maximum with one number runs at a fifth of the speed of that with an array.
            np.maximum(values, np.zeros(n * channels, values.dtype), out=out)
        else:
            np.copyto(out, values)

    def _activate_back(self, grad_out: Array, out: Array) -> Array:
        """Return the gradient before bias and ReLU, (H, W, N, C)."""
        grad = self._scratch.empty("grad", out.shape)
        if self._relu:
            positive = np.greater(out, 0, out=self._scratch.empty("positive", out.shape, np.bool_))
            np.multiply(grad_out, positive, out=grad)
        else:
            np.copyto(grad, grad_out)
        return grad

    def _largest(self, planes: Array, shape: Shape, some: slice, *, training: bool) -> Array:
        """Return the largest of the four planes, (H, W, N, C), and remember which it was."""
        four = planes[:, :, : shape[0], : shape[1]]
        of_row = self._scratch.empty("of_row", (2, *shape))
        np.maximum(four[:, 0], four[:, 1], out=of_row)
        if training:
            left_wins, upper_wins = self._winners(shape, some)
            # "Or equal": of equals the first in reading order wins, alone.
            np.greater_equal(four[:, 0], four[:, 1], out=left_wins)
            np.greater_equal(of_row[0], of_row[1], out=upper_wins)
        largest: Array = np.maximum(of_row[0], of_row[1], out=of_row[0])
        return largest

    def _largest_back(self, grad: Array, planes: Array, some: slice) -> None:
        """Write the gradient into the plane of the winner, and zero (a number minus itself) into the others."""
        left_wins, upper_wins = self._winners(grad.shape, some)
        of_row = self._scratch.empty("of_row", (2, *grad.shape))
        np.multiply(grad, upper_wins, out=of_row[0])
        np.subtract(grad, of_row[0], out=of_row[1])
        four = _inner(planes, grad.shape[:2])
        np.multiply(of_row, left_wins, out=four[:, 0])
        np.subtract(of_row, four[:, 0], out=four[:, 1])

    def _winners(self, shape: Shape, some: slice) -> tuple[Array, Array]:
        """Return the memory of who won: left of each row's pair, and the upper row; a tile's lies together."""
        cells = shape[0] * shape[1] * shape[3]
        memory = self._own.empty("winners", (self._images * cells * 3,), np.bool_)
        mine = memory[some.start * cells * 3 : some.stop * cells * 3].reshape(3, *shape)
        return mine[:2], mine[2]


def _inner(planes: Array, size: Shape) -> Array:
    """Return the part of the planes that lies in an image of `size` tiles; what lies outside becomes zero."""
    inside = planes[:, :, : size[0], : size[1]]
    if inside.shape != planes.shape:
        planes.fill(0)
    return inside


def _spread(grad: Array, planes: Array) -> None:
    """Write an image (H, W, N, C) into planes; where an odd image ends before its tiles do, they get zero."""
    if grad.shape[0] % 2 or grad.shape[1] % 2:
        planes[...] = 0
    for p, q, inside in tiles.phases(grad):
        planes[p, q][: len(inside), : inside.shape[1]] = inside
