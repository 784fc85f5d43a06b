"""Pooling: a window moves over each map and keeps one number of what it sees.

Max pooling keeps the largest, so a feature still counts when it moves a little. Its gradient goes to the winner
alone; of several equally large values the first, in reading order, is the winner. Average pooling keeps the mean,
and its gradient is shared out equally.
"""

from collections.abc import Iterator
from functools import reduce

import numpy as np

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, Shape, array_module, elementwise
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.receptive_field import ReceptiveField


class _Pool2D(Layer):
    """What max and average pooling share: where the window goes."""

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        owner = type(self).__name__
        self.kernel_size = checks.pair(owner, "kernel_size", kernel_size)
        self.stride = checks.pair(owner, "stride", kernel_size if stride is None else stride)
        self.padding = checks.pooling_padding(owner, padding, self.kernel_size)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW) for (C, H, W), rounded down.

        Raises
        ------
        ValueError
            If the window is larger than the padded image.
        """
        owner = type(self).__name__
        checks.image_shape(owner, input_shape)
        rows, columns = checks.window_fits(owner, input_shape, self.kernel_size, self.stride, self.padding)
        return input_shape[0], rows, columns

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field grown by the window: pooling widens it like a convolution of that size."""
        return field.through(self.kernel_size, self.stride, self.padding)

    def _taps(self, padded: Array, output_shape: Shape) -> Iterator[Array]:
        """Yield, for each cell of the window, a view (N, C, OH, OW) of what all windows see through it."""
        rows, columns = output_shape[1:]
        step_y, step_x = self.stride
        for i in range(self.kernel_size[0]):
            for j in range(self.kernel_size[1]):
                yield padded[:, :, i : i + step_y * rows : step_y, j : j + step_x * columns : step_x]

    def _empty_total(self, shape: Shape, grad_output: Array) -> Array:
        """Return zeros for the gradient of a padded input of `shape`, without its padding."""
        n, channels, height, width = shape
        padded_shape = (n, height + sum(self.padding[0]), width + sum(self.padding[1]), channels)
        zeros: Array = array_module(grad_output).zeros(padded_shape, dtype=grad_output.dtype)
        return zeros.transpose(0, 3, 1, 2)

    def _without_padding(self, total: Array, shape: Shape) -> Array:
        top, left = self.padding[0][0], self.padding[1][0]
        return total[:, :, top : top + shape[2], left : left + shape[3]]


