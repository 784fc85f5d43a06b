"""Receptive fields: the pixels of the image that influence one cell of a feature map.

A layer with kernel size k and stride s enlarges the field by (k - 1) times the distance between neighbouring cells, and
multiplies that distance by s. Pooling counts as such a layer: convolution 3, pooling 2 with stride 2 and convolution 5
see 1 + 2 * 1 + 1 * 1 + 4 * 2 = 12 pixels along each axis, not 11. Source: Araujo, Norris and Sim, "Computing Receptive
Fields of Convolutional Neural Networks", Distill 2019.

This arithmetic gives the size, stride and start of a field in the middle of a map. The span of every cell is kept as
well, so that the pixels are also exact at the edges, and behind transposed convolutions, whose cells see parts of
unequal size.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Self

Span = tuple[int, int]
"""The first pixel of the field, and the one after its last; (0, 0) if it is empty."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Extent:
    """The receptive field along one axis, in pixels of the image.

    Cell i of the map sees `size` pixels, starting at `start + i * stride`. Parts of a field outside the image are
    padding. Behind transposed convolutions the stride is a fraction of a pixel, and cells see parts of unequal size, of
    at most `size` pixels.

    Parameters
    ----------
    size, stride, start
        See above.
    spans
        What each cell of the map sees exactly, clipped to the image.
    """

    size: int
    stride: Fraction
    start: Fraction
    spans: tuple[Span, ...] = field(repr=False)

    def through(self, kernel: int, stride: int, padding: Pair, dilation: int = 1) -> Self:
        """Return the extent behind a window of `kernel` taps, `dilation` cells apart, that moves by `stride` cells."""
        if self.stride == 0:
            return self  # Every cell sees the whole image, and so do those behind it.
        reach = (kernel - 1) * dilation
        places = (len(self.spans) + sum(padding) - reach - 1) // stride + 1
        spans = tuple(
            self._seen(range(first, first + reach + 1, dilation))
            for first in range(-padding[0], -padding[0] + places * stride, stride)
        )
        return type(self)(
            size=_whole(self.size + reach * self.stride, spans),
            stride=self.stride * stride,
            start=self.start - padding[0] * self.stride,
            spans=spans,
        )

    def through_transposed(
        self, kernel: int, stride: int, padding: Pair, dilation: int = 1, output_padding: int = 0
    ) -> Self:
        """Return the extent behind a transposed window: cell i has its first tap at `i * stride - padding`."""
        if self.stride == 0:
            return self
        reach = (kernel - 1) * dilation
        places = (len(self.spans) - 1) * stride - sum(padding) + reach + output_padding + 1
        spacing = self.stride / stride
        # Cell o is reached by the cells i with o + padding = i * stride + j * dilation for a tap j.
        reached = [
            [(place - tap * dilation) // stride for tap in range(kernel) if (place - tap * dilation) % stride == 0]
            for place in range(padding[0], padding[0] + places)
        ]
        # In the middle of a map the pattern repeats every `stride` cells; the largest field of a period is used.
        widest = max(
            (
                max(inputs) - min(inputs)
                for inputs in (
                    [tap for tap in range(kernel) if (phase - tap * dilation) % stride == 0] for phase in range(stride)
                )
                if inputs
            ),
            default=0,
        )
        spans = tuple(self._seen(cells) for cells in reached)
        return type(self)(
            size=_whole(self.size + widest * dilation * spacing, spans),
            stride=spacing,
            start=self.start + (padding[0] - reach) * spacing,
            spans=spans,
        )

    def through_cells(self, seen: Sequence[range]) -> Self:
        """Return the extent behind a layer whose cell i is computed from the cells `seen[i]` of this map."""
        if self.stride == 0:
            return self
        cells = len(self.spans)
        spacing = Fraction(cells, len(seen))
        spans = tuple(self._seen(some) for some in seen)
        first = min(Fraction(some.start) - index * spacing for index, some in enumerate(seen))
        return type(self)(
            size=_whole(self.size + (max(len(some) for some in seen) - 1) * self.stride, spans),
            stride=self.stride * spacing,
            start=self.start + first * self.stride,
            spans=spans,
        )

    def through_border(self, padding: Pair, sources: Sequence[int]) -> Self:
        """Return the extent behind a border; cell i is a copy of this map's cell `sources[i]`, or of none at -1."""
        if self.stride == 0:
            return self
        return replace(self.through(1, 1, padding), spans=tuple(self._seen([source]) for source in sources))

    def united(self, other: Self) -> Self:
        """Return the extent of cells that see what this and the `other` extent see, in maps of the same length."""
        pairs = zip(self.spans, other.spans, strict=False)
        # Branches mostly see the same, in networks with hundreds of them.
        spans = tuple(one if one == two and one[0] < one[1] else _hull((one, two)) for one, two in pairs)
        if self.stride != other.stride:
            # One of them sees the whole image, or the maps have a single cell: there is no common stride.
            widest = max(self, other, key=lambda extent: extent.size)
            size, stride, start = widest.size, widest.stride, widest.start
        else:
            stride, start = self.stride, min(self.start, other.start)
            end = max(self.start + self.size, other.start + other.size)
            size = _whole(end - start, spans)
        return type(self)(size, stride, start, spans)

    def span(self, index: int) -> Span:
        """Return the first pixel that cell `index` sees and the one after the last.

        Raises
        ------
        ValueError
            If the map has no such cell.
        """
        # A unit that sees the whole image has a single span.
        place = 0 if self.stride == 0 else index
        if not 0 <= place < len(self.spans):
            raise ValueError(f"Extent: index is {index}; expected a cell of the map, in [0, {len(self.spans)})")
        return self.spans[place]

    def _seen(self, cells: Iterable[int]) -> Span:
        """Return the pixels that several cells see together; cells outside the map are padding and see none."""
        return _hull([self.spans[cell] for cell in cells if 0 <= cell < len(self.spans)])


def _whole(size: Fraction, spans: Sequence[Span]) -> int:
    """Return `size` rounded up to pixels, or the largest span if that is larger.

    It is larger where a dilated transposed convolution has changed the order of neighbouring cells.
    """
    return max(math.ceil(size), *(end - first for first, end in spans), 0)


def _hull(spans: Sequence[Span]) -> Span:
    """Return the smallest span that contains all spans that are not empty."""
    seen = [span for span in spans if span[0] < span[1]]
    return (min(first for first, _ in seen), max(end for _, end in seen)) if seen else (0, 0)


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The pixels of the image that one cell of a feature map sees, along rows and columns.

    Parameters
    ----------
    rows, columns
        The two extents.
    image
        Height and width of the image in pixels.
    """

    rows: Extent
    columns: Extent
    image: Pair

    @classmethod
    def of_image(cls, height: int, width: int) -> Self:
        """Return the field of a pixel of the image itself: one pixel."""
        rows, columns = (
            Extent(1, Fraction(1), Fraction(0), tuple((pixel, pixel + 1) for pixel in range(size)))
            for size in (height, width)
        )
        return cls(rows, columns, (height, width))

    @classmethod
    def whole_image(cls, height: int, width: int) -> Self:
        """Return the field of a unit that sees the whole image."""
        rows, columns = (Extent(size, Fraction(0), Fraction(0), ((0, size),)) for size in (height, width))
        return cls(rows, columns, (height, width))

    @property
    def size(self) -> Pair:
        """Height and width of the field in pixels."""
        return self.rows.size, self.columns.size

    def through(self, kernel: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair = (1, 1)) -> Self:
        """Return the field behind a sliding window.

        Parameters
        ----------
        kernel, stride, dilation
            (height, width) of the window, its step, and the distance between its taps.
        padding
            Rows (above, below) and columns (left, right).
        """
        return type(self)(
            self.rows.through(kernel[0], stride[0], padding[0], dilation[0]),
            self.columns.through(kernel[1], stride[1], padding[1], dilation[1]),
            self.image,
        )

    def through_transposed(
        self,
        kernel: Pair,
        stride: Pair,
        padding: tuple[Pair, Pair],
        dilation: Pair = (1, 1),
        output_padding: Pair = (0, 0),
    ) -> Self:
        """Return the field behind a transposed convolution; arguments as for `through`."""
        return type(self)(
            self.rows.through_transposed(kernel[0], stride[0], padding[0], dilation[0], output_padding[0]),
            self.columns.through_transposed(kernel[1], stride[1], padding[1], dilation[1], output_padding[1]),
            self.image,
        )

    def through_cells(self, seen: Callable[[int, int], Sequence[range]]) -> Self:
        """Return the field behind a layer whose rows and columns are computed from some rows and columns each.

        Parameters
        ----------
        seen
            Called with an axis, 0 for rows or 1 for columns, and the number of cells along it; returns the cells that
            each cell of the layer is computed from.
        """
        return type(self)(
            self.rows.through_cells(seen(0, len(self.rows.spans))),
            self.columns.through_cells(seen(1, len(self.columns.spans))),
            self.image,
        )

    def through_border(self, padding: tuple[Pair, Pair], sources: Callable[[int, int], Sequence[int]]) -> Self:
        """Return the field behind a border around the map.

        Parameters
        ----------
        padding
            Rows (above, below) and columns (left, right).
        sources
            Called with an axis, 0 for rows or 1 for columns, and the number of cells along it; returns the cell that
            each cell of the padded map is a copy of, or -1 for none.
        """
        return type(self)(
            self.rows.through_border(padding[0], sources(0, len(self.rows.spans))),
            self.columns.through_border(padding[1], sources(1, len(self.columns.spans))),
            self.image,
        )

    def united(self, other: Self) -> Self:
        """Return the field of cells that see what the cells of two branches see."""
        return type(self)(self.rows.united(other.rows), self.columns.united(other.columns), self.image)

    def everything(self) -> Self:
        """Return the field of a unit that depends on every cell, such as one of a linear layer."""
        return type(self).whole_image(*self.image)

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return the pixels that a cell sees as (top, left, bottom, right), ends excluded, clipped to the image."""
        top, bottom = self.rows.span(row)
        left, right = self.columns.span(column)
        return top, left, bottom, right
