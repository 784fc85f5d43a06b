"""The operands of a node of a frame, and the cells in which they were computed."""

import numpy as np

from digitpad.explain.arithmetic import Inside, Numbers
from digitpad.explain.dependencies import Cell, Indices, as_maps
from digitpad.explain.frame import Frame
from digitpad.explain.structure import Node, Structure
from digitpad.nn import layers


def origin(structure: Structure, cell: Cell) -> Cell:
    """Return the cell in which a number was computed, skipping flattening, dropout and identity."""
    node = structure[cell.layer]
    while node.passes_through:
        source = node.sources[0]
        channel, row, column = cell.index
        if isinstance(node.layer, layers.Flatten):
            channel, row, column = (int(i) for i in np.unravel_index(channel, as_maps(node.input_shape)))
        cell = Cell(source.name, source.first + channel, row, column)
        node = structure[source.name]
    return cell if cell.layer == node.name else Cell(node.name, *cell.index)


def value_of(frame: Frame, cell: Cell) -> float:
    """Return the number of a cell, as the network computed it."""
    array = frame[cell.layer]
    return float(array.reshape(as_maps(array.shape))[cell.index])


def input_of(frame: Frame, node: Node) -> Numbers:
    """Return the input of a node's layer as maps (C, H, W): the sum of its sources, as in the network."""
    parts = []
    for source in node.sources:
        maps = frame[source.name].reshape(as_maps(frame.structure[source.name].shape))
        parts.append(maps[source.first : source.first + source.count])
    total: Numbers = sum(parts[1:], start=parts[0])
    return total.reshape(as_maps(node.input_shape))


def before(frame: Frame, node: Node, index: tuple[int, int, int]) -> Cell:
    """Return the cell in which the first source of a node computed a number of its input."""
    source = node.sources[0]
    return origin(frame.structure, Cell(source.name, source.first + index[0], *index[1:]))


def patches_of(maps: Numbers, rows: Indices, columns: Indices) -> tuple[Numbers, Inside]:
    """Return the values (C, height, width) under the taps, 0 for padding, and a mask that is False for padding."""
    inside = (rows[:, np.newaxis] >= 0) & (columns >= 0)
    patches = np.where(inside, maps[:, np.maximum(rows, 0)[:, np.newaxis], np.maximum(columns, 0)], np.float32(0))
    return patches, inside


def ends_of(indices: Indices) -> tuple[int, int]:
    """Return the first index that is not padding, and the one after the last; 0, 0 if all are padding."""
    seen = indices[indices >= 0]
    return (int(seen.min()), int(seen.max()) + 1) if len(seen) else (0, 0)
