"""Pooling: a window moves over each map and keeps one number of what it sees.

Max pooling keeps the largest, so a feature still counts when it moves a little. Its gradient goes to the winner
alone; of several equally large values the first, in reading order, is the winner.
"""

from collections.abc import Iterator

from digitpad.nn import checks, functional
from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.layer import Layer, recall
from digitpad.nn.receptive_field import ReceptiveField


class MaxPool2D(Layer):
    """The largest value of each window: (N, C, H, W) to (N, C, OH, OW).

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
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        self.kernel_size = checks.pair("MaxPool2D", "kernel_size", kernel_size)
        self.stride = checks.pair("MaxPool2D", "stride", kernel_size if stride is None else stride)
        self.padding = checks.pooling_padding("MaxPool2D", padding, self.kernel_size)
        self._cache: tuple[Shape, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maximum over each window of `x` (N, C, H, W)."""
        checks.batch("MaxPool2D", x, (None, None, None))
        xp = array_module(x)
        padded = functional.pad(x, self.padding, value=-xp.inf)
        taps = self._taps(padded, self.output_shape(x.shape[1:]))
        largest = next(taps).copy("K")
        if not training:
            for tap in taps:
                xp.maximum(largest, tap, out=largest)
            return largest
        winner = xp.zeros_like(largest, dtype=xp.uint16)
        for index, tap in enumerate(taps, start=1):
            xp.copyto(winner, xp.asarray(index, dtype=xp.uint16), where=tap > largest)
            xp.maximum(largest, tap, out=largest)
        self._cache = x.shape, winner
        return largest

    def backward(self, grad_output: Array) -> Array:
        """Return each window's gradient at the place of its winner, and zero elsewhere."""
        shape, winner = recall(self, self._cache)
        checks.upstream("MaxPool2D", grad_output, winner.shape)
        n, channels, height, width = shape
        (top, bottom), (left, right) = self.padding
        padded_shape = (n, height + top + bottom, width + left + right, channels)
        xp = array_module(grad_output)
        total = xp.zeros(padded_shape, dtype=grad_output.dtype).transpose(0, 3, 1, 2)
        # Windows may overlap: a value that wins in two of them gets both gradients.
        for index, tap in enumerate(self._taps(total, grad_output.shape[1:])):
            xp.add(tap, grad_output * (winner == index), out=tap)
        result: Array = total[:, :, top : top + height, left : left + width]
        return result

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (C, OH, OW) for (C, H, W), rounded down.

        Raises
        ------
        ValueError
            If the window is larger than the padded image.
        """
        checks.image_shape("MaxPool2D", input_shape)
        rows, columns = checks.window_fits("MaxPool2D", input_shape, self.kernel_size, self.stride, self.padding)
        return input_shape[0], rows, columns

    def receptive_field(self, field: ReceptiveField) -> ReceptiveField:
        """Return the field grown by the window: pooling widens it like a convolution of that size."""
        return field.through(self.kernel_size, self.stride, (self.padding[0][0], self.padding[1][0]))

    def _taps(self, padded: Array, output_shape: Shape) -> Iterator[Array]:
        """Yield, for each cell of the window, a view (N, C, OH, OW) of what all windows see through it."""
        rows, columns = output_shape[1:]
        step_y, step_x = self.stride
        for i in range(self.kernel_size[0]):
            for j in range(self.kernel_size[1]):
                yield padded[:, :, i : i + step_y * rows : step_y, j : j + step_x * columns : step_x]
