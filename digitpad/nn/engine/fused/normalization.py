"""Batch normalization with the ReLU and the 2x2 pooling behind it, a few rows of pixels at a time.

Memory limits its speed, not arithmetic, so every step that a row of pixels allows is taken while the row is in the
cache. A row holds one pixel of all images, N * C numbers; the numbers for each channel are repeated along it, so that
rows are added to and multiplied by rows.

The input itself is kept for the way back, no copy with its mean subtracted. With s = weight / deviation of a channel,

    out            = x * s + (bias - mean * s)
    sum(g * x_hat) = (sum(g * x) - mean * sum(g)) / deviation

and so is the gradient a * g + b * x + c with three numbers for each channel. Mean and variance are computed in one pass
over x, from sums of d = x - pilot and of its square:

    mean = pilot + mean(d)      variance = mean(d^2) - mean(d)^2

A difference of nearly equal numbers would lose digits. But the pilot is the mean of the first piece. If that is a part
f of all values, variance >= mean(d)^2 * f / (1 - f), so that mean(d^2) is at most 1 / f times the variance: with ten
pieces, a digit at most is lost.

ReLU follows the pooling, on a quarter of the values: it does not change which of four values is the largest. Of four
that are not positive, another one may count as the largest, but the gradient of all of them is zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, order_of
from digitpad.nn.engine.fused.pooling import Winners, blocks
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import BatchNorm2D

#: Bytes of each array in one piece: three of them fit the second-level cache. Smaller pieces are not faster on one
#: thread, and slower on two, which wait for each other's calls.
_ROWS_BYTES = 400_000


@dataclass(frozen=True, slots=True)
class _Training:
    """What the gradient needs of the last training step.

    Parameters
    ----------
    lines, out
        The input and the output as (H, W, N * C).
    mean, inverse_deviation
        Of each channel of the input, (C,).
    """

    lines: Array
    mean: Array
    inverse_deviation: Array
    out: Array


class FusedBatchNorm2D(Layer):
    """`norm`, followed by ReLU if `relu` and by MaxPool2D(2) if `pool`, on the parameters and statistics of `norm`.

    Parameters
    ----------
    norm
        The layer to replace.
    relu, pool
        Which layers follow it.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, norm: BatchNorm2D, *, relu: bool, pool: bool, scratch: Workspace) -> None:
        self.norm, self._relu, self._pool = norm, relu, pool
        self._own, self._scratch = scratch.sibling(), scratch
        self._order = CHANNELS_LAST
        self._cache: _Training | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        norm = self.norm
        norm.check.unseen_batch(x, (norm.num_features, None, None))
        self._order = order_of(x)
        image = self._order.image(x)
        lines = pixel_rows(image).reshape(*image.shape[:2], -1)
        self._cache = None
        if training or norm.running_mean is None or norm.running_var is None:
            mean, variance = self._statistics(lines, training=training)
        else:
            mean, variance = norm.running_mean.value, norm.running_var.value
        inverse_deviation = 1 / np.sqrt(variance + norm.eps)
        scale = inverse_deviation * self._weight()
        shift = -mean * scale if norm.bias is None else norm.bias.value - mean * scale
        out = self._write_output(lines, scale, shift, training=training)
        if training:
            self._cache = _Training(lines, mean, inverse_deviation, out)
        return self._order.batch(out.reshape(*out.shape[:2], *image.shape[2:]))

    def backward(self, grad_output: Array) -> Array:
        """Do both with one computation of the sums that they share."""
        passed, sums = self._sums(grad_output)
        self._add_gradients(sums)
        return self._input_gradient(passed, sums, len(grad_output))

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x` (see `BatchNorm2D`), in memory that the next call overwrites."""
        passed, sums = self._sums(grad_output)
        return self._input_gradient(passed, sums, len(grad_output))

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._add_gradients(self._sums(grad_output)[1])

    def _write_output(self, lines: Array, scale: Array, shift: Array, *, training: bool) -> Array:
        """Return x * scale + shift, pooled and without its negative numbers if so asked: (H, W, N * C)."""
        height, width, row = lines.shape
        out = self._own.empty("out", (height // 2, width // 2, row) if self._pool else lines.shape)
        scale_row, shift_row = self._row(scale, row), self._row(shift, row)
        zeros = np.zeros_like(scale_row)
        for some, pooled in few_lines(lines):
            here = out[pooled if self._pool else some]
            scaled = self._scratch.empty("scaled", lines[some].shape) if self._pool else here
            np.multiply(lines[some], scale_row, out=scaled)
            scaled += shift_row
            if self._pool:
                self._winners(out, pooled).choose(blocks(scaled), here, self._scratch, training=training)
            if self._relu:
                np.maximum(here, zeros, out=here)
        return out

    def _winners(self, out: Array, pooled: slice) -> Winners:
        """Return which values are the largest, for some lines of the pooled output."""
        return Winners(self._own.empty("winners", (3, *out.shape), np.bool_)[:, pooled])

    def _sums(self, grad_output: Array) -> tuple[Array, tuple[Array, Array]]:
        """Return g, the gradient before pooling and ReLU, and the sums of g and g * x_hat over each channel."""
        kept = require_cache(self, self._cache)
        lines, out = kept.lines, kept.out
        image = self._order.image(grad_output)
        self.norm.check.upstream(image.reshape(-1), (out.size,))
        grad_out = pixel_rows(image).reshape(out.shape)
        # With a layer behind it, this memory holds g first and the input gradient in the end.
        changed = self._relu or self._pool
        passed = self._own.empty("grad", lines.shape) if changed else grad_out
        sums, products = np.zeros_like(lines[0, 0]), np.zeros_like(lines[0, 0])
        for some, pooled in few_lines(lines):
            if changed:
                self._pass_back(grad_out, out, pooled if self._pool else some, passed[some])
            rows = passed[some].reshape(-1, len(sums))
            product = self._scratch.empty("product", rows.shape)
            sums += column_sums(rows)
            products += column_sums(np.multiply(rows, lines[some].reshape(rows.shape), out=product))
        grad_sum = self._of_channels(sums)
        return passed, (grad_sum, (self._of_channels(products) - kept.mean * grad_sum) * kept.inverse_deviation)

    def _pass_back(self, grad_out: Array, out: Array, some: slice, passed: Array) -> None:
        """Write the gradient before pooling and ReLU for some lines of the output."""
        grad = grad_out[some]
        if self._relu:
            positive = np.greater(out[some], 0, out=self._scratch.empty("positive", grad.shape, np.bool_))
            target = self._scratch.empty("unpooled", grad.shape) if self._pool else passed
            grad = np.multiply(grad, positive, out=target)
        if self._pool:
            four = blocks(passed)
            if four.size != passed.size:
                passed[...] = 0  # for the last row or column of an odd image, which pooling leaves out
            self._winners(out, some).go_back(grad, four, self._scratch)

    def _add_gradients(self, sums: tuple[Array, Array]) -> None:
        if self.norm.weight is not None and self.norm.bias is not None:
            grad_bias, grad_weight = sums
            self.norm.bias.add_grad(grad_bias)
            self.norm.weight.add_grad(grad_weight)

    def _input_gradient(self, passed: Array, sums: tuple[Array, Array], n: int) -> Array:
        """Return scale * (g - mean(g) - x_hat * mean(g * x_hat)), where x_hat = (x - mean) * inverse_deviation."""
        kept = require_cache(self, self._cache)
        lines = kept.lines
        grad = self._own.empty("grad", lines.shape)
        height, width, row = lines.shape
        count = height * width * n
        grad_sum, grad_x_hat_sum = sums
        scale = kept.inverse_deviation * self._weight()
        slope = -scale * kept.inverse_deviation * grad_x_hat_sum / count
        shift = -scale * grad_sum / count - kept.mean * slope
        scale_row, slope_row, shift_row = (self._row(values, row) for values in (scale, slope, shift))
        for some, _ in few_lines(lines):
            product = np.multiply(lines[some], slope_row, out=self._scratch.empty("product", lines[some].shape))
            product += shift_row
            here = np.multiply(passed[some], scale_row, out=grad[some])
            here += product
        return self._order.batch(grad.reshape(height, width, *self._order.pixel(n, row // n)))

    def _statistics(self, lines: Array, *, training: bool) -> tuple[Array, Array]:
        """Return the means of the channels and their biased variances; derived at the top."""
        count = lines.size // self.norm.num_features
        if training and count < 2:
            raise ValueError(
                f"{self.norm.check.owner}: x has {count} value per channel; expected more than one in training, "
                "since a single one has no variance"
            )
        pieces = [lines[some].reshape(-1, lines.shape[2]) for some, _ in few_lines(lines)]
        pilot = self._of_channels(column_sums(pieces[0])) * self.norm.num_features / pieces[0].size
        pilot_row = self._row(pilot, lines.shape[2])
        sums, squares = np.zeros_like(pilot_row), np.zeros_like(pilot_row)
        for piece in pieces:
            moved = np.subtract(piece, pilot_row, out=self._scratch.empty("product", piece.shape))
            sums += column_sums(moved)
            squares += column_sums(np.multiply(moved, moved, out=moved))
        mean = self._of_channels(sums) / count
        total = np.maximum(self._of_channels(squares) - count * mean * mean, 0)
        mean += pilot
        if training:
            self.norm.move_statistics(mean, total / (count - 1))
        return mean, total / count

    def _row(self, values: Array, size: int) -> Array:
        """Return the numbers of the channels, (C,), as a row of `size` numbers."""
        return self._order.row(values, size // len(values))

    def _of_channels(self, row: Array) -> Array:
        """Return the sum of a row of N * C numbers over the images, (C,)."""
        return self._order.channel_sums(row, self.norm.num_features)

    def _weight(self) -> Array | float:
        return 1.0 if self.norm.weight is None else self.norm.weight.value


def pixel_rows(image: Array) -> Array:
    """Return an image (H, W, N, C) as (H * W, N * C), without a copy if its memory is in that order."""
    height, width, n, channels = image.shape
    return image.reshape(height * width, n * channels)


def column_sums(rows: Array) -> Array:
    """Return the sum of all rows, as a product with ones, which takes 2/3 of the time of a sum over the first axis."""
    sums: Array = np.ones(len(rows), rows.dtype) @ rows
    return sums


def few_lines(image: Array) -> Iterator[tuple[slice, slice]]:
    """Divide an image (H, W, ...) into pieces of about `_ROWS_BYTES`, of an even number of lines except the last.

    Yields
    ------
    (slice, slice)
        Lines of the image, and those of an image half as high.
    """
    step = max(1, _ROWS_BYTES // max(1, 2 * image[0].nbytes))
    for pair in range(0, (len(image) + 1) // 2, step):
        stop = min(2 * (pair + step), len(image))
        yield slice(2 * pair, stop), slice(pair, stop // 2)
