"""Simulated handwriting: every copy of a figure is slightly different, as in real handwriting."""

import math

import numpy as np
from numpy.typing import NDArray

Strokes = list[NDArray[np.float64]]
"""Points (n, 2) of each stroke: x to the right, y down, in a box of about 1 by 1."""

#: Number of points along a resampled stroke: corners become as round as in quick writing.
_POINTS = 40


def drawn_by_hand(strokes: Strokes, rng: np.random.Generator, *, turn: float = 15.0, unrest: float = 0.028) -> Strokes:
    """Shear, rotate, scale and bend a figure at random, and vary the ends of each stroke.

    Parameters
    ----------
    strokes
        The figure.
    rng
        Random generator.
    turn
        Maximum rotation in degrees, in either direction.
    unrest
        Standard deviation of the smooth displacement of points, as a fraction of the box.
    """
    angle, slant = math.radians(rng.uniform(-turn, turn)), math.radians(rng.normal(8, 12))
    narrow = math.exp(rng.normal(-0.15, 0.25))
    turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    leaning = np.array([[narrow, 0.0], [-math.tan(slant), 1.0]])
    # A smooth displacement field, the sum of a few waves over the box, bends the whole figure.
    waves = rng.normal(0, 1.5, (3, 2))
    phases, pushes = rng.uniform(0, 2 * math.pi, 3), rng.normal(0, unrest, (3, 2))
    bent = []
    for stroke in strokes:
        own = rng.normal(0, unrest / 2, 2)
        moved = _retraced(stroke, rng) - 0.5
        moved = moved + np.sin(moved @ (2 * math.pi * waves.T / 2) + phases) @ pushes + own
        bent.append(moved @ leaning @ turned + 0.5)
    return bent


def _retraced(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a stroke that is slightly shortened or extended at both ends."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    length = float(along[-1])
    if not length:
        return stroke
    first, last = rng.uniform(-0.1, 0.06, 2)
    places = np.linspace(max(first, 0) * length, (1 - max(last, 0)) * length, _POINTS)
    traced = np.stack([np.interp(places, along, stroke[:, axis]) for axis in (0, 1)], axis=1)
    # Extended in the direction of its ends.
    traced[0] += min(first, 0) * _direction(traced[1] - traced[0])
    traced[-1] -= min(last, 0) * _direction(traced[-1] - traced[-2])
    return traced


def _direction(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.hypot(vector[0], vector[1]))
    return vector / length if length else vector
