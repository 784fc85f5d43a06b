"""The receptive field of one cell: the cells of every earlier activation that it depends on, back to the pixels.

One layer back, a window depends on its taps, a dense unit on everything, a pointwise layer on the same cell. Rows,
columns and channels are independent of each other and can be followed as sets of indices, so a single backward walk
finds the exact cells of every earlier layer, including padding, gaps of transposed convolutions and groups of channels.
`digitpad.nn.receptive_field` works in the other direction, from the image to all cells at once; the tests compare both
with each other and with the effect of changed pixels.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.structure import Node, Structure
from digitpad.nn import layers
from digitpad.nn.backend import Shape
from digitpad.nn.functional import Pair
from digitpad.nn.layers.resampling import Resampling2D
from digitpad.nn.layers.sample_normalization import SampleNorm

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of an activation.

    Attributes
    ----------
    layer
        Name of the activation.
    channel
        The map, or the unit of a vector.
    row, column
        Its position on the map; 0 for a vector.
    """

    layer: str
    channel: int
    row: int = 0
    column: int = 0

    @property
    def index(self) -> tuple[int, int, int]:
        """The index of the number in an array (C, H, W)."""
        return self.channel, self.row, self.column


@dataclass(frozen=True, slots=True)
class Region:
    """The part of an activation that a cell depends on.

    Attributes
    ----------
    layer
        Name of the activation.
    top, left, bottom, right
        The bounding rectangle, ends excluded; all 0 if the region is empty.
    channels
        The maps or units, in order.
    """

    layer: str
    top: int
    left: int
    bottom: int
    right: int
    channels: tuple[int, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the rectangle."""
        return self.bottom - self.top, self.right - self.left


def receptive_field(structure: Structure, cell: Cell) -> dict[str, Region]:
    """Return the region that a cell depends on, in the image and in every earlier activation.

    Parameters
    ----------
    structure
        The network.
    cell
        The cell.

    Returns
    -------
    dict
        Regions by the name of the activation, including that of the cell itself. Activations that the cell does not
        depend on are omitted.

    Raises
    ------
    ValueError
        If the cell does not exist.
    """
    check_cell(structure, cell)
    start = _Cells(*(np.array([index]) for index in cell.index))
    reached = {structure[cell.layer].name: start}
    # In reverse order of computation: all consumers of a node are processed before the node itself.
    for node in reversed(list(structure)):
        if node.name not in reached:
            continue
        for name, cells in _sources_of(node, reached[node.name]).items():
            if cells.any():
                reached[name] = reached[name].united(cells) if name in reached else cells
    return {name: reached[name].region(name) for name in structure.nodes if name in reached}


def check_cell(structure: Structure, cell: Cell) -> None:
    """Check that a cell exists.

    Raises
    ------
    ValueError
        If it does not.
    """
    if cell.layer not in structure:
        raise ValueError(f"Cell: layer is {cell.layer!r}; expected one of {', '.join(structure.nodes)}")
    shape = as_maps(structure[cell.layer].shape)
    if any(not 0 <= index < size for index, size in zip(cell.index, shape, strict=True)):
        raise ValueError(f"Cell: index is {cell.index}; expected a place in {cell.layer}, which is {shape}")


def as_maps(shape: Shape) -> tuple[int, int, int]:
    """Return a shape as (C, H, W): a vector has maps of one cell."""
    channels, rows, columns = (*shape, 1, 1)[:3]
    return channels, rows, columns


def taps(index: int | Indices, size: int, kernel: int, stride: int, padding: Pair, dilation: int = 1) -> Indices:
    """Return the cells under a window along one axis, an index for each tap; -1 for padding.

    Parameters
    ----------
    index
        Position of the window, or positions (N,); the result is then (N, kernel).
    size
        Number of cells.
    kernel, stride, padding, dilation
        Parameters of the window along this axis.
    """
    seen = np.asarray(index)[..., np.newaxis] * stride - padding[0] + dilation * np.arange(kernel)
    return np.where((seen >= 0) & (seen < size), seen, -1)


def taps_transposed(
    index: int | Indices, size: int, kernel: int, stride: int, padding: Pair, dilation: int = 1
) -> Indices:
    """Return the cells that contribute to an output of a transposed convolution, per tap; -1 for none; see `taps`."""
    start = np.asarray(index)[..., np.newaxis] + padding[0] - dilation * np.arange(kernel)
    seen = start // stride
    return np.where((start % stride == 0) & (seen >= 0) & (seen < size), seen, -1)


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Cells of one activation: all combinations of some channels, rows and columns, each sorted and unique."""

    channels: Indices
    rows: Indices
    columns: Indices

    def any(self) -> bool:
        return bool(len(self.channels) and len(self.rows) and len(self.columns))

    def united(self, other: Self) -> Self:
        return type(self)(
            np.union1d(self.channels, other.channels),
            np.union1d(self.rows, other.rows),
            np.union1d(self.columns, other.columns),
        )

    def region(self, name: str) -> Region:
        top, bottom = int(self.rows[0]), int(self.rows[-1]) + 1
        left, right = int(self.columns[0]), int(self.columns[-1]) + 1
        return Region(name, top, left, bottom, right, tuple(self.channels.tolist()))


def _sources_of(node: Node, cells: _Cells) -> dict[str, _Cells]:
    """Return, for each source, the cells that some cells of a node are computed from."""
    found: dict[str, _Cells] = {}

    def read(source_index: int, part: _Cells) -> None:
        source = node.sources[source_index]
        shifted = _Cells(part.channels + source.first, part.rows, part.columns)
        found[source.name] = found[source.name].united(shifted) if source.name in found else shifted

    match node.layer:
        case layers.Concatenate():
            edge = 0
            for index, source in enumerate(node.sources):
                mine = cells.channels[(cells.channels >= edge) & (cells.channels < edge + source.count)]
                read(index, _Cells(mine - edge, cells.rows, cells.columns))
                edge += source.count
        case layers.AttentionGate() as gate:
            read(0, cells)
            if (cells.channels < gate.skip_channels).any():
                read(1, _Cells(np.zeros(1, np.intp), cells.rows, cells.columns))
        case None:
            pass
        case _:
            for index in range(len(node.sources)):
                read(index, _seen_by(node, cells))
    return found


def _seen_by(node: Node, cells: _Cells) -> _Cells:
    """Return the cells of its one input that some cells of a layer are computed from."""
    channels, rows, columns = as_maps(node.input_shape)
    everything = _Cells(np.arange(channels), np.arange(rows), np.arange(columns))
    match node.layer:
        case layers.Conv2D() | layers.ConvTranspose2D() as conv:
            of_groups = cells.channels // (conv.out_channels // conv.groups)
            per_group = conv.in_channels // conv.groups
            reach = taps_transposed if conv.transposed else taps
            seen_rows, seen_columns = (
                _together(reach(places, size, kernel, stride, padding, dilation), size)
                for places, size, kernel, stride, padding, dilation in zip(
                    (cells.rows, cells.columns),
                    (rows, columns),
                    conv.kernel_size,
                    conv.stride,
                    conv.padding,
                    conv.dilation,
                    strict=True,
                )
            )
            groups = _together(of_groups, conv.groups)
            of_channels = (groups[:, np.newaxis] * per_group + np.arange(per_group)).ravel()
            seen = _Cells(of_channels, seen_rows, seen_columns)
        case layers.MaxPool2D() | layers.AvgPool2D() as pool:
            seen_rows, seen_columns = (
                _together(taps(places, size, kernel, stride, padding, dilation), size)
                for places, size, kernel, stride, padding, dilation in zip(
                    (cells.rows, cells.columns),
                    (rows, columns),
                    pool.kernel_size,
                    pool.stride,
                    pool.padding,
                    pool.dilation,
                    strict=True,
                )
            )
            seen = _Cells(cells.channels, seen_rows, seen_columns)
        case layers.Pad2D() | Resampling2D() as resizing:
            seen_rows = _seen_along(resizing, 0, cells.rows, rows)
            seen_columns = _seen_along(resizing, 1, cells.columns, columns)
            seen = _Cells(cells.channels, seen_rows, seen_columns)
        case layers.GlobalAveragePool2D() | layers.BatchNorm2D(running_mean=None):
            # The latter uses the statistics of the whole map.
            seen = _Cells(cells.channels, everything.rows, everything.columns)
        case layers.Linear():
            seen = everything
        case layers.Flatten():
            c, r, q = np.unravel_index(cells.channels, (channels, rows, columns))
            seen = _Cells(_together(c, channels), _together(r, rows), _together(q, columns))
        case layers.Softmax(axis=signed):
            axis = signed % (len(node.input_shape) + 1)
            along = [everything.channels, everything.rows, everything.columns][axis - 1]
            own = [cells.channels, cells.rows, cells.columns]
            own[axis - 1] = along
            seen = _Cells(*own)
        case SampleNorm() as norm:
            seen = _normalized_with(norm, cells, node.input_shape)
        case layer if layer is not None and (
            layer.elementwise or isinstance(layer, layers.BatchNorm2D | layers.Residual)
        ):
            seen = cells
        case _:
            # A layer that this module does not know may depend on everything.
            seen = everything
    return seen


def _normalized_with(norm: SampleNorm, cells: _Cells, shape: Shape) -> _Cells:
    """Return the cells that are normalized together with any of `cells`."""
    own = [cells.channels, cells.rows, cells.columns]
    if isinstance(norm, layers.GroupNorm):
        groups = [norm.together((int(channel),))[0] for channel in cells.channels]
        channels = np.unique(np.concatenate([np.arange(shape[0])[group] for group in groups]))
        return _Cells(channels, np.arange(shape[1]), np.arange(shape[2]))
    free = len(norm.together((0,) * len(shape)))
    for axis in range(free, len(shape)):
        own[axis] = np.arange(shape[axis])
    return _Cells(*own)


def _seen_along(layer: layers.Pad2D | Resampling2D, axis: int, places: Indices, size: int) -> Indices:
    """Return the cells along an axis of `size` cells that some cells of a resized map are computed from."""
    if isinstance(layer, layers.Pad2D):
        return _together(np.array(layer.sources(axis, size))[places], size)
    seen = layer.seen(axis, size)
    return np.unique(np.concatenate([np.array(seen[place]) for place in places]))


def _together(seen: Indices, size: int) -> Indices:
    """Return the unique indices below `size`, sorted and without padding."""
    mask = np.zeros(size + 1, bool)
    mask[seen] = True  # Padding, -1, marks the last place.
    return np.flatnonzero(mask[:size])