class MaxPool2D(_Pool2D):
    """The largest value of each window: (N, C, H, W) to (N, C, OH, OW).

    OH = floor((H + 2 * padding - kernel) / stride) + 1, and OW likewise.

    Parameters
    ----------
    kernel_size
        Size of the window: one number, or (height, width).
    stride
        Its step; None means the window's own size, so that windows do not overlap.
    padding
        Border that never wins; at most half of the window.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work.

    Notes
    -----
    Source: Ranzato, Huang, Boureau and LeCun, "Unsupervised learning of invariant feature hierarchies", CVPR 2007.
    """

    _cache: tuple[Shape, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maximum over each window of `x` (N, C, H, W)."""
        checks.batch("MaxPool2D", x, (None, None, None))
        xp = array_module(x)
        output_shape = self.output_shape(x.shape[1:])
        padded = functional.pad(x, self.padding, value=-xp.inf)
        if not training:
            return self._largest(padded, output_shape)
        taps = self._taps(padded, output_shape)
        largest = next(taps).copy("K")
        # Which cell of its window won, in the fewest bytes that can count them.
        winner = xp.zeros_like(largest, dtype=np.min_scalar_type(self.kernel_size[0] * self.kernel_size[1]))
        for index, tap in enumerate(taps, start=1):
            _challenge(largest, winner, tap, index)
        self._cache = x.shape, winner
        return largest

    def _largest(self, padded: Array, output_shape: Shape) -> Array:
        """Return the maximum over each window, as the largest of its columns' largest: that takes fewer comparisons."""
        maximum = array_module(padded).maximum
        (height, width), (down, right), (rows, columns) = self.kernel_size, self.stride, output_shape[1:]
        of_columns = reduce(maximum, (padded[:, :, i : i + down * rows : down] for i in range(height)))
        return reduce(maximum, (of_columns[..., j : j + right * columns : right] for j in range(width)))

    def backward(self, grad_output: Array) -> Array:
        """Return each window's gradient at the place of its winner, and zero elsewhere."""
        shape, winner = require_cache(self, self._cache)
        checks.upstream("MaxPool2D", grad_output, winner.shape)
        total = self._empty_total(shape, grad_output)
        # Windows may overlap: a value that wins in two of them gets both gradients.
        for index, tap in enumerate(self._taps(total, grad_output.shape[1:])):
            _add_where_won(tap, grad_output, winner, index)
        return self._without_padding(total, shape)


@elementwise
def _challenge(largest: Array, winner: Array, tap: Array, index: int) -> None:
    """Let the cells of the window at `index` replace those that are smaller."""
    # A later winner has the larger index, so the maximum is the last of them.
    maximum = array_module(largest).maximum
    maximum(winner, (tap > largest).astype(winner.dtype) * index, out=winner)
    maximum(largest, tap, out=largest)


@elementwise
def _add_where_won(total: Array, grad_output: Array, winner: Array, index: int) -> None:
    """Add the gradients of those windows whose cell at `index` won."""
    total += grad_output * (winner == index)


class AvgPool2D(_Pool2D):
    """The mean of each window: (N, C, H, W) to (N, C, OH, OW), as large as those of `MaxPool2D`.

    Parameters
    ----------
    kernel_size
        Size of the window: one number, or (height, width).
    stride
        Its step; None means the window's own size, so that windows do not overlap.
    padding
        Border of zeros; at most half of the window.
    count_include_pad
        Whether zeros of the border count in the mean. If not, a window at the edge is divided by the number of
        pixels that it sees.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot work.

    Notes
    -----
    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """

    _cache: Shape | None = None

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        *,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.count_include_pad = checks.flag("AvgPool2D", "count_include_pad", count_include_pad)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the mean over each window of `x` (N, C, H, W)."""
        checks.batch("AvgPool2D", x, (None, None, None))
        taps = self._taps(functional.pad(x, self.padding), self.output_shape(x.shape[1:]))
        total = next(taps).copy("K")
        for tap in taps:
            total += tap
        total *= self._share(x)
        if training:
            self._cache = x.shape
        return total

    def backward(self, grad_output: Array) -> Array:
        """Return each window's gradient, shared out equally over its pixels."""
        shape = require_cache(self, self._cache)
        checks.upstream("AvgPool2D", grad_output, (shape[0], *self.output_shape(shape[1:])))
        total = self._empty_total(shape, grad_output)
        shared = grad_output * self._share(total[:, :, : shape[2], : shape[3]])
        for tap in self._taps(total, grad_output.shape[1:]):
            array_module(tap).add(tap, shared, out=tap)
        return self._without_padding(total, shape)

    def _share(self, x: Array) -> Array | float:
        """Return what each pixel of a window counts, for images like `x`: one over their number."""
        if self.count_include_pad:
            return 1 / (self.kernel_size[0] * self.kernel_size[1])
        rows, columns = self.output_shape(x.shape[1:])[1:]
        seen = self._pixels_seen(x, 0, rows)[:, None] * self._pixels_seen(x, 1, columns)
        share: Array = (1 / seen).astype(x.dtype)
        return share

    def _pixels_seen(self, x: Array, axis: int, places: int) -> Array:
        """Return how many pixels of the images each place of the window sees along one axis."""
        xp = array_module(x)
        first = xp.arange(places) * self.stride[axis] - self.padding[axis][0]
        seen: Array = xp.minimum(first + self.kernel_size[axis], x.shape[2 + axis]) - xp.maximum(first, 0)
        return seen


class GlobalAveragePool2D(Layer):
    """The mean of each whole map: (N, C, H, W) to (N, C, 1, 1).

    It lets a network take images of any size, and has no weights to learn: one map stands for one feature, wherever
    that is. Source: Lin, Chen and Yan, "Network in network", ICLR 2014.
    """

    _cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the mean of each map of `x` (N, C, H, W)."""
        checks.batch("GlobalAveragePool2D", x, (None, None, None))
        if training:
            self._cache = x.shape
        # Rows first, then their means: short sums, which float32 adds up without losing digits.
        mean: Array = x.mean(axis=3, keepdims=True).mean(axis=2, keepdims=True)
        return mean

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient shared out equally over the pixels of each map."""
        shape = require_cache(self, self._cache)
        checks.upstream("GlobalAveragePool2D", grad_output, (*shape[:2], 1, 1))
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
            If a sample is no image.
        """
        checks.image_shape("GlobalAveragePool2D", input_shape)
        return input_shape[0], 1, 1

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the whole image: every pixel counts."""
        return field.everything()
