"""Convolutions with kernels of any size, in two steps: across each row of the image, then down its columns.

    products[y, x, i] = sum over j of image[y, x + j] @ weight[:, :, i, j].T
    out[y, x] = sum over i of products[y + i, x, i]

The first step is one matrix product: each pixel of a row is followed by its neighbours to the right, and the rows of
the kernel lie side by side as outputs. So the image is repeated once for each column of the kernel instead of once for
each cell, and the product is large. The second step adds long runs of memory.
"""

import math

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.normalization import column_sums, pixel_rows
from digitpad.nn.engine.fused.small_products import multiply
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers import Conv2D

#: Bytes of working memory for a band of rows; see `convolution.py`.
_BAND_BYTES = 2_000_000

#: With fewer channels, the product is too small to be efficient.
_LEAST_CHANNELS = 4


class RowConv2D(Layer):
    """The same as `conv`, on the same parameters.

    Parameters
    ----------
    conv
        A convolution that `supports` accepts.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, conv: Conv2D, scratch: Workspace) -> None:
        self.conv = conv
        self._own, self._scratch = scratch.sibling(), scratch
        self._cache: tuple[Array, Shape] | None = None

    @staticmethod
    def supports(conv: Conv2D) -> bool:
        """Return whether this class computes `conv` faster than the other classes do."""
        return conv.groups == 1 and conv.stride == (1, 1) and conv.in_channels >= _LEAST_CHANNELS

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the output for `x` (N, C, H, W), in memory that the next call overwrites."""
        self.conv.check.unseen_batch(x, (self.conv.in_channels, None, None), like=self.conv.weight.value)
        channels, rows, columns = self.conv.output_shape(x.shape[1:])
        padded = self._pad(x.transpose(2, 3, 0, 1), rows, columns)
        out = self._own.empty("out", (rows, columns, len(x), channels))
        out[...] = 0 if self.conv.bias is None else self.conv.bias.value
        kernel = self._kernel()
        for band in self._bands(padded):
            neighbours = self._neighbours(padded[band], columns)
            products = self._products(neighbours)
            multiply(neighbours.reshape(-1, len(kernel)), kernel, products.reshape(-1, kernel.shape[1]))
            for i, seen, seeing in self._rows_that_see(band, rows):
                here = out[seeing]
                here += products[seen, :, :, i]
        self._cache = (padded, x.shape) if training else None
        return out.transpose(2, 3, 0, 1)

    def backward(self, grad_output: Array) -> Array:
        """Do both in one pass over the image, a few rows at a time."""
        return self._go_back(grad_output, learn=True, want_input=True)

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient with respect to `x`, in memory that the next call overwrites."""
        return self._go_back(grad_output, learn=False, want_input=True)

    def parameter_gradients(self, grad_output: Array) -> None:
        """Add the gradients of the parameters."""
        self._go_back(grad_output, learn=True, want_input=False)

    def _go_back(self, grad_output: Array, *, learn: bool, want_input: bool) -> Array:
        """Add the gradients of the parameters and return that of the image, as asked for; else `grad_output`."""
        padded, input_shape = require_cache(self, self._cache)
        channels, rows, columns = self.conv.output_shape(input_shape[1:])
        self.conv.check.upstream(grad_output, (input_shape[0], channels, rows, columns))
        grad_out = grad_output.transpose(2, 3, 0, 1)
        grad_padded = self._own.zeroed("grad_padded", padded.shape) if want_input else None
        kernel = self._kernel()
        grad_kernel = np.zeros_like(kernel)
        for band in self._bands(padded):
            neighbours = self._neighbours(padded[band], columns)
            grad_products = self._products(neighbours)
            self._spread(grad_out, band, grad_products)
            flat, grad_flat = neighbours.reshape(-1, len(kernel)), grad_products.reshape(-1, kernel.shape[1])
            if learn:
                grad_kernel += flat.T @ grad_flat
            if grad_padded is not None:
                np.matmul(grad_flat, kernel.T, out=flat)
                for j, pixels in enumerate(self._column_taps(columns)):
                    there = grad_padded[band, pixels]
                    there += neighbours[:, :, :, j]
        if learn:
            self.conv.weight.add_grad(self._weight_of(grad_kernel))
            if self.conv.bias is not None:
                sums = column_sums(pixel_rows(grad_out))
                self.conv.bias.add_grad(sums.reshape(-1, channels).sum(axis=0))
        return grad_output if grad_padded is None else self._unpad(grad_padded, input_shape)

    # The image

    def _pad(self, image: Array, rows: int, columns: int) -> Array:
        """Return an image (H, W, N, C) with its padding, as far as outputs (rows, columns) see it."""
        height, width = (
            count + (taps - 1) * apart
            for count, taps, apart in zip((rows, columns), self.conv.kernel_size, self.conv.dilation, strict=True)
        )
        if (height, width) == image.shape[:2]:
            return image
        padded = self._own.zeroed("padded", (height, width, *image.shape[2:]))
        inside, seen = self._inside(padded, image)
        np.copyto(inside, seen)
        return padded

    def _unpad(self, padded: Array, input_shape: Shape) -> Array:
        """Return the image (N, C, H, W) within its padding, with zeros where the kernel sees nothing."""
        n, channels, height, width = input_shape
        if padded.shape[:2] == (height, width):
            return padded.transpose(2, 3, 0, 1)
        image = self._own.zeroed("grad_image", (height, width, n, channels))
        inside, seen = self._inside(padded, image)
        np.copyto(seen, inside)
        return image.transpose(2, 3, 0, 1)

    def _inside(self, padded: Array, image: Array) -> tuple[Array, Array]:
        """Return the place of the image within its padding, and as much of the image as fits there."""
        top, left = self.conv.padding[0][0], self.conv.padding[1][0]
        inside = padded[top : top + image.shape[0], left : left + image.shape[1]]
        return inside, image[: len(inside), : inside.shape[1]]

    # The two steps

    def _bands(self, padded: Array) -> list[slice]:
        """Divide the rows of a padded image into bands that take about `_BAND_BYTES` of working memory each."""
        numbers = self.conv.kernel_size[1] * padded.shape[3] + self.conv.kernel_size[0] * self.conv.out_channels
        row = math.prod(padded.shape[1:3]) * numbers * self._own.dtype.itemsize
        height = max(1, _BAND_BYTES // max(1, row))
        return [slice(start, min(start + height, len(padded))) for start in range(0, len(padded), height)]

    def _neighbours(self, band: Array, columns: int) -> Array:
        """Return each pixel with its neighbours to the right: (rows, columns, N, kernel columns, channels)."""
        rows, _, n, channels = band.shape
        neighbours = self._scratch.empty("neighbours", (rows, columns, n, self.conv.kernel_size[1], channels))
        apart = self.conv.dilation[1]
        reach = (self.conv.kernel_size[1] - 1) * apart + 1
        every = np.lib.stride_tricks.sliding_window_view(band, reach, axis=1)[:, :columns, :, :, ::apart]
        np.copyto(neighbours, every.transpose(0, 1, 2, 4, 3))
        return neighbours

    def _spread(self, grad_out: Array, band: slice, grad_products: Array) -> None:
        """Write the gradient of the products of a band: each is used by one output, or by none at the edge."""
        used = self._rows_that_see(band, len(grad_out))
        if any(seen != slice(0, len(grad_products)) for _, seen, _ in used) or len(used) < self.conv.kernel_size[0]:
            grad_products.fill(0)
        for i, seen, seeing in used:
            np.copyto(grad_products[seen, :, :, i], grad_out[seeing])

    def _products(self, neighbours: Array) -> Array:
        """Return memory for the products of a band: (rows, columns, N, kernel rows, out_channels)."""
        return self._scratch.empty(
            "products", (*neighbours.shape[:3], self.conv.kernel_size[0], self.conv.out_channels)
        )

    def _column_taps(self, columns: int) -> list[slice]:
        """Return the columns that the outputs see through each column of the kernel."""
        apart = self.conv.dilation[1]
        return [slice(j * apart, j * apart + columns) for j in range(self.conv.kernel_size[1])]

    def _rows_that_see(self, band: slice, rows: int) -> list[tuple[int, slice, slice]]:
        """Return which of a band's rows are used, for each row of the kernel that sees any.

        Returns
        -------
        list of (int, slice, slice)
            The number of the kernel's row, the rows within the band, and the rows of the output that use them.
        """
        found = []
        for i in range(self.conv.kernel_size[0]):
            above = i * self.conv.dilation[0]
            first, stop = max(band.start, above), min(band.stop, above + rows)
            if first < stop:
                seen = slice(first - band.start, stop - band.start)
                found.append((i, seen, slice(first - above, stop - above)))
        return found

    # The kernel

    def _kernel(self) -> Array:
        """Return the weights as a matrix (kernel columns * in_channels, kernel rows * out_channels)."""
        by_column = self.conv.weight.value.transpose(3, 1, 2, 0)
        return by_column.reshape(by_column.shape[0] * by_column.shape[1], -1)

    def _weight_of(self, kernel: Array) -> Array:
        """Return the weights, (out_channels, in_channels, height, width), of a matrix like that of `_kernel`."""
        out_channels, channels, rows, columns = self.conv.weight.value.shape
        return kernel.reshape(columns, channels, rows, out_channels).transpose(3, 1, 2, 0)
