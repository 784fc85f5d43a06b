"""Shapes that people draw to test a program: triangles, stars, arrows, hearts.

Circles and vertical lines are omitted, since they are a zero and a one. The shapes of `TRAINING` train rejection, those
of `TESTING` measure it; no shape is in both.
"""

import math

import numpy as np

from digitpad.data.synthetic.hand import Strokes


def _lines(*strokes: str) -> Strokes:
    """Return strokes of straight segments; points are written as two digits, column and row on a grid of ten."""
    return [
        np.array([(int(point[0]), int(point[1])) for point in stroke.split()], np.float64) / 9 for stroke in strokes
    ]


def _star(points: int, step: int) -> Strokes:
    """Return a stroke through every `step`-th corner of a regular polygon, from the top."""
    angles = 2 * math.pi * (np.arange(points + 1) * step / points - 0.25)
    return [np.stack([0.5 + 0.5 * np.cos(angles), 0.5 + 0.5 * np.sin(angles)], axis=1)]


def _arc(x: float, y: float, radius: float, first: float, last: float, *, flat: float = 1.0) -> Strokes:
    """Return a stroke along a circle (with `flat`, an ellipse); angles are in turns, clockwise from the right."""
    angles = 2 * math.pi * np.linspace(first, last, 40)
    return [np.stack([x + radius * np.cos(angles), y + radius * flat * np.sin(angles)], axis=1)]


def _heart() -> Strokes:
    angle = np.linspace(0, 2 * math.pi, 60)
    x = 16 * np.sin(angle) ** 3
    y = -(13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle))
    return [np.stack([0.5 + x / 34, 0.5 + y / 34], axis=1)]


TRAINING: dict[str, Strokes] = {
    "triangle": _star(3, 1),
    "triangle on its tip": _lines("00 90 49 00"),
    "square": _lines("00 90 99 09 00"),
    "rectangle": _lines("02 92 97 07 02"),
    "pentagram": _star(5, 2),
    "arrow to the right": _lines("05 95", "62 95 68"),
    "arrow up": _lines("49 40", "13 40 73"),
    "arrow down": _lines("40 49", "16 49 76"),
    "plus": _lines("40 49", "04 94"),
    "tick": _lines("05 39 90"),
    "hash": _lines("30 29", "70 69", "03 93", "06 96"),
    "equals": _lines("03 93", "06 96"),
    "dash": _lines("04 94"),
    "slashes": _lines("29 50", "59 80"),
    "asterisk": _lines("40 49", "12 87", "82 17"),
    "square, crossed": _lines("00 90 99 09 00", "00 99"),
    "envelope": _lines("02 92 97 07 02", "02 45 92"),
    "stairs": _lines("09 06 36 33 63 60 90"),
    "bracket": _lines("70 20 29 79"),
    "two circles": _arc(0.25, 0.5, 0.25, 0, 1) + _arc(0.78, 0.5, 0.22, 0, 1),
    "circle, crossed": _arc(0.5, 0.5, 0.5, 0, 1) + _lines("22 77", "27 72"),
    "circle with a dot": _arc(0.5, 0.5, 0.5, 0, 1) + _arc(0.5, 0.5, 0.04, 0, 1),
    "wave": [np.stack([np.linspace(0, 1, 60), 0.5 + 0.15 * np.sin(np.linspace(0, 15, 60))], axis=1)],
}

TESTING: dict[str, Strokes] = {
    "heart": _heart(),
    "house": _lines("09 04 40 94 99 09"),
    "diamond, tall": _lines("40 85 49 05 40"),
    "smile": _arc(0.5, 0.5, 0.5, 0, 1) + _arc(0.5, 0.5, 0.28, 0.05, 0.45) + _lines("33 34", "63 64"),
    "star of David": _star(3, 1) + _lines("12 82 49 12"),
    "flag": _lines("19 10 80 74 14"),
    "lightning": _lines("60 25 55 29 83 54 60"),
    "kite": _lines("40 73 49 13 40", "40 49", "13 73"),
    "crescent": [np.concatenate([_arc(0.5, 0.5, 0.5, 0.2, 0.85)[0], _arc(0.68, 0.5, 0.4, 0.78, 0.26)[0]])],
    "grid": _lines("00 90 99 09 00", "30 39", "60 69", "03 93", "06 96"),
    "stick man": _arc(0.5, 0.15, 0.15, 0, 1) + _lines("43 46", "14 74", "19 46 79"),
    "flower": [
        np.stack(
            [0.5 + (0.33 + 0.17 * np.cos(5 * a)) * np.cos(a), 0.5 + (0.33 + 0.17 * np.cos(5 * a)) * np.sin(a)], axis=1
        )
        for a in [np.linspace(0, 2 * math.pi, 90)]
    ],
    "arrow both ways": _lines("05 95", "23 05 27", "73 95 77"),
    "percent": _lines("80 19") + _arc(0.2, 0.25, 0.15, 0, 1) + _arc(0.8, 0.75, 0.15, 0, 1),
    "infinity": [
        np.stack([0.5 + 0.5 * np.cos(a), 0.5 + 0.3 * np.sin(2 * a)], axis=1) for a in [np.linspace(0.3, 6.6, 80)]
    ],
}
