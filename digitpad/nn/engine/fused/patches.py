"""Convolutions without a transform, for batches: each pixel is a matrix of channels by images.

Images are laid out as (H, W, C, N), *images last*. A pixel is then a matrix (C, N) that lies in memory as a whole, and
the next pixel of the row follows it. So the patch that a window sees in one row of the image, kernel columns times
channels, is a matrix (columns * C, N) as it lies there; patches that overlap are overlapping views, not copies. Rows
are made neighbours by copying each row to the places where a kernel's row sees it, in runs of a whole row of pixels:

    seen[y, x, i] = image[y * stride + i * dilation - padding, x - padding]               for i in the kernel's rows
    out[y, x]     = weight (O, columns * rows * C) @ seen[y, x * stride : ... + columns] (columns * rows * C, N)

The image is copied once for each row of the kernel, not for each of its cells, and every output is written once,
without adding up parts. The products are small, one for each pixel, but one call of NumPy computes all of a band of
rows, and OpenBLAS has kernels for small matrices that read them where they are. They reach the speed of its large
products for any number of channels, down to the one channel of a first layer, because the vectors of the processor go
along the images. That is also the limit: with fewer than 16 images they are not full.

**The gradient of the image**, along one axis: image[y] is seen by out[q] through tap i where y + padding = q * stride
+ i * dilation. With stride 1, y sees the outputs q = y + padding - i * dilation: that is a convolution of the gradient
by the reversed kernel. With a stride s, the pixels y = s * u + a of each phase a < s are seen through every s-th tap
alone, those with i = a + padding (modulo s), and q = u + (a + padding - i) / s: for each phase a convolution with
stride 1 by a part of the kernel. No output is spread over pixels, so nothing is added up in memory here either.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from digitpad.nn.backend import Array, Shape
from digitpad.nn.engine.fused.small_products import SMALL_PRODUCT
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.functional import Pair
from digitpad.nn.layers import Conv2D

#: Bytes that a band of outputs sees and writes: half of the second-level cache of common processors.
_BAND_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Slide:
    """How a window slides along one axis of an image.

    Parameters
    ----------
    first
        The position of the first tap at the first place; negative if it lies in the padding.
    step
        The stride.
    taps, apart
        Number of taps, and the distance between neighbours.
    places
        Number of places.
    """

    first: int
    step: int
    taps: int
    apart: int
    places: int

    def inside(self, tap: int, places: slice, size: int) -> tuple[slice, slice]:
        """Return where a tap lies inside an axis of `size`: some of the places, counted from the first of `places`.

        Returns
        -------
        (slice, slice)
            Those places, and the positions of the tap at them; both are empty if it never lies inside.
        """
        start = self.first + tap * self.apart
        low = max(places.start, -(start // self.step))
        high = min(places.stop, (size - 1 - start) // self.step + 1)
        if low >= high:
            return slice(0, 0), slice(0, 0)
        seen = slice(start + low * self.step, start + (high - 1) * self.step + 1, self.step)
        return slice(low - places.start, high - places.start), seen


_Index = tuple[slice | int, ...]
#: Pairs of where to copy and what, and where to write zeros.
_Copies = tuple[list[tuple[_Index, _Index]], list[_Index]]


class Patches:
    """The patches of an image as matrices, ready for the product with a kernel.

    Parameters
    ----------
    down, right
        How the window slides.
    groups
        Parts of the channels that are convolved separately.
    scratch
        Memory shared with the other layers of the network.
    """

    def __init__(self, down: Slide, right: Slide, groups: int, scratch: Workspace) -> None:
        self._down, self._right, self._groups, self._scratch = down, right, groups, scratch
        #: What is copied, by first and last row of the band, height and width of the image: the same in every step.
        self._copies: dict[tuple[int, int, int, int], _Copies] = {}

    def bands(self, image: Shape, out_channels: int, itemsize: int, *, even: bool = False) -> list[slice]:
        """Divide the rows of outputs into bands that see and write about `_BAND_BYTES`.

        Parameters
        ----------
        image
            The shape of the image, (H, W, C, N).
        out_channels
            Channels of the output.
        itemsize
            Bytes of a number.
        even
            Whether all bands except the last have an even number of rows.
        """
        row = math.prod(self._seen_shape(image, 1)) + self._right.places * out_channels * image[3]
        return row_bands(self._down.places, _BAND_BYTES // max(1, row * itemsize), even=even)

    def seen(self, image: Array, band: slice) -> Array:
        """Return the patches that a band of outputs sees, as a view of reusable memory.

        Parameters
        ----------
        image
            (H, W, C, N), contiguous in this order.
        band
            Rows of outputs.

        Returns
        -------
        Array
            (groups, rows, columns, K, N), where K counts the columns of the kernel, its rows, and the channels.
        """
        seen = self._rows_as_they_are(image, band)
        if seen is None:
            seen = self._copy_rows(image, band)
        groups, rows, _, _, taps, channels, n = seen.shape
        # Overlapping views, unless each tap has a copy of its own.
        across = seen.strides[2] * (1 if self._right.apart > 1 else self._right.step)
        shape = (groups, rows, self._right.places, self._right.taps * taps * channels, n)
        strides = (*seen.strides[:2], across, *seen.strides[-2:])
        if seen.flags.c_contiguous:
            return overlapping(seen, shape, strides)
        return np.lib.stride_tricks.as_strided(seen, shape, strides)

    def _rows_as_they_are(self, image: Array, band: slice) -> Array | None:
        """Return rows of the image itself, like `_copy_rows`, if the kernel has one row and sees no padding."""
        height, width, channels, n = image.shape
        down, right = self._down, self._right
        reach = right.first + (right.places - 1) * right.step + right.taps
        rows, positions = down.inside(0, band, height)
        whole = rows == slice(0, band.stop - band.start) and right.first >= 0 and reach <= width
        if not whole or down.taps > 1 or self._groups > 1 or right.apart > 1:
            return None
        return image[positions, right.first : reach].reshape(
            1, len(range(*rows.indices(height))), -1, 1, 1, channels, n
        )

    def _copy_rows(self, image: Array, band: slice) -> Array:
        """Return each row where the rows of the kernel see it: (groups, rows, columns, copies, taps, C / groups, N)."""
        height, width, channels, n = image.shape
        seen = self._scratch.empty("seen", self._seen_shape(image.shape, band.stop - band.start))
        parts = image.reshape(height, width, self._groups, channels // self._groups, n).transpose(2, 0, 1, 3, 4)
        place = (band.start, band.stop, height, width)
        if place not in self._copies:
            self._copies[place] = self._copies_of(band, height, width)
        copies, padding = self._copies[place]
        for there, positions in copies:
            np.copyto(seen[there], parts[positions])
        for there in padding:
            seen[there] = 0
        return seen

    def _copies_of(self, band: slice, height: int, width: int) -> _Copies:
        """Return what `_copy_rows` copies from an image of this size, and where it writes zeros."""
        copies: list[tuple[_Index, _Index]] = []
        padding: list[_Index] = []
        every = slice(None)
        size = self._seen_shape((height, width, self._groups, 1), band.stop - band.start)[1:3]
        for copy in range(self._right.taps if self._right.apart > 1 else 1):
            columns, beside = self._columns(copy, width)
            for tap in range(self._down.taps):
                rows, positions = self._down.inside(tap, band, height)
                copies.append(((every, rows, columns, copy, tap), (every, positions, beside)))
                padding += [(every, outside, every, copy, tap) for outside in _outside(rows, size[0])]
            padding += [(every, every, outside, copy) for outside in _outside(columns, size[1])]
        return copies, padding

    def _columns(self, copy: int, width: int) -> tuple[slice, slice]:
        """Return columns of a copy of the image, and the columns of the image that they hold."""
        right = self._right
        if right.apart > 1:
            return right.inside(copy, slice(0, right.places), width)
        every = Slide(right.first, 1, 1, 1, (right.places - 1) * right.step + right.taps)
        return every.inside(0, slice(0, every.places), width)

    def _seen_shape(self, image_shape: Shape, rows: int) -> Shape:
        """Return the shape of what `rows` rows of outputs see; with dilation each column of the kernel has a copy."""
        channels, n = image_shape[2] // self._groups, image_shape[3]
        right = self._right
        if right.apart > 1:
            return self._groups, rows, right.places, right.taps, self._down.taps, channels, n
        return self._groups, rows, (right.places - 1) * right.step + right.taps, 1, self._down.taps, channels, n


def forward_slides(conv: Conv2D, image: Pair) -> tuple[Slide, Slide]:
    """Return how the window of a convolution slides over an image of this height and width."""
    places = conv.output_shape((conv.in_channels, *image))[1:]
    window = zip(conv.padding, conv.stride, conv.kernel_size, conv.dilation, places, strict=True)
    down, right = (Slide(-padding[0], step, taps, apart, count) for padding, step, taps, apart, count in window)
    return down, right


def backward_slides(slide: Slide, size: int) -> list[tuple[slice, slice, Slide]]:
    """Return the convolutions of the gradient that give the gradient of an axis of `size`; derived at the top.

    Parameters
    ----------
    slide
        The forward slide; either its step or its distance between taps is 1.
    size
        Number of pixels.

    Returns
    -------
    list of (slice, slice, Slide)
        For each phase its pixels, the taps that see them, the last first, and how those slide over the gradient.
    """
    found = []
    for phase in range(min(slide.step, size)):
        first_tap = (phase - slide.first) % slide.step
        taps = len(range(first_tap, slide.taps, slide.step))
        last = (phase - slide.first - first_tap) // slide.step
        pixels = slice(phase, size, slide.step)
        reversed_taps = slice(first_tap + (taps - 1) * slide.step, first_tap - 1 if first_tap else None, -slide.step)
        back = Slide(last - (taps - 1) * slide.apart, 1, taps, slide.apart, len(range(phase, size, slide.step)))
        found.append((pixels, reversed_taps, back))
    return found


def row_bands(rows: int, height: int, *, even: bool) -> list[slice]:
    """Divide rows into bands of `height`, at least one; if `even`, of an even number of rows except the last."""
    step = max(2, height // 2 * 2) if even else max(1, height)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]


@cache
def small_parts(size: int, cost: int, most: int) -> int:
    """Return into how many equal parts to divide `size` rows that cost `cost` each, so that a part costs `most`."""
    divisors = (parts for parts in range(1, size + 1) if size % parts == 0)
    return next((parts for parts in divisors if size // parts * cost <= most), size)


def multiply_patches(kernel: Array, seen: Array, out: Array) -> None:
    """Write the product of a kernel with the patches of a band.

    Parameters
    ----------
    kernel
        (groups, 1, 1, O / groups, K).
    seen
        (groups, rows, columns, K, N).
    out
        (groups, rows, columns, O / groups, N).
    """
    groups, _, _, outputs, terms = kernel.shape
    parts = small_parts(outputs, terms * seen.shape[4], SMALL_PRODUCT)
    size = outputs // parts
    # An axis is divided without a copy, even if the groups of `out` are not contiguous.
    divided = out.reshape(*out.shape[:3], parts, size, out.shape[4])
    np.matmul(kernel.reshape(groups, 1, 1, parts, size, terms), seen[:, :, :, np.newaxis], out=divided)


def overlapping(memory: Array, shape: Shape, strides: Shape, *, offset: int = 0) -> Array:
    """Return a view of contiguous memory with any strides, in a sixth of the time of NumPy's `as_strided`.

    Parameters
    ----------
    memory
        A contiguous array.
    shape, strides
        Of the view; strides in bytes.
    offset
        Bytes before the first element of the view.
    """
    view: Array = np.ndarray(shape, memory.dtype, memory, offset, strides)
    return view


def _outside(inside: slice, size: int) -> list[slice]:
    """Return the parts of `size` places before and after those `inside`, without empty ones."""
    return [part for part in (slice(0, inside.start), slice(inside.stop, size)) if part.start < part.stop]


def by_pixel(image: Array, groups: int) -> Array:
    """Return an image (H, W, C, N) as (groups, H, W, C / groups, N), a view."""
    height, width, channels, n = image.shape
    return image.reshape(height, width, groups, channels // groups, n).transpose(2, 0, 1, 3, 4)
