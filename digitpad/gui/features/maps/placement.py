"""The places of the maps: layers from left to right in the order of computation, their maps in rows below their names.

All sizes are whole device pixels, so every cell of a map has the same size on the screen. Zooming does not stretch the
picture: it lays everything out again with larger cells. Names and numbers keep their size, and a layer keeps its number
of columns, so nothing jumps.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digitpad.explain.dependencies import Cell
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.shown import ShownLayer

ZOOMS = (28, 42, 56, 84, 112, 168, 224, 336, 504, 756, 1134)
"""The approximate width of a map in logical pixels, for each zoom, at 100 % text size."""

_MARGIN = 16  # around everything
_BETWEEN = 24  # between layers
_FLAT_SHARE = 0.36  # a unit of a dense layer is this share of a map wide
_OUTPUT_SHARE = 0.64
_LEAST_OUTPUT = 8  # logical pixels
_INPUT_SHARE = 3.0  # the picture is this many times as wide as a map
_LEAST_COLUMNS = 4  # of a block of single numbers


@dataclass(frozen=True, slots=True)
class Block:
    """The places of the maps of a layer, in device pixels.

    Attributes
    ----------
    layer
        The layer.
    left, top
        The corner of the first map.
    cell
        The side of one cell.
    gap
        Free cells between two maps.
    columns, rows
        Of the mosaic.
    width
        The width of the mosaic or of the text above it, whichever is larger.
    """

    layer: ShownLayer
    left: int
    top: int
    cell: int
    gap: int
    columns: int
    rows: int
    width: int

    @property
    def step(self) -> tuple[int, int]:
        """The distance from one map to the next, across and down."""
        return (self.layer.width + self.gap) * self.cell, (self.layer.height + self.gap) * self.cell

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the mosaic."""
        across, down = self.step
        return self.columns * across - self.gap * self.cell, self.rows * down - self.gap * self.cell

    def corner(self, number: int) -> tuple[int, int]:
        """Return the left and top of a map."""
        across, down = self.step
        return self.left + number % self.columns * across, self.top + number // self.columns * down

    def cell_corner(self, place: Cell) -> tuple[int, int]:
        """Return the left and top of a cell."""
        left, top = self.corner(place.channel)
        return left + place.column * self.cell, top + place.row * self.cell

    def place_at(self, x: float, y: float) -> Cell | None:
        """Return the cell at a point; None outside the maps."""
        across, down = self.step
        column, inner_x = divmod(x - self.left, across)
        row, inner_y = divmod(y - self.top, down)
        inside = inner_x < self.layer.width * self.cell and inner_y < self.layer.height * self.cell
        if not inside or not 0 <= column < self.columns or not 0 <= row < self.rows:
            return None
        place = Cell(
            self.layer.name,
            int(row) * self.columns + int(column),
            int(inner_y) // self.cell,
            int(inner_x) // self.cell,
        )
        return place if place.channel < self.layer.maps else None


@dataclass(frozen=True, slots=True)
class Placement:
    """The places of all layers, in device pixels."""

    blocks: tuple[Block, ...]
    width: int
    height: int

    def block(self, name: str) -> Block | None:
        """Return the block of a layer; None if it is not shown."""
        return next((block for block in self.blocks if block.layer.name == name), None)

    def place_at(self, x: float, y: float) -> Cell | None:
        """Return the cell at a point; None if there is none."""
        for block in self.blocks:
            if block.left <= x < block.left + block.size[0]:
                return block.place_at(x, y)
        return None


def lay_out(
    layers: Sequence[ShownLayer],
    zoom: int,
    *,
    height: float,
    head: float,
    widths: Mapping[str, float],
    ratio: float,
    scale: float = 1.0,
) -> Placement:
    """Lay all layers out.

    Parameters
    ----------
    layers
        The layers that are shown.
    zoom
        Index into `ZOOMS`.
    height
        The height of the view in logical pixels: at the smallest zoom, maps fill it from top to bottom.
    head
        The height of the text above the maps, in logical pixels.
    widths
        The width of the text above each layer, in logical pixels, by layer name.
    ratio
        Device pixels in a logical pixel.
    scale
        The text size, from 1; it enlarges maps and margins.
    """
    blocks = []
    whole = ratio * scale
    margin, top = round(_MARGIN * whole), round(_MARGIN * whole + head * ratio)
    left, bottom = margin, top
    room = max(1, round((height - head) * ratio - 2 * _MARGIN * whole))
    for layer in layers:
        gap = _gap(layer)
        base = _cell(layer, 0, whole, room)
        columns = _columns(layer, base, gap, room)
        rows = math.ceil(layer.maps / columns)
        cell = _cell(layer, zoom, whole, room)
        block = Block(layer, left, top, cell, gap, columns, rows, 0)
        width = max(block.size[0], math.ceil(widths.get(layer.name, 0) * ratio))
        blocks.append(Block(layer, left, top, cell, gap, columns, rows, width))
        left += width + round(_BETWEEN * whole)
        bottom = max(bottom, top + block.size[1])
    return Placement(tuple(blocks), left - round(_BETWEEN * whole) + margin, bottom + margin)


def _gap(layer: ShownLayer) -> int:
    return 0 if layer.small else max(1, round(max(layer.height, layer.width) / 14))


def _cell(layer: ShownLayer, zoom: int, ratio: float, room: int) -> int:
    """Return the side of a cell in device pixels; `room` is the height available for maps."""
    target = ZOOMS[zoom] * ratio
    if layer.name == INPUT:
        target = max(target, ZOOMS[0] * _INPUT_SHARE * ratio)
    elif layer.output:
        # As large as fits all classes into one column without zoom.
        fitting = max(room // layer.maps, round(_LEAST_OUTPUT * ratio)) * ZOOMS[zoom] / ZOOMS[0]
        target = min(target * _OUTPUT_SHARE, fitting)
    elif layer.small:
        target *= _FLAT_SHARE
    side = max(layer.height, layer.width)
    if side > ZOOMS[0] * ratio * (_INPUT_SHARE if layer.name == INPUT else 1):
        # A cell of a large map takes a whole pixel without zoom, and is enlarged from there.
        return max(1, round(ZOOMS[zoom] / ZOOMS[0]))
    return max(1, round(target / side))


def _columns(layer: ShownLayer, cell: int, gap: int, room: int) -> int:
    """Return the number of columns with which the maps fill the height at the smallest zoom."""
    if layer.output and layer.maps * cell <= room:
        return 1
    down = (layer.height + gap) * cell
    rows = max(1, (room + gap * cell) // down)
    columns = math.ceil(layer.maps / rows)
    columns = max(columns, min(_LEAST_COLUMNS, layer.maps) if layer.small else 1)
    # A few more columns, if they fill the last row.
    even = [more for more in range(columns, columns + columns // 4 + 1) if layer.maps % more == 0]
    return even[0] if even else columns
