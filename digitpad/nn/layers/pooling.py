"""Pooling: a window slides over each map and keeps one number for what it sees.

Max pooling keeps the largest value, so a feature still counts when it moves a little. Average pooling keeps the mean.
Both make maps smaller, and have nothing to learn.
"""

from collections.abc import Iterator
from functools import reduce
from typing import TypeAlias

import numpy as np

from digitpad.nn import functional
from digitpad.nn.backend import Array, Shape, array_module, elementwise
from digitpad.nn.functional import Padding, Pair
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField

Sides: TypeAlias = int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]
"""The padding of a pooling layer: one number, (rows, columns), or ((above, below), (left, right))."""


class _Pool2D(Layer):
    """What max and average pooling share: the window."""

    def _set_window(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None,
        padding: Sides,
        dilation: int | tuple[int, int],
        ceil_mode: bool,
    ) -> None:
        """Check and keep the window."""
        self.kernel_size = self.check.pair("kernel_size", kernel_size)
        self.stride = self.check.pair("stride", kernel_size if stride is None else stride)
        self.padding = self.check.sides("padding", padding)
        # So that no window misses the image.
        if any(2 * max(ends) > size for ends, size in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(
                f"{self.check.owner}: padding is {padding!r}; expected at most half of kernel_size {self.kernel_size}"
            )
        self.dilation = self.check.pair("dilation", dilation)
        self.ceil_mode = self.check.flag("ceil_mode", ceil_mode)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW) for (C, H, W).

        Raises
        ------
        ValueError
            If the window is larger than the padded image, or the image lies between two of its cells.
        """
        self.check.image_shape(input_shape)
        padding = self.reached_padding(input_shape[1:])
        places = self.check.window_fits(input_shape, self.kernel_size, self.stride, padding, self.dilation)
        if any(
            sum(ends) and size < apart
            for ends, size, apart in zip(self.padding, input_shape[1:], self.dilation, strict=True)
        ):
            raise ValueError(
                f"{self.check.owner}: dilation is {self.dilation}; expected at most the rows and columns of the image, "
                f"{input_shape[1]} x {input_shape[2]}, so that no window misses it"
            )
        return input_shape[0], *places

    def reached_padding(self, size: Shape) -> Padding:
        """Return the padding of an image of `size`, with what the last windows reach beyond it with `ceil_mode`."""
        if not self.ceil_mode:
            return self.padding
        above_below, left_right = (self._reached(axis, side) for axis, side in enumerate(size))
        return above_below, left_right

    def _reached(self, axis: int, side: int) -> Pair:
        before, after = self.padding[axis]
        length, step = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1, self.stride[axis]
        places = -(-(side + before + after - length) // step) + 1
        if (places - 1) * step >= before + side:
            places -= 1  # A window that begins behind the image sees nothing.
        return before, max(after, (places - 1) * step + length - before - side)

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field enlarged by the window, as by a convolution of that size."""
        padding = self.reached_padding((len(field.rows.spans), len(field.columns.spans)))
        return field.through(self.kernel_size, self.stride, padding, self.dilation)

    def _taps(self, padded: Array, output_shape: Shape) -> Iterator[Array]:
        """Yield, for each cell of the window, a view (N, C, OH, OW) of the pixel that each window has there."""
        rows, columns = output_shape[1:]
        step_y, step_x = self.stride
        for i in self._cells(0):
            for j in self._cells(1):
                yield padded[:, :, i : i + step_y * rows : step_y, j : j + step_x * columns : step_x]

    def _cells(self, axis: int) -> range:
        """Return where the cells of the window lie along an axis, counted from its first cell."""
        return range(0, self.kernel_size[axis] * self.dilation[axis], self.dilation[axis])

    def _empty_total(self, shape: Shape, grad_output: Array) -> Array:
        """Return zeros for the gradient of an input of `shape` and its padding."""
        n, channels, height, width = shape
        rows, columns = self.reached_padding((height, width))
        padded_shape = (n, height + sum(rows), width + sum(columns), channels)
        zeros: Array = array_module(grad_output).zeros(padded_shape, dtype=grad_output.dtype)
        return zeros.transpose(0, 3, 1, 2)

    def _without_padding(self, total: Array, shape: Shape) -> Array:
        top, left = self.padding[0][0], self.padding[1][0]
        return total[:, :, top : top + shape[2], left : left + shape[3]]


