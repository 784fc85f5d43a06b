"""Which pixels of the image one cell of a feature map can see.

Going through a layer with kernel k and stride s, the field grows by (k - 1) times the distance between
neighbouring cells, and that distance grows by the factor s. Pooling is such a layer too: convolution 3, pooling
2 with stride 2, convolution 5 see 12 x 12 pixels, not 11 x 11. (Araujo, Norris and Sim, "Computing Receptive
Fields of Convolutional Neural Networks", Distill 2019.)
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Self


@dataclass(frozen=True, slots=True)
class Extent:
    """The receptive field along one axis, in pixels of the image.

    Cell i of the map sees the pixels from `start + i * stride` on, `size` of them. Parts of a field that lie
    outside the image are padding. Transposed convolutions make the stride a fraction of a pixel.
    """

    size: int
    stride: Fraction
    start: Fraction

    def through(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> Self:
        """Return the extent behind a window of `kernel` taps, `dilation` apart, that moves by `stride` cells."""
        reach = (kernel - 1) * dilation
        grown = self.size + reach * self.stride
        return type(self)(
            size=-int(-grown // 1),
            stride=self.stride * stride,
            start=self.start - padding * self.stride,
        )

    def span(self, index: int) -> tuple[int, int]:
        """Return the first pixel that cell `index` sees and the one after the last, not clipped to the image."""
        first = int((self.start + index * self.stride) // 1)
        return first, first + self.size


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What one cell of a feature map sees of the image, along its rows and its columns.

    Parameters
    ----------
    rows, columns
        The two extents.
    image
        Height and width of the image in pixels.
    """

    rows: Extent
    columns: Extent
    image: tuple[int, int]

    @classmethod
    def of_image(cls, height: int, width: int) -> Self:
        """Return the field of a pixel of the image itself: one pixel."""
        pixel = Extent(size=1, stride=Fraction(1), start=Fraction(0))
        return cls(pixel, pixel, (height, width))

    @classmethod
    def whole_image(cls, height: int, width: int) -> Self:
        """Return the field of a unit that sees everything."""
        return cls(Extent(height, Fraction(0), Fraction(0)), Extent(width, Fraction(0), Fraction(0)), (height, width))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the field in pixels."""
        return self.rows.size, self.columns.size

    def through(
        self,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: tuple[int, int],
        dilation: tuple[int, int] = (1, 1),
    ) -> Self:
        """Return the field behind a sliding window; each argument is (height, width), padding is top and left."""
        return type(self)(
            self.rows.through(kernel[0], stride[0], padding[0], dilation[0]),
            self.columns.through(kernel[1], stride[1], padding[1], dilation[1]),
            self.image,
        )

    def everything(self) -> Self:
        """Return the field of a unit that sees every cell, such as a linear layer's."""
        return type(self).whole_image(*self.image)

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return (top, left, bottom, right) of what the cell sees, ends excluded, clipped to the image."""
        top, bottom = self.rows.span(row)
        left, right = self.columns.span(column)
        height, width = self.image
        return max(top, 0), max(left, 0), min(bottom, height), min(right, width)
