"""Figures, letters and signs that people draw into a field for digits, drawn by a hand that is in a hurry.

Unlike `shapes`, each is drawn with random proportions, sides that are not straight, corners that are not sharp and ends
that do not meet; `InkAugmentation` varies them further. Hearts, bolts, crescents and diamonds are among the shapes for
testing too (`shapes.TESTING`), so a network that was trained with these figures is tested on the other families there.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.data.synthetic.hand import Strokes
from digitpad.data.synthetic.letters import SKELETONS
from digitpad.data.synthetic.signs import SKELETONS as SIGN_SKELETONS
from digitpad.data.synthetic.skeletons import strokes_of

#: Letters that networks for digits confuse most (as 12, 14, 17 and others), which are made more often.
_CONFUSED = "RMpXAfkmK"
#: Signs that networks for digits confuse most.
_LIKE_DIGITS = "$%"
_PER_SIDE = 7


def rectangle(rng: np.random.Generator) -> Strokes:
    """Return a rectangle, wider or taller than a square."""
    wide, tall = (1.0, rng.uniform(0.45, 0.85))[:: int(rng.choice([-1, 1]))]
    return _outline(_box(wide, tall), rng)


def square(rng: np.random.Generator) -> Strokes:
    """Return a square."""
    return _outline(_box(1.0, rng.uniform(0.88, 1.14)), rng)


def diamond(rng: np.random.Generator) -> Strokes:
    """Return a diamond."""
    wide, tall = rng.uniform(0.45, 1.0), 1.0
    return _outline(np.array([[0, -tall], [wide, 0], [0, tall], [-wide, 0]]) / 2, rng)


def triangle(rng: np.random.Generator) -> Strokes:
    """Return a triangle, on its base or on its tip."""
    tip = rng.uniform(-0.35, 0.35)
    corners = np.array([[tip, -0.5], [0.5, 0.45], [-0.5, 0.45]])
    return _outline(corners * (1, rng.choice([-1.0, 1.0])), rng)


def slanted_box(rng: np.random.Generator) -> Strokes:
    """Return a parallelogram or a trapezoid."""
    lean, narrow = rng.uniform(-0.4, 0.4), rng.uniform(0.55, 1.0)
    tall = rng.uniform(0.35, 0.6)
    return _outline(np.array([[-0.5 + lean, -tall], [narrow - 0.5 + lean, -tall], [0.5, tall], [-0.5, tall]]), rng)


def heart(rng: np.random.Generator) -> Strokes:
    """Return a heart, in one stroke from its notch or in two halves."""
    angle = np.linspace(0, 2 * math.pi, 48)
    x = rng.uniform(0.8, 1.1) * np.sin(angle) ** 3 / 2
    notch, point = rng.uniform(0.25, 0.45), rng.uniform(0.9, 1.1)
    y = -(0.42 * point * np.cos(angle) - notch * 0.45 * np.cos(2 * angle) - 0.06 * np.cos(3 * angle))
    path = np.stack([x, y], axis=1)
    if rng.random() < 0.3:
        return [path[: len(path) // 2 + 1], path[len(path) // 2 :][::-1]]
    return [_trimmed(path, rng)]


def bolt(rng: np.random.Generator) -> Strokes:
    """Return the outline of a bolt of lightning; a single zigzag would be a four in some hands."""
    # From pointed at the top to as wide there as in the middle.
    half = rng.uniform(0.02, 0.22)
    zigzag = np.array([[0.25, -0.5], [-0.2, 0.05], [0.12, 0.0], [-0.25, 0.5]]) * (rng.uniform(0.8, 1.4), 1)
    zigzag += rng.normal(0, 0.03, zigzag.shape)
    right = np.array([[0.25 + half, -0.5], [0.08 + half / 2, -0.12], [0.12 + 1.5 * half, -0.14]])
    right += rng.normal(0, 0.03, right.shape)
    corners = np.concatenate([zigzag, right[::-1]])
    return _outline(corners * (rng.choice([-1.0, 1.0]), 1), rng)


def crescent(rng: np.random.Generator) -> Strokes:
    """Return a moon: two bows between the same tips."""
    tips = rng.uniform(0.9, 1.7)
    outer = np.linspace(tips, 2 * math.pi - tips, 30)
    back = np.stack([0.5 * np.cos(outer), 0.5 * np.sin(outer)], axis=1)
    depth = rng.uniform(0.15, 0.55)
    t = np.linspace(1, -1, 20)
    chord = back[0, 0]
    inner = np.stack([chord - (chord + 0.5) * (1 - depth) * (1 - t**2), back[0, 1] * t], axis=1)
    # From the last tip of the back to its first one.
    inner = inner[::-1] if np.hypot(*(inner[0] - back[-1])) > np.hypot(*(inner[-1] - back[-1])) else inner
    flip = (rng.choice([-1.0, 1.0]), 1)
    if rng.random() < 0.35:
        return [back * flip, inner * flip]
    return [_trimmed(np.concatenate([back, inner[1:]]) * flip, rng)]


def cross(rng: np.random.Generator) -> Strokes:
    """Return an X of straight strokes, one of which may be joined to the other."""
    wide = rng.uniform(0.6, 1.0)
    first = _side([-wide / 2, -0.5], [wide / 2, 0.5], rng)
    second = _side([wide / 2, -0.5], [-wide / 2, 0.5], rng)
    if rng.random() < 0.25:
        return [np.concatenate([first, _side(first[-1], second[::-1][-1], rng)[1:], second])]
    return [first, second if rng.random() < 0.7 else second[::-1]]


def arrow(rng: np.random.Generator) -> Strokes:
    """Return an arrow to any side."""
    angle = rng.uniform(0, 2 * math.pi)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    head, open_by = rng.uniform(0.2, 0.4), rng.uniform(0.4, 0.8)
    tip = np.array([0.5, 0.0])
    ends = tip - head * np.array([[math.cos(open_by), math.sin(open_by)], [math.cos(open_by), -math.sin(open_by)]])
    strokes = [
        _side([-0.5, 0.0], tip, rng),
        np.concatenate([_side(ends[0], tip, rng), _side(tip, ends[1], rng)[1:]]),
    ]
    return [stroke @ turn for stroke in strokes]


def star(rng: np.random.Generator) -> Strokes:
    """Return a star in one stroke through its five tips."""
    angle = 2 * math.pi * (np.arange(6) * 2 / 5 - 0.25) + rng.normal(0, 0.08, 6)
    return _outline(np.stack([np.cos(angle), np.sin(angle)], axis=1)[:5] / 2, rng)


def letter(rng: np.random.Generator) -> Strokes:
    """Return a letter that looks like no digit; those that are confused most are more frequent."""
    name = str(rng.choice(list(_CONFUSED) if rng.random() < 0.4 else list(SKELETONS)))
    return _one_way(SKELETONS[name], rng)


def sign(rng: np.random.Generator) -> Strokes:
    """Return a sign that occurs beside digits; half of them are dollar and percent signs, which resemble 8 and 0."""
    name = str(rng.choice(list(_LIKE_DIGITS) if rng.random() < 0.5 else list(SIGN_SKELETONS)))
    return _one_way(SIGN_SKELETONS[name], rng)


def _one_way(ways: Sequence[str], rng: np.random.Generator) -> Strokes:
    return strokes_of(ways[int(rng.integers(len(ways)))])


def _box(wide: float, tall: float) -> NDArray[np.float64]:
    return np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2


def _outline(corners: NDArray[np.float64], rng: np.random.Generator) -> Strokes:
    """Return a closed line through corners, from any of them, in either direction; a few are drawn in two strokes."""
    corners = np.roll(corners, int(rng.integers(len(corners))), axis=0)[:: int(rng.choice([-1, 1]))]
    corners = corners + rng.normal(0, 0.025, corners.shape)
    sides = [_side(first, second, rng) for first, second in pairwise([*corners, corners[0]])]
    if rng.random() < 0.2:
        cut = int(rng.integers(1, len(sides)))
        return [_connected(sides[:cut]), _connected(sides[cut:])]
    path = _connected(sides)
    if rng.random() < 0.5:
        # Corners become round in quick drawing.
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    return [_trimmed(path, rng)]


def _connected(sides: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([sides[0], *(side[1:] for side in sides[1:])])


def _side(
    start: Sequence[float] | NDArray[np.float64], end: Sequence[float] | NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return a side that is nearly straight."""
    first, last = np.asarray(start, np.float64), np.asarray(end, np.float64)
    t = np.linspace(0, 1, _PER_SIDE)[:, np.newaxis]
    chord = last - first
    bow = rng.normal(0, 0.03) * np.array([chord[1], -chord[0]])
    side: NDArray[np.float64] = first + t * chord + 4 * t * (1 - t) * bow
    return side


