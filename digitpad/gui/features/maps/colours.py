"""The palettes of the maps, for light and dark colours.

Numbers with a sign go from blue through the background to orange, numbers without one from the background to teal.
Colour-blind people can tell these apart, and zero has the background's colour.

A number has the same colour wherever it is shown. `ColourScale` gives the scale of a layer's activations and of a
layer's weights: a patch in the arithmetic is coloured like the map that it comes from, and a kernel is coloured in the
same way in the arithmetic, on the kernels page, in surgery and in backpropagation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.colours import Palette, has_sign
from digitpad.explain.structure import INPUT, Structure
from digitpad.gui.widgets.theme import DARK, Colours
from digitpad.nn import layers


@dataclass(frozen=True, slots=True)
class Palettes:
    """Colours for numbers with a sign, for numbers without one, and for the input picture."""

    signed: Palette
    positive: Palette
    grey: Palette

    def of(self, *, signed: bool) -> Palette:
        """Return the palette for numbers with a sign or without."""
        return self.signed if signed else self.positive


@dataclass(frozen=True, slots=True)
class ColourScale:
    """Which numbers have which colours.

    Attributes
    ----------
    palette
        The field of `Palettes`: "signed", "positive" or "grey".
    limit
        The number with the strongest colour, counted from `low`.
    low
        The number with the first colour; 0 except for the input picture.
    """

    palette: str = "signed"
    limit: float = 1.0
    low: float = 0.0

    def colours(self, values: NDArray[np.float32], known: Palettes) -> NDArray[np.uint32]:
        """Return the colour of each number, 0xffrrggbb."""
        palette: Palette = getattr(known, self.palette)
        return coloured(values - np.float32(self.low) if self.low else values, palette, self.limit)


def activation_scale(structure: Structure, frame: Mapping[str, NDArray[np.float32]], name: str) -> ColourScale:
    """Return the scale of the activations of a layer, as the maps show them when a layer has one scale."""
    values = frame[name]
    if name == INPUT:
        low = float(values.min(initial=0))
        return ColourScale("grey", float(values.max(initial=0)) - low, low)
    return ColourScale("signed" if has_sign(structure, name) else "positive", float(np.abs(values).max(initial=0)))


def weight_scale(structure: Structure, name: str) -> ColourScale:
    """Return the scale of the weights of a layer: the largest of them has the strongest colour.

    Raises
    ------
    TypeError
        If the layer is neither a convolution nor dense.
    """
    layer = structure[name].layer
    if not isinstance(layer, layers.Conv2D | layers.ConvTranspose2D | layers.Linear):
        raise TypeError(f"{name} has no weights; expected a convolution or a dense layer")
    return ColourScale("signed", float(np.abs(layer.weight.value).max(initial=0)))


_ON_DARK = Palettes(
    signed=Palette(((116, 182, 255), (27, 32, 39), (255, 176, 92)), signed=True),
    positive=Palette(((18, 22, 27), (63, 166, 142), (242, 255, 251)), signed=False),
    grey=Palette(((0, 0, 0), (128, 128, 128), (255, 255, 255)), signed=False),
)
_ON_LIGHT = Palettes(
    signed=Palette(((18, 82, 156), (244, 245, 247), (206, 88, 0)), signed=True),
    positive=Palette(((244, 245, 247), (62, 164, 143), (2, 51, 42)), signed=False),
    grey=Palette(((255, 255, 255), (127, 127, 127), (0, 0, 0)), signed=False),
)


def palettes(colours: Colours) -> Palettes:
    """Return the palettes that go with the window's colours."""
    return _ON_DARK if colours is DARK else _ON_LIGHT


def coloured(values: NDArray[np.float32], palette: Palette, limit: float) -> NDArray[np.uint32]:
    """Return the colour of each number, 0xffrrggbb, as a mosaic does for whole layers.

    Parameters
    ----------
    values
        Any shape; numbers that are not finite count as zero.
    palette
        The colours.
    limit
        The number with the strongest colour.
    """
    if not np.isfinite(limit):
        values = np.nan_to_num(values, posinf=0, neginf=0)
        limit = float(np.abs(values).max(initial=0))
    table = palette.table()
    last = len(table) - 1
    share = np.nan_to_num(values) / np.float32(limit or 1.0)
    places = (share + 1) * (last / 2) if palette.signed else share * last
    result: NDArray[np.uint32] = table[np.clip(np.rint(places), 0, last).astype(np.intp)]
    return result
