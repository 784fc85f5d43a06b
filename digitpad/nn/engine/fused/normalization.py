"""Batch normalization with the ReLU and the 2x2 pooling behind it, a few rows of pixels at a time.

Memory limits its speed, not arithmetic, so every step that a row of pixels allows is taken while the row is in the
cache. A row holds one pixel of all images, N * C numbers; the numbers for each channel are repeated along it, so that
rows are added to and multiplied by rows.

ReLU follows the pooling, on a quarter of the values: it does not change which of four values is the largest. Of four
that are not positive, another one may count as the largest, but the gradient of all of them is zero.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, order_of
from digitpad.nn.engine.fused.pooling import Winners, blocks
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import BatchNorm2D

#: Bytes of each array in one piece. A third of this fits the second-level cache better, but is as fast on one thread
#: and 10 percent slower on two, which wait for each other's calls.
_ROWS_BYTES = 1_000_000


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
        self._cache: tuple[Array, Array, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        norm = self.norm
        norm.check.unseen_batch(x, (norm.num_features, None, None))
        self._order = order_of(x)
        image = self._order.image(x)
        rows = pixel_rows(image)
        centered = self._own.empty("centered", rows.shape)
        self._cache = None
        if training or norm.running_mean is None or norm.running_var is None:
            variance = self._center(rows, centered, training=training)
        else:
            np.subtract(rows, self._order.row(norm.running_mean.value, len(x)), out=centered)
            variance = norm.running_var.value
        inverse_deviation = 1 / np.sqrt(variance + norm.eps)
        scale = self._order.row(inverse_deviation * self._weight(), len(x))
        shift = None if norm.bias is None else self._order.row(norm.bias.value, len(x))
        lines = centered.reshape(*image.shape[:2], -1)
        out = self._write_output(lines, scale, shift, training=training)
        if training:
            self._cache = lines, inverse_deviation, out
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

    def _write_output(self, centered: Array, scale: Array, shift: Array | None, *, training: bool) -> Array:
        """Return centered * scale + shift, pooled and without its negative numbers if so asked: (H, W, N * C)."""
        height, width, row = centered.shape
        out = self._own.empty("out", (height // 2, width // 2, row) if self._pool else centered.shape)
        zeros = np.zeros_like(scale)
        for some, pooled in _few_lines(centered):
            here = out[pooled if self._pool else some]
            scaled = self._scratch.empty("scaled", centered[some].shape) if self._pool else here
            np.multiply(centered[some], scale, out=scaled)
            if shift is not None:
                scaled += shift
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
        centered, inverse_deviation, out = require_cache(self, self._cache)
        image = self._order.image(grad_output)
        self.norm.check.upstream(image.reshape(-1), (out.size,))
        grad_out = pixel_rows(image).reshape(out.shape)
        # With a layer behind it, this memory holds g first and the input gradient in the end.
        changed = self._relu or self._pool
        passed = self._own.empty("grad", centered.shape) if changed else grad_out
        sums, products = np.zeros_like(centered[0, 0]), np.zeros_like(centered[0, 0])
        for some, pooled in _few_lines(centered):
            if changed:
                self._pass_back(grad_out, out, pooled if self._pool else some, passed[some])
            rows = passed[some].reshape(-1, len(sums))
            product = self._scratch.empty("product", rows.shape)
            sums += column_sums(rows)
            products += column_sums(np.multiply(rows, centered[some].reshape(rows.shape), out=product))
        return passed, (self._of_channels(sums), self._of_channels(products) * inverse_deviation)

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
        """Return scale * (g - mean(g) - x_hat * mean(g * x_hat)), where x_hat = centered * inverse_deviation."""
        centered, inverse_deviation, _ = require_cache(self, self._cache)
        grad = self._own.empty("grad", centered.shape)
        height, width, row = centered.shape
        count = height * width * n
        grad_sum, grad_x_hat_sum = sums
        scale = inverse_deviation * self._weight()
        row_of = partial(self._order.row, n=n)
        slope = row_of(-scale * inverse_deviation * grad_x_hat_sum / count)
        shift, scale = row_of(-scale * grad_sum / count), row_of(scale)
        for some, _ in _few_lines(centered):
            product = np.multiply(centered[some], slope, out=self._scratch.empty("product", centered[some].shape))
            product += shift
            here = np.multiply(passed[some], scale, out=grad[some])
            here += product
        return self._order.batch(grad.reshape(height, width, *self._order.pixel(n, row // n)))

    def _center(self, rows: Array, centered: Array, *, training: bool) -> Array:
        """Write the rows minus the means of their channels into `centered`, and return the biased variance."""
        count = rows.size // self.norm.num_features
        if training and count < 2:
            raise ValueError(
                f"{self.norm.check.owner}: x has {count} value per channel; expected more than one in training, "
                "since a single one has no variance"
            )
        sums = np.zeros_like(rows[0])
        for some in _few(rows):
            sums += column_sums(rows[some])
        mean = self._of_channels(sums) / count
        mean_row = self._order.row(mean, rows.shape[1] // len(mean))
        squares = np.zeros_like(mean_row)
        for some in _few(rows):
            here = np.subtract(rows[some], mean_row, out=centered[some])
            squares += column_sums(np.multiply(here, here, out=self._scratch.empty("product", here.shape)))
        total = self._of_channels(squares)
        if training:
            self.norm.move_statistics(mean, total / (count - 1))
        return total / count

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


def _few(rows: Array) -> Iterator[slice]:
    """Divide the rows into pieces of about `_ROWS_BYTES`."""
    step = max(1, _ROWS_BYTES // max(1, rows[0].nbytes))
    for start in range(0, len(rows), step):
        yield slice(start, min(start + step, len(rows)))


def _few_lines(image: Array) -> Iterator[tuple[slice, slice]]:
    """Divide an image (H, W, N * C) into pieces of about `_ROWS_BYTES`, of an even number of lines except the last.

    Yields
    ------
    (slice, slice)
        Lines of the image, and those of an image half as high.
    """
    step = max(1, _ROWS_BYTES // max(1, 2 * image[0].nbytes))
    for pair in range(0, (len(image) + 1) // 2, step):
        stop = min(2 * (pair + step), len(image))
        yield slice(2 * pair, stop), slice(pair, stop // 2)
