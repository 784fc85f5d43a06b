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
    """Colours for numbers with a sign, for numbers without one, for ink, and for the channels of pictures."""

    signed: Palette
    positive: Palette
    grey: Palette
    bright: Palette
    red: Palette
    green: Palette
    blue: Palette

    def of(self, *, signed: bool) -> Palette:
        """Return the palette for numbers with a sign or without."""
        return self.signed if signed else self.positive


@dataclass(frozen=True, slots=True)
class ColourScale:
    """Which numbers have which colours.

    Attributes
    ----------
    palette
        The field of `Palettes`: "signed", "positive", "grey", or one for `picture_palette`.
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


def picture_palette(channel: int, channels: int) -> str:
    """Return the field of `Palettes` for a channel of a picture: its own colour, or black to white."""
    return ("red", "green", "blue")[channel] if channels == 3 else "bright"


def activation_scale(
    structure: Structure, frame: Mapping[str, NDArray[np.float32]], name: str, channel: int = 0, *, picture: bool
) -> ColourScale:
    """Return the scale of the activations of a layer, as the maps show them when a layer has one scale.

    Parameters
    ----------
    structure, frame
        The network, and its activations.
    name, channel
        The layer, and the map; each channel of a picture has its own colour.
    picture
        Whether the network reads pictures, and not ink.
    """
    values = frame[name]
    if name == INPUT:
        low = float(values.min(initial=0))
        palette = picture_palette(channel, len(values)) if picture else "grey"
        return ColourScale(palette, float(values.max(initial=0)) - low, low)
    return ColourScale("signed" if has_sign(structure, name) else "positive", float(np.abs(values).max(initial=0)))


def weight_scale(structure: Structure, name: str) -> ColourScale:
    """Return the scale of the weights of a layer: the largest of them, or 1 for upsampling, has the strongest colour.

    Raises
    ------
    TypeError
        If the layer is neither a convolution nor dense, nor upsampling.
    """
    layer = structure[name].layer
    if isinstance(layer, layers.Upsample2D):
        return ColourScale("signed", 1.0)
    if not isinstance(layer, layers.Conv2D | layers.ConvTranspose2D | layers.Linear):
        raise TypeError(f"{name} has no weights; expected a convolution or a dense layer")
    return ColourScale("signed", float(np.abs(layer.weight.value).max(initial=0)))


# A picture has the same colours in both themes: bright is what is bright in it.
_BRIGHT = Palette(((0, 0, 0), (128, 128, 128), (255, 255, 255)), signed=False)
_RED = Palette(((0, 0, 0), (150, 24, 24), (255, 96, 88)), signed=False)
_GREEN = Palette(((0, 0, 0), (20, 116, 20), (96, 236, 96)), signed=False)
_BLUE = Palette(((0, 0, 0), (32, 52, 150), (112, 150, 255)), signed=False)
_ON_DARK = Palettes(
    signed=Palette(((116, 182, 255), (27, 32, 39), (255, 176, 92)), signed=True),
    positive=Palette(((18, 22, 27), (63, 166, 142), (242, 255, 251)), signed=False),
    grey=_BRIGHT,
    bright=_BRIGHT,
    red=_RED,
    green=_GREEN,
    blue=_BLUE,
)
_ON_LIGHT = Palettes(
    signed=Palette(((18, 82, 156), (244, 245, 247), (206, 88, 0)), signed=True),
    positive=Palette(((244, 245, 247), (62, 164, 143), (2, 51, 42)), signed=False),
    grey=Palette(((255, 255, 255), (127, 127, 127), (0, 0, 0)), signed=False),
    bright=_BRIGHT,
    red=_RED,
    green=_GREEN,
    blue=_BLUE,
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
