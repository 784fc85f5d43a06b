"""Closed outlines with corners, notches or waves, which are drawn like a zero but do not mean one.

Each outline is random, so that a network learns "a closed line that is not round" rather than a few figures. No family
for testing (`shapes.TESTING`, `scribbles.TESTING`) is among them, although a polygon with four corners can resemble the
tall diamond there.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from digitpad.data.synthetic.hand import Strokes


def polygon(rng: np.random.Generator) -> Strokes:
    """Return a polygon with three or four corners at different radii; with more corners it would resemble a zero."""
    count = int(rng.integers(3, 5))
    angle = 2 * math.pi * (np.arange(count) + rng.uniform(-0.25, 0.25, count)) / count + rng.uniform(0, 2 * math.pi)
    return [_closed(angle, rng.uniform(0.25, 0.5, count))]


def wedge(rng: np.random.Generator) -> Strokes:
    """Return a polygon of which every second corner lies far inside: irregular stars, arrowheads, darts."""
    count = int(rng.integers(3, 5))
    angle = 2 * math.pi * (np.arange(2 * count) + rng.uniform(-0.3, 0.3, 2 * count)) / (2 * count)
    radius = np.where(np.arange(2 * count) % 2 == 0, rng.uniform(0.35, 0.5), rng.uniform(0.1, 0.22))
    return [_closed(angle + rng.uniform(0, 2 * math.pi), radius * rng.uniform(0.8, 1.2, 2 * count))]


def petals(rng: np.random.Generator) -> Strokes:
    """Return an outline with three or four deep notches, like a clover; with two it would be an eight."""
    count = int(rng.integers(3, 5))
    angle = np.linspace(0, 2 * math.pi, 120)
    depth = rng.uniform(0.35, 0.65)
    radius = 0.5 * (1 - depth + depth * np.abs(np.cos(count * angle / 2 + rng.uniform(0, 3))) ** rng.uniform(0.5, 1.2))
    return [_around(angle, radius, rng)]


def ripples(rng: np.random.Generator) -> Strokes:
    """Return an outline with many small waves, like a cogwheel or a fried egg."""
    angle = np.linspace(0, 2 * math.pi, 160)
    wave = np.sin(int(rng.integers(6, 12)) * angle + rng.uniform(0, 6))
    if rng.random() < 0.4:
        wave = np.tanh(4 * wave)
    return [_around(angle, 0.4 + rng.uniform(0.06, 0.1) * wave, rng)]


def _closed(angle: NDArray[np.float64], radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a closed polygon through corners around the centre."""
    corners = np.stack([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)], axis=1)
    return np.concatenate([corners, corners[:1]])


def _around(angle: NDArray[np.float64], radius: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a closed line around the centre with a random start, slightly flattened."""
    start = rng.uniform(0, 2 * math.pi)
    path = np.stack([radius * np.cos(angle + start), rng.uniform(0.6, 1.0) * radius * np.sin(angle + start)], axis=1)
    return path + 0.5


TRAINING: dict[str, Callable[[np.random.Generator], Strokes]] = {
    family.__name__: family for family in (polygon, wedge, petals, ripples)
}
