"""Numbers as colours, the same in the window and in the pictures that are saved.

Where a layer has negative numbers, blue is below zero and orange above: a pair that colour-blind eyes tell apart. Where
it has none, the scale runs from dark to light. Both are linear in the number, and zero has one colour of its own. A
table holds the colours, so a mosaic of maps costs one look-up for each cell.
"""

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.dependencies import as_maps
from digitpad.explain.frame import Frame, Values
from digitpad.explain.structure import Node, Structure
from digitpad.nn import layers

Colour = tuple[int, int, int]
Scope = Literal["map", "layer", "network"]
"""Over what the largest number is taken that has the strongest colour."""

#: Colours in a table. Odd, so that zero has one of its own; many enough that no two neighbours differ visibly.
_STEPS = 512


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours between 0 and a limit, or between -limit and limit.

    Attributes
    ----------
    stops
        The colours, red, green and blue, at the lowest number, half-way and at the highest; in between it is linear.
    signed
        Whether the lowest number is -limit, and half-way is zero.
    """

    stops: tuple[Colour, Colour, Colour]
    signed: bool

    def colours(self, values: Values, limit: float) -> NDArray[np.uint8]:
        """Return red, green and blue (..., 3) for numbers, each rounded to the nearest colour there is.

        Parameters
        ----------
        values
            Any shape.
        limit
            The number with the strongest colour, at least 0; what is beyond has the same. With 0 all is zero.
        """
        share = values / limit if limit > 0 else np.zeros_like(values)
        places = (-1.0, 0.0, 1.0) if self.signed else (0.0, 0.5, 1.0)
        channels = [np.interp(share, places, [stop[channel] for stop in self.stops]) for channel in range(3)]
        return np.stack(channels, axis=-1).round().astype(np.uint8)

    def table(self) -> NDArray[np.uint32]:
        """Return 513 colours from the lowest number to the highest, each 0xffRRGGBB; not to be written to."""
        return _table(self)


@functools.cache
def _table(palette: Palette) -> NDArray[np.uint32]:
    lowest = -1 if palette.signed else 0
    red, green, blue = palette.colours(np.linspace(lowest, 1, _STEPS + 1, dtype=np.float32), 1).T.astype(np.uint32)
    table: NDArray[np.uint32] = 0xFF000000 | red << 16 | green << 8 | blue
    table.setflags(write=False)
    return table


#: From blue over paper white to orange: on white.
DIVERGING = Palette(((20, 84, 158), (250, 250, 248), (222, 98, 0)), signed=True)
#: From light blue over the dark of the window to light orange: on dark.
DIVERGING_ON_DARK = Palette(((96, 165, 250), (22, 27, 34), (251, 146, 60)), signed=True)
#: From nearly black over teal to nearly white, on any ground.
SEQUENTIAL = Palette(((5, 28, 36), (16, 128, 134), (232, 252, 240)), signed=False)


def has_sign(structure: Structure, name: str) -> bool:
    """Tell whether an activation can have negative numbers, by what computes it: a scale that does not flicker.

    Parameters
    ----------
    structure
        The network.
    name
        The activation.
    """
    node: Node = structure[name]
    if isinstance(node.layer, layers.ReLU | layers.Sigmoid | layers.Softmax):
        return False
    if node.kind in {"pooling", "unchanged", "sum", "concatenation", "attention"}:
        return any(has_sign(structure, source.name) for source in node.sources)
    return True


def limits(frame: Frame, names: Iterable[str], scope: Scope) -> dict[str, Values]:
    """Return the number with the strongest colour for each map of some activations, by name: the largest by size.

    Parameters
    ----------
    frame
        The frame.
    names
        The activations.
    scope
        Over what the largest is taken: each map by itself, all maps of a layer, or all the activations named.

    Returns
    -------
    dict
        float32 (C,) for each; (1,) where all are one.
    """
    return limits_of({name: frame[name] for name in names}, scope)


def limits_of(arrays: Mapping[str, Values], scope: Scope) -> dict[str, Values]:
    """Return the limits of any arrays (C, H, W) or (units,), such as gradients or differences; see `limits`.

    The units of a vector are one map together.
    """
    if scope == "map":
        return {
            name: np.abs(array).max(axis=(1, 2)) if array.ndim == 3 else np.abs(array).max(keepdims=True)
            for name, array in arrays.items()
        }
    each = {name: np.float32(max(-array.min(), array.max())) for name, array in arrays.items()}
    if scope == "network":
        largest = max(each.values(), default=np.float32(0))
        each = dict.fromkeys(arrays, largest)
    return {name: np.array([limit], np.float32) for name, limit in each.items()}


class Mosaic:
    """The maps of one layer side by side in one picture, in memory that is painted over frame by frame.

    Parameters
    ----------
    shape
        Of the activation: (C, H, W), or (units,), whose units are cells of a grid.
    columns
        Maps in a row; None makes the mosaic about square.
    gap
        Pixels between maps.
    background
        Colour of the gaps, 0xAARRGGBB.

    Attributes
    ----------
    pixels
        uint32 (rows of pixels, columns of pixels), 0xffRRGGBB: Qt's Format_RGB32. A cell is a pixel. Its rows lie
        `pixels.strides[0]` bytes apart.
    """

    def __init__(
        self, shape: tuple[int, ...], *, columns: int | None = None, gap: int = 1, background: int = 0
    ) -> None:
        self.count, self.height, self.width = as_maps(shape)
        self.columns = min(self.count, columns or math.ceil(math.sqrt(self.count)))
        self.rows = math.ceil(self.count / self.columns)
        self.gap = gap
        # Laid out channels-last, as activations are: the place in the table, with and without its fraction, the colour.
        inner = (self.height, self.width, self.count)
        self._shares = np.empty(inner, np.float32).transpose(2, 0, 1)
        self._indices = np.empty(inner, np.intp).transpose(2, 0, 1)
        self._colours = np.empty(inner, np.uint32).transpose(2, 0, 1)
        whole = (self.rows, self.height + gap, self.columns, self.width + gap)
        painted = np.full((whole[0] * whole[1], whole[2] * whole[3]), background, np.uint32)
        self._tiles = painted.reshape(whole)[:, : self.height, :, : self.width].transpose(0, 2, 1, 3)
        self.pixels = painted[: painted.shape[0] - gap, : painted.shape[1] - gap]

    def paint(self, values: Values, palette: Palette, limit: Values) -> None:
        """Paint the maps.

        Parameters
        ----------
        values
            The activation, of the shape that the mosaic was made for.
        palette
            The colours.
        limit
            As `limits` returns it: (C,) or (1,). Numbers beyond have the strongest colour.
        """
        maps = values.reshape(self.count, self.height, self.width)
        if not np.isfinite(limit).all():
            maps, limit = np.nan_to_num(maps), np.nan_to_num(limit)
        steps = _STEPS // 2 if palette.signed else _STEPS
        # A limit of 0 has no number above it: all is zero, whatever it is divided by.
        factor = steps / np.where(limit > 0, limit, np.float32(1))
        shares, indices, colours = self._shares, self._indices, self._colours
        # One factor as a plain number: arrays of one number are slow to spread.
        np.multiply(maps, factor[:, np.newaxis, np.newaxis] if len(factor) > 1 else factor[0], out=shares)
        # To the nearest colour: adding a half makes cutting off rounding.
        shares += steps + 0.5 if palette.signed else 0.5
        np.clip(shares, 0, _STEPS, out=shares)
        np.copyto(indices, shares, casting="unsafe")
        np.take(palette.table(), indices.transpose(1, 2, 0), out=colours.transpose(1, 2, 0), mode="clip")
        full, rest = divmod(self.count, self.columns)
        edge = full * self.columns
        self._tiles[:full] = colours[:edge].reshape(full, self.columns, self.height, self.width)
        if rest:
            self._tiles[full, :rest] = colours[edge:]

    def place(self, channel: int) -> tuple[int, int]:
        """Return row and column of the first pixel of a map."""
        row, column = divmod(channel, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)

    def cell_at(self, row: int, column: int) -> tuple[int, int, int] | None:
        """Return channel, row and column of the cell at a pixel; None in a gap or outside."""
        tile_row, inner_row = divmod(row, self.height + self.gap)
        tile_column, inner_column = divmod(column, self.width + self.gap)
        channel = tile_row * self.columns + tile_column
        inside = inner_row < self.height and inner_column < self.width
        if not inside or row < 0 or not 0 <= tile_column < self.columns or channel >= self.count:
            return None
        return channel, inner_row, inner_column
