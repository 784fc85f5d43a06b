"""Upsampling in the order of memory that the image has.

Nearest copies every pixel, with its numbers of all images and channels, to the block that it becomes: one run of memory
for each copy, instead of a product with a matrix of zeros and ones. Bilinear is the same two products as in
`digitpad.nn.layers.resampling`, for all images at once and in memory that is reused.
"""

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.layouts import CHANNELS_LAST, order_of
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Upsample2D


class FusedUpsample2D(Layer):
    """The same as `upsampling`.

    Parameters
    ----------
    upsampling
        The layer to replace.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, upsampling: Upsample2D, scratch: Workspace) -> None:
        self.upsampling, self._own, self._scratch = upsampling, scratch.sibling(), scratch
        self._order = CHANNELS_LAST
        self._cache: Shape | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the enlarged maps of `x` (N, C, H, W), in memory that the next call overwrites."""
        self.upsampling.check.unseen_batch(x, (None, None, None))
        self._order = order_of(x)
        image = self._order.contiguous(x, self._own, "image")
        down, right = self.upsampling.scale_factor
        height, width, *pixel = image.shape
        out = self._own.empty("out", (height * down, width * right, *pixel))
        if self.upsampling.mode == "nearest":
            out.reshape(height, down, width, right, *pixel)[...] = image[:, None, :, None]
        else:
            rows, columns = (self.upsampling.weights(axis, image.shape[axis], image) for axis in range(2))
            self._both_axes(image, rows, columns, out)
        self._cache = x.shape if training else None
        return self._order.batch(out)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the sum of each pixel's gradients, weighted as forward, in memory that the next call overwrites."""
        n, channels, height, width = require_cache(self, self._cache)
        down, right = self.upsampling.scale_factor
        self.upsampling.check.upstream(grad_output, (n, channels, height * down, width * right))
        upstream = self._order.contiguous(grad_output, self._own, "grad_output")
        pixel = upstream.shape[2:]
        grad = self._own.empty("grad", (height, width, *pixel))
        if self.upsampling.mode == "nearest":
            blocks = upstream.reshape(height, down, width, right, *pixel)
            np.copyto(grad, blocks[:, 0, :, 0])
            for cell in range(1, down * right):
                row, column = divmod(cell, right)
                grad += blocks[:, row, :, column]
        else:
            rows, columns = (self.upsampling.weights(axis, grad.shape[axis], grad).T for axis in range(2))
            self._both_axes(upstream, rows, columns, grad)
        return self._order.batch(grad)

    def _both_axes(self, image: Array, rows: Array, columns: Array, out: Array) -> None:
        """Write the products with both matrices into `out`, all images in the order of memory."""
        height, width = image.shape[:2]
        size = image[0, 0].size
        between = self._scratch.empty("between", (len(rows), width * size))
        np.matmul(rows, image.reshape(height, width * size), out=between)
        np.matmul(columns, between.reshape(len(rows), width, size), out=out.reshape(len(rows), len(columns), size))
