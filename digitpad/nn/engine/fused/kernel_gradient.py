"""The gradient of a kernel for images that lie in memory as (H, W, C, N): see `patches.py` for the other products.

    grad_weight[:, :, i, j] = sum over y of grad_out[y] (O, places * N) @ turned[y * stride + i] (places * N, C)

Each weight sums over all places and images, so both have to follow each other in memory. A row of pixels, (W, C, N),
is *turned* to (C, W * N), in runs of N numbers, and so is a row of the gradient. With stride 1, what a column of the
kernel sees in a turned row is the row itself from another column on: all cells of the kernel are views of one copy.
With a stride s there are s copies, each with every s-th pixel: column j of the kernel sees copy j mod s from its pixel
j // s on.

The products of different rows are added up afterwards. The outputs are divided into parts, so that OpenBLAS takes its
kernels for small matrices, which do not copy their operands first: up to a million multiplications, and here about
1,200 results. With 48 outputs of 24 maps that is 119 billion operations a second instead of 70.
"""

import math

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.normalization import column_sums
from digitpad.nn.engine.fused.patches import Slide, overlapping, row_bands, small_parts
from digitpad.nn.engine.fused.small_products import SMALL_PRODUCT
from digitpad.nn.engine.fused.workspace import Workspace

#: Bytes of the turned rows and products of a band: half of the second-level cache of common processors.
_BAND_BYTES = 1_000_000

#: Most results of one product.
_RESULTS = 1_200


class KernelGradient:
    """The products of images and gradients for each cell of a kernel.

    Parameters
    ----------
    down, right
        How the window slides over the image.
    groups
        Parts of the channels that are convolved separately.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, down: Slide, right: Slide, groups: int, scratch: Workspace) -> None:
        self._down, self._right, self._groups, self._scratch = down, right, groups, scratch

    def shape(self, in_channels: int, out_channels: int) -> Shape:
        """Return (kernel rows, kernel columns, groups, O / groups, C / groups)."""
        return (
            self._down.taps,
            self._right.taps,
            self._groups,
            out_channels // self._groups,
            in_channels // self._groups,
        )

    def bands(self, image: Shape, out_channels: int, itemsize: int, *, even: bool = False) -> list[slice]:
        """Divide the rows of places into bands that take about `_BAND_BYTES`.

        Parameters
        ----------
        image
            The shape of the image, (H, W, C, N).
        out_channels
            Channels of the gradient.
        itemsize
            Bytes of a number.
        even
            Whether all bands except the last have an even number of rows.
        """
        _, _, channels, n = image
        copies, columns = self._columns()
        row = copies * columns * channels * n * self._down.step + self._right.places * out_channels * n
        row += math.prod(self.shape(channels, out_channels))
        return row_bands(self._down.places, _BAND_BYTES // max(1, row * itemsize), even=even)

    def add(self, image: Array, grad_out: Array, band: slice, total: Array) -> None:
        """Add the products of a band to `total`.

        Parameters
        ----------
        image
            (H, W, C, N).
        grad_out
            The gradient of the band, (rows, places, O, N).
        band
            Rows of places.
        total
            As `shape` describes.
        """
        rows, places, out_channels, n = grad_out.shape
        size = out_channels // self._groups
        most = min(_RESULTS, SMALL_PRODUCT // max(1, places * n))
        parts = small_parts(size, image.shape[2] // self._groups, most)
        turned_grad = self._scratch.empty("turned_grad", (rows, self._groups, parts, size // parts, places * n))
        np.copyto(turned_grad.reshape(rows, out_channels, places, n), grad_out.transpose(0, 2, 1, 3))
        products = self._scratch.empty("products", (rows, *total.shape[:3], parts, size // parts, total.shape[4]))
        turned, factor = self._turn(image, band), turned_grad[:, np.newaxis, np.newaxis]
        for phase in range(turned.shape[1]):
            cells = self._cells(turned, phase, rows, n)[..., np.newaxis, :, :].swapaxes(6, 5)
            np.matmul(factor, cells, out=products[:, :, phase :: self._right.step])
        total += column_sums(products.reshape(rows, -1)).reshape(total.shape)

    def _turn(self, image: Array, band: slice) -> Array:
        """Return the rows of the image that a band sees, (rows, copies, C, columns, N), with zeros as padding."""
        height, width, channels, n = image.shape
        down, right = self._down, self._right
        copies, columns = self._columns()
        first = down.first + band.start * down.step
        every = Slide(first, 1, 1, 1, (band.stop - band.start - 1) * down.step + (down.taps - 1) * down.apart + 1)
        turned = self._scratch.empty("turned", (every.places, copies, channels, columns, n))
        rows, positions = every.inside(0, slice(0, every.places), height)
        turned[: rows.start] = 0
        turned[rows.stop :] = 0
        for copy in range(copies):
            places, beside = Slide(right.first + copy, right.step, 1, 1, columns).inside(0, slice(0, columns), width)
            there = turned[rows, copy]
            np.copyto(there[:, :, places], image[positions, beside].transpose(0, 2, 1, 3))
            there[:, :, : places.start] = 0
            there[:, :, places.stop :] = 0
        return turned

    def _cells(self, turned: Array, phase: int, rows: int, n: int) -> Array:
        """Return what the cells see in a copy: (rows, kernel rows, some columns, groups, C / groups, places * N)."""
        row, copy, channel, column, number = turned.strides
        size = turned.shape[2] // self._groups
        taps = len(range(phase, self._right.taps, self._right.step))
        return overlapping(
            turned,
            (rows, self._down.taps, taps, self._groups, size, self._right.places * n),
            (
                row * self._down.step,
                row * self._down.apart,
                column * self._right.apart,
                channel * size,
                channel,
                number,
            ),
            offset=phase * copy,
        )

    def _columns(self) -> tuple[int, int]:
        """Return the number of copies of a turned row, and of their columns."""
        right = self._right
        return min(right.step, right.taps), right.places + (right.taps - 1) // right.step * right.apart