class MaxPool2D(_Pool2D):
    """The largest value of each window: (N, C, H, W) to (N, C, OH, OW).

    OH = floor((H + padding - dilation * (kernel - 1) - 1) / stride) + 1, where padding counts both sides; OW likewise.

    With `ceil_mode` it is rounded up: the last windows reach beyond the image, where they see nothing, unless they
    would begin there.

    The gradient. A small change of the largest value changes the output as much, and a small change of any other value
    changes nothing. So d out / d x is 1 for the largest value and 0 for the others: each window sends its gradient to
    its largest value, and a pixel that is the largest of several windows receives the sum. Of equal values the first in
    reading order counts as the largest, as in PyTorch.

    Parameters
    ----------
    kernel_size
        Size of the window: one number, or (height, width).
    stride
        Step of the window; None means its size, so that windows do not overlap.
    padding
        Border of minus infinity around the maps, which is never the largest value; at most half of the window. One
        number, (rows, columns), or ((above, below), (left, right)).
    dilation
        Distance between the cells of the window: one number, or (down, right).
    ceil_mode
        Whether the size of the output is rounded up.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    Source: Ranzato, Huang, Boureau and LeCun, "Unsupervised learning of invariant feature hierarchies", CVPR 2007.
    """

    _cache: tuple[Shape, Array] | None = None

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: Sides = 0,
        dilation: int | tuple[int, int] = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        self._set_window(kernel_size, stride, padding, dilation, ceil_mode)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maximum over each window of `x` (N, C, H, W)."""
        self.check.batch(x, (None, None, None))
        xp = array_module(x)
        output_shape = self.output_shape(x.shape[1:])
        padded = functional.pad(x, self.reached_padding(x.shape[2:]), value=-xp.inf)
        if not training:
            return self._largest(padded, output_shape)
        taps = self._taps(padded, output_shape)
        largest = next(taps).copy("K")
        # The index of the largest cell of each window, in the smallest integer type that holds it.
        winner = xp.zeros_like(largest, dtype=np.min_scalar_type(self.kernel_size[0] * self.kernel_size[1]))
        for index, tap in enumerate(taps, start=1):
            _challenge(largest, winner, tap, index)
        self._cache = x.shape, winner
        return largest

    def _largest(self, padded: Array, output_shape: Shape) -> Array:
        """Return the maximum over each window: first down each column, then across, which takes fewer comparisons."""
        maximum = array_module(padded).maximum
        (down, right), (rows, columns) = self.stride, output_shape[1:]
        of_columns = reduce(maximum, (padded[:, :, i : i + down * rows : down] for i in self._cells(0)))
        return reduce(maximum, (of_columns[..., j : j + right * columns : right] for j in self._cells(1)))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return each window's gradient at its largest value, and zero elsewhere."""
        shape, winner = require_cache(self, self._cache)
        self.check.upstream(grad_output, winner.shape)
        total = self._empty_total(shape, grad_output)
        # Windows may overlap, so gradients are added: a value may be the largest of two windows.
        for index, tap in enumerate(self._taps(total, grad_output.shape[1:])):
            _add_where_won(tap, grad_output, winner, index)
        return self._without_padding(total, shape)


@elementwise
def _challenge(largest: Array, winner: Array, tap: Array, index: int) -> None:
    """Take the cells at `index` of the windows where they are larger than the largest so far."""
    # Indices grow from call to call, so the maximum keeps the newest one.
    maximum = array_module(largest).maximum
    maximum(winner, (tap > largest).astype(winner.dtype) * index, out=winner)
    maximum(largest, tap, out=largest)


@elementwise
def _add_where_won(total: Array, grad_output: Array, winner: Array, index: int) -> None:
    """Add the gradients of the windows whose largest cell is the one at `index`."""
    total += grad_output * (winner == index)


