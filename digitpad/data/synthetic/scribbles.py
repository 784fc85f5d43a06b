"""Scribbles: strokes without a meaning.

Each family is a kind of movement. The families of `TRAINING` train rejection, those of `TESTING` measure it.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import curve_through
from digitpad.data.synthetic.hand import Strokes


def wander(rng: np.random.Generator) -> Strokes:
    """Wander at random without sharp turns."""
    strokes = []
    for _ in range(int(rng.integers(1, 3))):
        count = int(rng.integers(110, 220))
        heading = rng.uniform(0, 2 * math.pi) + np.cumsum(np.cumsum(rng.normal(0, 0.09, count)) * 0.9)
        path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
        strokes.append(_boxed(path) * rng.uniform(0.6, 1.0) + rng.uniform(0, 0.3, 2))
    return strokes


def tangle(rng: np.random.Generator) -> Strokes:
    """Move back and forth between random points of the canvas."""
    places = rng.random((int(rng.integers(7, 16)), 2))
    return [curve_through(places)]


def hatching(rng: np.random.Generator) -> Strokes:
    """Draw a zigzag, as if to cross out or shade something."""
    turns = int(rng.integers(4, 12))
    across = np.arange(turns + 1) % 2 + rng.normal(0, 0.12, turns + 1)
    along = np.linspace(0, rng.uniform(0.3, 1.2), turns + 1) + rng.normal(0, 0.04, turns + 1)
    angle = rng.uniform(0, math.pi)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [np.stack([across, along], axis=1) @ turn]


def spiral(rng: np.random.Generator) -> Strokes:
    """Draw a spiral with two or more turns."""
    angle = np.linspace(0, 2 * math.pi * rng.uniform(2.0, 4.5), 120) * rng.choice([-1.0, 1.0])
    radius = np.linspace(0.05, 0.5, 120)
    return [np.stack([radius * np.cos(angle), radius * np.sin(angle) * rng.uniform(0.6, 1)], axis=1)]


def loops(rng: np.random.Generator) -> Strokes:
    """Draw a row of loops, as if to try a pen."""
    count = rng.uniform(3, 6)
    angle = np.linspace(0, 2 * math.pi * count, 150)
    height = rng.uniform(0.12, 0.3)
    x = angle / angle[-1] + 0.12 * np.cos(angle)
    return [np.stack([x, height * np.sin(angle) * (1 + 0.3 * np.sin(angle / 3 + rng.uniform(0, 6)))], axis=1)]


def circling(rng: np.random.Generator) -> Strokes:
    """Draw circles over each other that drift."""
    angle = np.linspace(0, 2 * math.pi * rng.uniform(2.5, 6), 160)
    drift = rng.uniform(0.1, 0.45)
    radius = 0.4 + 0.12 * np.sin(angle * rng.uniform(0.2, 0.7))
    x = radius * np.cos(angle) + drift * np.sin(angle * 0.31 + rng.uniform(0, 6))
    return [np.stack([x, radius * np.sin(angle) + drift * np.sin(angle * 0.23 + rng.uniform(0, 6))], axis=1)]


def sticks(rng: np.random.Generator) -> Strokes:
    """Draw straight lines across each other."""
    return [rng.random((2, 2)) for _ in range(int(rng.integers(3, 8)))]


def dots(rng: np.random.Generator) -> Strokes:
    """Draw a few dots."""
    return [place + rng.normal(0, 0.015, (3, 2)) for place in rng.random((int(rng.integers(3, 12)), 1, 2))]


def lissajous(rng: np.random.Generator) -> Strokes:
    """Draw a Lissajous figure."""
    angle = np.linspace(0, 2 * math.pi, 160)
    first, second = [(2, 3), (3, 4), (3, 5), (4, 5), (1, 4), (5, 2)][int(rng.integers(6))]
    return [np.stack([np.sin(first * angle + rng.uniform(0, 3)), np.sin(second * angle)], axis=1) / 2 + 0.5]


def jagged(rng: np.random.Generator) -> Strokes:
    """Draw straight lines from point to point."""
    return [rng.random((int(rng.integers(6, 14)), 2))]


def crossing_out(rng: np.random.Generator) -> Strokes:
    """Draw two zigzags across each other."""
    return [hatching(rng)[0], hatching(rng)[0]]


def signature(rng: np.random.Generator) -> Strokes:
    """Draw illegible handwriting: strokes up and down of all sizes from left to right."""
    count = int(rng.integers(8, 18))
    x = np.cumsum(rng.uniform(0.02, 0.12, count)) - rng.uniform(0, 0.06, count)
    y = np.where(np.arange(count) % 2 == 0, 0.5, 0.5 - rng.uniform(0.1, 0.5, count)) + rng.normal(0, 0.05, count)
    underline = np.array([[x[0], 0.75], [x[-1], 0.7]]) + rng.normal(0, 0.04, (2, 2))
    return [curve_through(np.stack([x, y], axis=1)), *([underline] if rng.random() < 0.4 else [])]


def clouds(rng: np.random.Generator) -> Strokes:
    """Draw a closed line with many bumps."""
    bumps = int(rng.integers(5, 9))
    angle = np.linspace(0, 2 * math.pi, 140)
    radius = 0.4 + 0.12 * np.abs(np.sin(bumps * angle / 2 + rng.uniform(0, 3)))
    return [np.stack([0.5 + radius * np.cos(angle), 0.5 + 0.7 * radius * np.sin(angle)], axis=1)]


def _boxed(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path scaled so that its long side is 1, from the corner of the box."""
    low, high = path.min(axis=0), path.max(axis=0)
    boxed: NDArray[np.float64] = (path - low) / max(float((high - low).max()), 1e-9)
    return boxed


TRAINING: dict[str, Callable[[np.random.Generator], Strokes]] = {
    family.__name__: family for family in (wander, tangle, hatching, spiral, loops, circling, sticks, dots)
}

TESTING: dict[str, Callable[[np.random.Generator], Strokes]] = {
    family.__name__: family for family in (lissajous, jagged, crossing_out, signature, clouds)
}
