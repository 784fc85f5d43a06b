"""Maps numbers to colours, in the window and in saved pictures alike.

If a layer can have negative values, blue is below zero and orange above, a pair that people with colour blindness can
distinguish; otherwise the scale runs from dark to light. Both scales are linear, and zero has its own colour. A table
holds the colours, so a mosaic of maps costs one lookup per cell.
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
"""The values that share one scale, whose maximum has the strongest colour."""

#: Steps of a colour table. Even, so that zero has its own colour; enough that neighbours do not differ visibly.
_STEPS = 512
#: `_STEPS` divided by less exceeds float32.
_SMALLEST_DIVISOR = 1e-35


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours between 0 and a limit, or between -limit and limit.

    Attributes
    ----------
    stops
        The colours (red, green, blue) of the minimum, the middle and the maximum; linear in between.
    signed
        Whether the minimum is -limit and the middle is zero.
    """

    stops: tuple[Colour, Colour, Colour]
    signed: bool

    def colours(self, values: Values, limit: float) -> NDArray[np.uint8]:
        """Return the colours (..., 3), red, green and blue, of some values.

        Parameters
        ----------
        values
            The values, of any shape.
        limit
            The value with the strongest colour, at least 0; larger values are clipped. With 0, all values count as 0.
        """
        share = values / limit if limit > 0 else np.zeros_like(values)
        places = (-1.0, 0.0, 1.0) if self.signed else (0.0, 0.5, 1.0)
        channels = [np.interp(share, places, [stop[channel] for stop in self.stops]) for channel in range(3)]
        return np.stack(channels, axis=-1).round().astype(np.uint8)

    def table(self) -> NDArray[np.uint32]:
        """Return 513 colours from the minimum to the maximum, each 0xffRRGGBB, as a read-only array."""
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
#: From nearly black over teal to nearly white, on any ground.
SEQUENTIAL = Palette(((5, 28, 36), (16, 128, 134), (232, 252, 240)), signed=False)


def has_sign(structure: Structure, name: str) -> bool:
    """Return whether an activation can be negative, judged by its layer, so that the scale does not flicker.

    Parameters
    ----------
    structure
        The network.
    name
        The activation.
    """
    node: Node = structure[name]
    if isinstance(node.layer, layers.ReLU | layers.Sigmoid | layers.Hardsigmoid | layers.Softmax):
        return False
    if node.kind in {"pooling", "upsampling", "padding", "unchanged", "sum", "concatenation", "attention"}:
        return any(has_sign(structure, source.name) for source in node.sources)
    return True


def limits(frame: Frame, names: Iterable[str], scope: Scope) -> dict[str, Values]:
    """Return the value with the strongest colour, the largest absolute value, for each map of some activations.

    Parameters
    ----------
    frame
        The frame.
    names
        The activations.
    scope
        The values that share a scale: those of each map, of each layer, or of all the activations.

    Returns
    -------
    dict
        float32 (C,) by name; (1,) if all maps share a scale.
    """
    return limits_of({name: frame[name] for name in names}, scope)


def limits_of(arrays: Mapping[str, Values], scope: Scope) -> dict[str, Values]:
    """Return the limits of any arrays (C, H, W) or (units,), such as gradients or differences; see `limits`.

    All units of a vector share a scale.
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
    """The maps of one layer side by side in one image, whose memory is reused for every frame.

    Parameters
    ----------
    shape
        Shape of the activation: (C, H, W), or (units,), whose units are the cells of a grid.
    columns
        Maps per row; None makes the mosaic approximately square.
    gap
        Pixels between maps.
    background
        Colour of the gaps, 0xAARRGGBB.

    Attributes
    ----------
    pixels
        uint32 (rows, columns), 0xffRRGGBB: Qt's Format_RGB32. One pixel per cell; the stride of the rows is
        `pixels.strides[0]` bytes.
    """

    def __init__(
        self, shape: tuple[int, ...], *, columns: int | None = None, gap: int = 1, background: int = 0
    ) -> None:
        self.count, self.height, self.width = as_maps(shape)
        self.columns = min(self.count, columns or math.ceil(math.sqrt(self.count)))
        self.rows = math.ceil(self.count / self.columns)
        self.gap = gap
        # Channels-last in memory, as activations are: the position in the table, its integer part, and the colour.
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
            The activation, of the shape of the mosaic.
        palette
            The colours.
        limit
            The result of `limits`, (C,) or (1,). Larger values are clipped.
        """
        maps = values.reshape(self.count, self.height, self.width)
        if not np.isfinite(limit).all():
            maps, limit = np.nan_to_num(maps), np.nan_to_num(limit)
        steps = _STEPS // 2 if palette.signed else _STEPS
        # With a limit of 0 all values are 0, whatever the divisor.
        divisor = np.where(limit > 0, limit, np.float32(1))
        if divisor.min() < _SMALLEST_DIVISOR:
            maps, divisor = maps.astype(np.float64), divisor.astype(np.float64)
        factor = steps / divisor
        shares, indices, colours = self._shares, self._indices, self._colours
        # A single factor as a scalar: broadcasting an array of one element is slow.
        np.multiply(maps, factor[:, np.newaxis, np.newaxis] if len(factor) > 1 else factor[0], out=shares)
        # To the nearest colour: truncation after adding a half rounds.
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
        """Return the row and column of the first pixel of a map."""
        row, column = divmod(channel, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)