def _trimmed(path: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a closed path whose end stops short of its start, or runs past it."""
    if rng.random() < 0.5:
        return path
    if rng.random() < 0.5:
        return path[: len(path) - int(rng.integers(1, 3))]
    return np.concatenate([path, path[1 : 1 + int(rng.integers(1, 4))] + rng.normal(0, 0.03, 2)])


FIGURES: Mapping[str, tuple[Callable[[np.random.Generator], Strokes], float]] = {
    family.__name__.replace("_", " "): (family, weight)
    for family, weight in (
        (rectangle, 1.0),
        (square, 1.0),
        (diamond, 1.2),
        (triangle, 0.6),
        (slanted_box, 0.6),
        (heart, 1.2),
        (bolt, 1.2),
        (crescent, 1.2),
        (cross, 0.8),
        (arrow, 0.5),
        (star, 0.4),
        (letter, 6.0),
        (sign, 2.5),
    )
}
"""All families by name, with how often each is made relative to the others."""


def make_figure(rng: np.random.Generator) -> tuple[Strokes, str]:
    """Return a random figure, letter or sign, and the name of its family."""
    weights = np.array([weight for _family, weight in FIGURES.values()])
    name = list(FIGURES)[int(rng.choice(len(FIGURES), p=weights / weights.sum()))]
    return FIGURES[name][0](rng), name
