"""Colours for numbers: blue through the ground to orange where values have a sign, the ground to teal where not.

Both can be told apart by colour-blind eyes, and both start at the ground of the window, so that what is zero stays
quiet in light and in dark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.theme import DARK, Colours

LEVELS = 256
_MIDDLE = 128  # the level of zero where values have a sign
_LEAST = np.float32(1e-30)  # a map of nothing but zeros has a scale too

_Stops = tuple[tuple[float, str], ...]

_SIGNED: dict[bool, _Stops] = {
    True: ((0.0, "#a8d4ff"), (0.22, "#4f9be8"), (0.5, "#1d232b"), (0.78, "#c98a43"), (1.0, "#ffe3b8")),
    False: ((0.0, "#08306b"), (0.22, "#2f7dc4"), (0.5, "#f4f5f7"), (0.78, "#dd8433"), (1.0, "#6b2c00")),
}
_POSITIVE: dict[bool, _Stops] = {
    True: ((0.0, "#12161b"), (0.5, "#3fa68e"), (0.75, "#7fdcc4"), (1.0, "#f2fffb")),
    False: ((0.0, "#f4f5f7"), (0.4, "#6cc3ae"), (0.7, "#15836d"), (1.0, "#02332a")),
}
_GREY: dict[bool, _Stops] = {
    True: ((0.0, "#000000"), (1.0, "#ffffff")),
    False: ((0.0, "#ffffff"), (1.0, "#000000")),
}


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Colours by level, as 0xffrrggbb.

    Attributes
    ----------
    signed, positive, grey
        uint32 (256,): for values with a sign (level 128 is zero), without one, and for the picture itself.
    """

    signed: NDArray[np.uint32]
    positive: NDArray[np.uint32]
    grey: NDArray[np.uint32]


def palette(colours: Colours) -> Palette:
    """Return the palette that goes with the window's colours."""
    dark = colours is DARK
    return Palette(_ramp(_SIGNED[dark]), _ramp(_POSITIVE[dark]), _ramp(_GREY[dark]))


def levels(values: NDArray[np.float32], limit: NDArray[np.float32] | float, *, signed: bool) -> NDArray[np.uint8]:
    """Return the level of each value.

    Parameters
    ----------
    values
        Any shape.
    limit
        The value, above or equal to 0, that gets the last colour; an array that broadcasts against `values` gives
        each map its own.
    signed
        Whether the scale runs from -limit to limit, rather than from 0.

    Returns
    -------
    NDArray[uint8]
        Of the shape of `values`; what is not a number gets the level of zero.
    """
    safe = np.maximum(np.asarray(limit, np.float32), _LEAST)
    if not np.isfinite(safe).all():
        # A network that has diverged: what is finite sets the scale, infinity is beyond its end.
        values = np.nan_to_num(values, nan=0.0)
        safe = np.where(np.isfinite(values), np.abs(values), 0).max(initial=_LEAST)
    share = values * np.asarray((127.0 if signed else 255.0) / safe, np.float32)
    share += np.float32(_MIDDLE + 0.5 if signed else 0.5)
    np.clip(share, 1 if signed else 0, LEVELS - 1, out=share)
    return share.astype(np.uint8)


def _ramp(stops: _Stops) -> NDArray[np.uint32]:
    places = [place for place, _ in stops]
    at = np.linspace(0, 1, LEVELS)
    if len(stops) % 2:
        # Level 128, not 127.5, is zero: the colour of the middle stop is met exactly.
        at = np.interp(np.arange(LEVELS), (1, _MIDDLE, LEVELS - 1), (0.0, 0.5, 1.0))
    result = np.full(LEVELS, 0xFF000000, np.uint32)
    for shift in (16, 8, 0):
        channel = [int(colour[1:], 16) >> shift & 0xFF for _, colour in stops]
        result |= np.rint(np.interp(at, places, channel)).astype(np.uint32) << np.uint32(shift)
    return result
