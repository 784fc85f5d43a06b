"""The cell that a key leads to: through a map, on to the next map, and from layer to layer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.placement import Block

_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_LAYERS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


def step(blocks: Sequence[Block], place: Cell | None, key: int, *, by_map: bool) -> Cell | None:
    """Return the cell that a key leads to; None for any other key.

    Parameters
    ----------
    blocks
        The layers as they are laid out.
    place
        The current cell; without one, keys start in the middle of the first map.
    key
        An arrow, Page Up or Page Down (from layer to layer), Home or End (the first and the last map).
    by_map
        Whether arrow keys go from map to map instead of from cell to cell.
    """
    which = Qt.Key(key)
    known = which in _ARROWS or which in _LAYERS or which in {Qt.Key.Key_Home, Qt.Key.Key_End}
    if not blocks or not known:
        return None
    index = next((number for number, block in enumerate(blocks) if place and block.layer.name == place.layer), None)
    if place is None or index is None:
        return _middle(blocks[0], 0)
    block = blocks[index]
    if which in _LAYERS:
        target = blocks[min(max(index + _LAYERS[which], 0), len(blocks) - 1)]
        return _middle(target, min(place.channel, target.layer.maps - 1))
    if which not in _ARROWS:
        last = 0 if which is Qt.Key.Key_Home else block.layer.maps - 1
        return Cell(place.layer, last, place.row, place.column)
    return _neighbour(blocks, index, place, _ARROWS[which], by_map=by_map)


def _neighbour(blocks: Sequence[Block], index: int, place: Cell, direction: tuple[int, int], *, by_map: bool) -> Cell:
    """Return the cell or map next to a place; the place itself if there is none."""
    dx, dy = direction
    block = blocks[index]
    layer = block.layer
    row, column = place.row + dy, place.column + dx
    if not by_map and 0 <= row < layer.height and 0 <= column < layer.width:
        return Cell(place.layer, place.channel, row, column)
    # Beyond the edge of a map is the next map.
    across, down = place.channel % block.columns + dx, place.channel // block.columns + dy
    number = down * block.columns + across
    if 0 <= across < block.columns and down >= 0 and 0 <= number < layer.maps:
        if by_map:
            return Cell(place.layer, number, place.row, place.column)
        return Cell(place.layer, number, row % layer.height, column % layer.width)
    neighbour = index + dx
    if dx and 0 <= neighbour < len(blocks):
        target = blocks[neighbour]
        return _middle(target, min(place.channel, target.layer.maps - 1))
    return place


def _middle(block: Block, number: int) -> Cell:
    layer = block.layer
    return Cell(layer.name, number, layer.height // 2, layer.width // 2)
