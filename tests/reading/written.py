"""Numbers written by hand, in points: each digit 60 wide and 100 high."""

import numpy as np

from digitpad.data.ink import Stroke

Points = list[tuple[float, float]]


def _round(x: float, y: float, rx: float, ry: float, start: float, turn: float) -> Points:
    """Return points on an ellipse, angles in degrees, 0 at the right and clockwise."""
    angles = np.radians(np.linspace(start, start + turn, 24))
    return [(float(x + rx * np.cos(a)), float(y + ry * np.sin(a))) for a in angles]


DIGITS: dict[str, list[Points]] = {
    "0": [_round(30, 50, 30, 50, -90, -355)],
    "1": [[(30, 0), (30, 100)]],
    "2": [[*_round(30, 28, 28, 28, -170, 200), (2, 98), (62, 98)]],
    "3": [[*_round(28, 25, 26, 25, -150, 240), *_round(28, 74, 30, 26, -90, 240)]],
    # Two strokes that meet: the corner, and the line through it.
    "4": [[(30, 0), (2, 62), (62, 62)], [(42, 38), (40, 100)]],
    # The hat is drawn last.
    "5": [[(12, 0), (8, 42), *_round(28, 68, 30, 31, -120, 250)], [(12, 0), (58, 2)]],
    "6": [[(46, 0), (14, 40), *_round(30, 70, 26, 29, 180, -355)]],
    # With a cross-bar.
    "7": [[(2, 2), (60, 2), (22, 100)], [(16, 50), (56, 50)]],
    # Two circles.
    "8": [_round(30, 25, 22, 24, -90, 358), _round(30, 75, 27, 25, -90, 358)],
    "9": [[*_round(30, 28, 26, 27, 0, -355), (54, 100)]],
    "-": [[(5, 52), (50, 50)]],
    ".": [[(5, 97), (7, 98)]],
    "%": [_round(12, 18, 12, 14, -90, -355), [(58, 0), (14, 102)], _round(58, 84, 12, 14, -90, -355)],
    ",": [[(8, 92), (8, 104), (2, 118)]],
}


def written(text: str, *, gap: float = 24, size: float = 1.0, at: tuple[float, float] = (20, 30)) -> list[Stroke]:
    """Write text from left to right, with gaps between the ink of neighbours."""
    strokes: list[Stroke] = []
    right = at[0]
    for character in text:
        points = [np.array(stroke, np.float32) for stroke in DIGITS[character]]
        low = min(float(stroke[:, 0].min()) for stroke in points)
        high = max(float(stroke[:, 0].max()) for stroke in points)
        strokes += [((stroke - (low, 0)) * size + (right, at[1])).astype(np.float32) for stroke in points]
        right += (high - low + gap) * size
    return strokes
