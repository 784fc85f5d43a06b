"""Maps of fog: random surfaces that are rough at all scales, by the diamond-square algorithm.

Source: Fournier, Fussell and Carpenter, "Computer Rendering of Stochastic Models", 1982.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

_SIDE = 256  # of a map; a power of two
_CROP = 28
#: Factor by which the random heights become smaller when the grid becomes twice as fine.
_DECAY = 1.4
#: Number of maps that are kept: from each, thousands of different crops are taken.
_MAPS = 24


def fog_maps(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return crops of random maps of fog, (count, 28, 28), from 0 to 1."""
    which = rng.integers(_MAPS, size=count)[:, np.newaxis, np.newaxis]
    top, left = rng.integers(_SIDE - _CROP, size=(2, count))[:, :, np.newaxis, np.newaxis]
    steps = np.arange(_CROP)
    crops: NDArray[np.float32] = _maps()[which, top + steps[:, np.newaxis], left + steps]
    return crops


@cache
def _maps() -> NDArray[np.float32]:
    """Return the maps, (n, 256, 256); always the same."""
    rng = np.random.default_rng(11)
    heights = np.zeros((_MAPS, _SIDE, _SIDE))
    step, wobble = _SIDE, 1.0
    while step >= 2:
        half = step // 2
        corners = heights[:, ::step, ::step]
        # The map is periodic, so every square has four corners and every diamond four points.
        square = corners + np.roll(corners, -1, axis=1)
        square = square + np.roll(square, -1, axis=2)
        heights[:, half::step, half::step] = square / 4 + rng.uniform(-wobble, wobble, square.shape)
        middles = heights[:, half::step, half::step]
        right = corners + np.roll(corners, -1, axis=2) + middles + np.roll(middles, 1, axis=1)
        heights[:, ::step, half::step] = right / 4 + rng.uniform(-wobble, wobble, right.shape)
        below = corners + np.roll(corners, -1, axis=1) + middles + np.roll(middles, 1, axis=2)
        heights[:, half::step, ::step] = below / 4 + rng.uniform(-wobble, wobble, below.shape)
        step, wobble = half, wobble / _DECAY
    heights -= heights.min(axis=(1, 2), keepdims=True)
    heights /= heights.max(axis=(1, 2), keepdims=True)
    return heights.astype(np.float32)
