"""Ink of simple shapes with names, for tests of classes that are not digits."""

import numpy as np

from digitpad.data.ink import Drawing

NAMES = ("cross", "hat", "line", "ring")
_ANGLES = np.linspace(0, 2 * np.pi, 24)
_STROKES = {
    "ring": [np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)],
    "cross": [np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([[-1.0, 1.0], [1.0, -1.0]])],
    "line": [np.array([[-1.0, 0.0], [1.0, 0.0]])],
    "hat": [np.array([[-1.0, 1.0], [0.0, -1.0], [1.0, 1.0]])],
}


def drawn_shapes(each: int, seed: int, names: dict[str, str] | None = None) -> list[Drawing]:
    """Draw every shape `each` times, tilted, moved and shaky; `names` gives them other labels."""
    rng = np.random.default_rng(seed)
    return [_drawn(shape, (names or {}).get(shape, shape), rng) for _time in range(each) for shape in NAMES]


def _drawn(shape: str, label: str, rng: np.random.Generator) -> Drawing:
    turn, radius, centre = rng.normal(0, 0.15), rng.uniform(20, 30), rng.uniform(40, 60, 2)
    tilt = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    strokes = [stroke @ tilt * radius + centre for stroke in _STROKES[shape]]
    shaky = [(stroke + rng.normal(0, 1, stroke.shape)).astype(np.float32) for stroke in strokes]
    return Drawing(tuple(shaky), 100.0, 100.0, label)
