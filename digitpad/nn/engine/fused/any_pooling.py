"""Max and average pooling with any window, in the order of memory that the image has.

`pooling.py` pools the output of another layer; these layers stand alone, behind an activation that is not monotone or
with a window that is not 2x2. A cell of the window sees every s-th pixel of every s-th row, which are runs of memory
with a pixel of all images each. What lies in the padding is left out, instead of being copied into a larger image.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, Order, order_of
from digitpad.nn.engine.fused.patches import Slide, row_bands
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import AvgPool2D, MaxPool2D

#: Numbers of the image in a band: with the output and the gradient they fit into a second-level cache.
_BAND_NUMBERS = 1 << 16

Tap: TypeAlias = tuple[tuple[slice, slice], tuple[slice, slice]]
"""The places at which a cell of the window lies inside the image, and the pixels that it has there."""


class FusedAvgPool2D(Layer):
    """The same as `pool`.

    Parameters
    ----------
    pool
        The layer to replace.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, pool: AvgPool2D, scratch: Workspace) -> None:
        self.pool, self._own = pool, scratch.sibling()
        self._order = CHANNELS_LAST
        self._cache: tuple[Shape, Shape] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the mean over each window of `x` (N, C, H, W), in memory that the next call overwrites."""
        self.pool.check.unseen_batch(x, (None, None, None))
        self._order = order_of(x)
        image = self._order.contiguous(x, self._own, "image")
        out = _output_memory(self.pool, image, self._own)
        out.fill(0)
        for _, (places, pixels) in _taps(self.pool, image.shape, out.shape):
            out[places] += image[pixels]
        out *= self._share(image.shape, out)
        self._cache = (image.shape, out.shape) if training else None
        return self._order.batch(out)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return each window's gradient, distributed equally, in memory that the next call overwrites."""
        image_shape, out_shape = require_cache(self, self._cache)
        _check_upstream(self.pool, self._order, grad_output, out_shape)
        grad_out = self._order.image(grad_output)
        shared = np.multiply(grad_out, self._share(image_shape, grad_out), out=self._own.empty("shared", out_shape))
        grad_image = self._own.empty("grad_image", image_shape)
        apart = _windows_are_apart(self.pool)
        grad_image.fill(0)
        for _, (places, pixels) in _taps(self.pool, image_shape, out_shape):
            if apart:
                np.copyto(grad_image[pixels], shared[places])
            else:
                grad_image[pixels] += shared[places]
        return self._order.batch(grad_image)

    def _share(self, image_shape: Shape, like: Array) -> Array:
        """Return one over the number of pixels that count in each window, (rows, columns, 1, 1) or one for all."""
        if self.pool.count_include_pad and not self.pool.ceil_mode:
            return np.full((1, 1, 1, 1), 1 / np.prod(self.pool.kernel_size), like.dtype)
        rows, columns = self.pool.counted(like, image_shape[:2])
        share: Array = (1 / (rows[:, None] * columns)).astype(like.dtype)[..., None, None]
        return share


class FusedMaxPool2D(Layer):
    """The same as `pool`.

    Parameters
    ----------
    pool
        The layer to replace.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, pool: MaxPool2D, scratch: Workspace) -> None:
        self.pool = pool
        self._own, self._scratch = scratch.sibling(), scratch
        self._order = CHANNELS_LAST
        self._cache: tuple[Shape, Array] | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the maximum over each window of `x` (N, C, H, W), in memory that the next call overwrites."""
        self.pool.check.unseen_batch(x, (None, None, None))
        self._order = order_of(x)
        image = self._order.contiguous(x, self._own, "image")
        out = _output_memory(self.pool, image, self._own)
        out.fill(-np.inf)
        # Which cell of the window is the largest; of equal ones the first, as in `MaxPool2D`.
        cells = int(np.prod(self.pool.kernel_size))
        winner = self._own.empty("winner", out.shape, np.min_scalar_type(cells))
        if training:
            winner.fill(0)
        for number, (places, pixels) in _taps(self.pool, image.shape, out.shape):
            here, seen = out[places], image[pixels]
            if training:
                larger = np.greater(seen, here, out=self._scratch.empty("larger", here.shape, np.bool_))
                # Numbers grow from cell to cell, so the maximum keeps the newest.
                index = np.multiply(larger, winner.dtype.type(number), out=self._scratch_like(winner, here.shape))
                np.maximum(winner[places], index, out=winner[places])
            np.maximum(here, seen, out=here)
        self._cache = (image.shape, winner) if training else None
        return self._order.batch(out)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return each window's gradient at its largest value, in memory that the next call overwrites."""
        image_shape, winner = require_cache(self, self._cache)
        _check_upstream(self.pool, self._order, grad_output, winner.shape)
        grad_out = self._order.image(grad_output)
        grad_image = self._own.empty("grad_image", image_shape)
        apart = _windows_are_apart(self.pool)
        grad_image.fill(0)
        for number, (places, pixels) in _taps(self.pool, image_shape, winner.shape):
            won = np.equal(winner[places], number, out=self._scratch.empty("won", winner[places].shape, np.bool_))
            target = grad_image[pixels] if apart else self._scratch.empty("part", won.shape)
            part = np.multiply(grad_out[places], won, out=target)
            if not apart:
                grad_image[pixels] += part
        return self._order.batch(grad_image)

    def _scratch_like(self, winner: Array, shape: Shape) -> Array:
        return self._scratch.empty("index", shape, winner.dtype)


def _output_memory(pool: AvgPool2D | MaxPool2D, image: Array, own: Workspace) -> Array:
    """Return memory for the output of an image (H, W, ..., ...)."""
    _, rows, columns = pool.output_shape((1, *image.shape[:2]))
    return own.empty("out", (rows, columns, *image.shape[2:]))


def _check_upstream(pool: AvgPool2D | MaxPool2D, order: Order, grad_output: Array, out_shape: Shape) -> None:
    pool.check.upstream(grad_output, tuple(out_shape[order.axes.index(axis)] for axis in range(4)))


def _taps(pool: AvgPool2D | MaxPool2D, image_shape: Shape, out_shape: Shape) -> Iterator[tuple[int, Tap]]:
    """Yield where each cell of the window lies inside the image, with the number of the cell, band by band.

    A band is some rows of the output: what its windows see is still in the cache for the next cell.
    """
    down, right = (
        Slide(-padding[0], step, taps, apart, places)
        for padding, step, taps, apart, places in zip(
            pool.padding, pool.stride, pool.kernel_size, pool.dilation, out_shape[:2], strict=True
        )
    )
    numbers_in_row = int(np.prod(image_shape[1:])) * down.step
    for band in row_bands(down.places, _BAND_NUMBERS // max(1, numbers_in_row), even=False):
        for i in range(down.taps):
            rows, lines = down.inside(i, band, image_shape[0])
            for j in range(right.taps):
                columns, pixels = right.inside(j, slice(0, right.places), image_shape[1])
                places = slice(rows.start + band.start, rows.stop + band.start)
                yield i * right.taps + j, ((places, columns), (lines, pixels))


def _windows_are_apart(pool: AvgPool2D | MaxPool2D) -> bool:
    """Return whether no pixel is in several windows, so that nothing is added up going backward."""
    return pool.dilation == (1, 1) and all(
        size <= step for size, step in zip(pool.kernel_size, pool.stride, strict=True)
    )
