"""The palettes of the maps, in light and in dark.

Blue through the ground to orange where numbers have a sign, the ground to teal where not: both can be told apart by
colour-blind eyes, and both begin at the ground of the window, so that what is zero stays quiet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.colours import Palette
from digitpad.gui.widgets.theme import DARK, Colours


@dataclass(frozen=True, slots=True)
class Palettes:
    """Colours for numbers with a sign, for numbers without one, and for the picture itself."""

    signed: Palette
    positive: Palette
    grey: Palette

    def of(self, *, signed: bool) -> Palette:
        """Return the palette for numbers with a sign or without."""
        return self.signed if signed else self.positive


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
    """Return the colour of each number, 0xffrrggbb; for a few numbers, as a mosaic does it for many.

    Parameters
    ----------
    values
        Any shape; what is not finite counts as zero.
    palette
        The colours.
    limit
        The number that gets the strongest colour.
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
