"""Letters as a hand draws them, for tests: each drawing is another variant, turned, bent and of another size."""

import numpy as np

from digitpad.data.synthetic.hand import drawn_by_hand
from digitpad.data.synthetic.letters import SKELETONS
from digitpad.data.synthetic.skeletons import strokes_of

Strokes = list[list[tuple[float, float]]]
"""Points of each stroke as shares of the width and the height of a pad."""

_EDGE = 0.06  # of the pad that stays empty


def drawn_letter(letter: str, rng: np.random.Generator) -> Strokes:
    """Draw a letter anywhere on a pad, large or small."""
    variants = SKELETONS[letter]
    strokes = drawn_by_hand(strokes_of(variants[rng.integers(len(variants))]), rng, turn=12)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = rng.uniform(0.5, 0.85)
    scale = size / (high - low).max()
    room = 1 - 2 * _EDGE - (high - low) * scale
    corner = _EDGE + rng.uniform(0, 1, 2) * room
    placed = [(stroke - low) * scale + corner for stroke in strokes]
    return [[(float(x), float(y)) for x, y in stroke] for stroke in placed]