class AvgPool2D(_Pool2D):
    """The mean of each window: (N, C, H, W) to (N, C, OH, OW), with the output size of `MaxPool2D`.

    The gradient. out = (sum of the window's values) / count, so d out / d x is 1 / count for every pixel of the window:
    each window distributes its gradient equally, and a pixel of several windows receives the sum of its shares.

    Parameters
    ----------
    kernel_size
        Size of the window: one number, or (height, width).
    stride
        Step of the window; None means its size, so that windows do not overlap.
    padding
        Border of zeros around the maps; at most half of the window. One number, (rows, columns), or ((above, below),
        (left, right)).
    ceil_mode
        Whether the size of the output is rounded up. What the last windows see beyond the padding never counts.
    count_include_pad
        Whether the zeros of the border count in the mean. If False, the sum of a window at the edge is divided by the
        number of its pixels inside the image.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    Notes
    -----
    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """

    _cache: Shape | None = None

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: Sides = 0,
        ceil_mode: bool = False,
        *,
        count_include_pad: bool = True,
    ) -> None:
        self._set_window(kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = self.check.flag("count_include_pad", count_include_pad)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the mean over each window of `x` (N, C, H, W)."""
        self.check.batch(x, (None, None, None))
        padded = functional.pad(x, self.reached_padding(x.shape[2:]))
        taps = self._taps(padded, self.output_shape(x.shape[1:]))
        total = next(taps).copy("K")
        for tap in taps:
            total += tap
        total *= self._share(x)
        if training:
            self._cache = x.shape
        return total

    def input_gradient(self, grad_output: Array) -> Array:
        """Return each window's gradient, distributed equally over its pixels."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (shape[0], *self.output_shape(shape[1:])))
        total = self._empty_total(shape, grad_output)
        shared = grad_output * self._share(total[:, :, : shape[2], : shape[3]])
        for tap in self._taps(total, grad_output.shape[1:]):
            array_module(tap).add(tap, shared, out=tap)
        return self._without_padding(total, shape)

    def _share(self, x: Array) -> Array | float:
        """Return the weight of each pixel in the mean of its window, for images like `x`: one over their number."""
        if self.count_include_pad and not self.ceil_mode:
            return 1 / (self.kernel_size[0] * self.kernel_size[1])
        rows, columns = self.counted(x, x.shape[2:])
        share: Array = (1 / (rows[:, None] * columns)).astype(x.dtype)
        return share

    def counted(self, like: Array, size: Shape) -> tuple[Array, Array]:
        """Return how many rows and how many columns count in the mean of each window of an image of `size`.

        Parameters
        ----------
        like
            An array of the library that the counts should have.
        size
            Height and width.
        """
        xp = array_module(like)
        found = []
        for axis, places in enumerate(self.output_shape((1, *size))[1:]):
            before, after = self.padding[axis]
            first = xp.arange(places) * self.stride[axis] - before
            low, high = (-before, size[axis] + after) if self.count_include_pad else (0, size[axis])
            found.append(xp.minimum(first + self.kernel_size[axis], high) - xp.maximum(first, low))
        rows, columns = found
        return rows, columns


class GlobalAveragePool2D(Layer):
    """The mean of each whole map: (N, C, H, W) to (N, C, 1, 1).

    A network that ends with it accepts images of any size, and each map stands for one feature, wherever it is found.

    The gradient. Every pixel has the weight 1 / (H * W) in the mean, so each receives g / (H * W).

    Notes
    -----
    Source: Lin, Chen and Yan, "Network in network", ICLR 2014.
    """

    _cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the mean of each map of `x` (N, C, H, W)."""
        self.check.batch(x, (None, None, None))
        if training:
            self._cache = x.shape
        # The mean of each row, then the mean of those: short sums, in which float32 keeps its digits.
        mean: Array = x.mean(axis=3, keepdims=True).mean(axis=2, keepdims=True)
        return mean

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient distributed equally over the pixels of each map."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (*shape[:2], 1, 1))
        n, channels, height, width = shape
        shared = array_module(grad_output).empty((n, height, width, channels), dtype=grad_output.dtype)
        shared[...] = (grad_output / (height * width)).transpose(0, 2, 3, 1)
        grad_input: Array = shared.transpose(0, 3, 1, 2)
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, 1, 1) for (C, H, W).

        Raises
        ------
        ValueError
            If a sample is not an image.
        """
        self.check.image_shape(input_shape)
        return input_shape[0], 1, 1

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image, since every pixel counts."""
        return field.everything()
