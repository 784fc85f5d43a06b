"""Augmentation of ink: changes what the hand did, not the finished image.

Moving the pixels of an image never opens a loop, lengthens a tail or lifts a pen. Here the pen itself varies along its
way: how far it moves, how much it turns, where it is put down and lifted; then the page is warped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.data.rasterize import ink_to_image
from digitpad.data.stroke_geometry import (
    Path,
    arc_from,
    boxed,
    bridge,
    direction_at_end,
    fractions,
    lengths,
    part,
)

#: Number of independent random values along a stroke: changes are as smooth as a movement of the hand.
_KNOTS = 5
#: Share of the drift of a stroke's end that is taken back, so that closed loops stay nearly closed.
_ANCHORED = 0.8
#: A stroke shorter than this, where the ink is 1 long, is a dot and only moves.
_SHORT = 0.12
#: Largest gap between two strokes that the pen may bridge, and length that it may skip when it is lifted.
_WIDEST_BRIDGE, _WIDEST_SKIP = 0.3, 0.05
#: Long side of ink in canvas units; it matters only for dots, whose size is a fraction of the canvas.
_CANVAS = 300.0


@dataclass(frozen=True, slots=True)
class InkAugmentation:
    """Random changes of strokes; every strength is at least 0, and 0 changes nothing.

    Parameters
    ----------
    stretch
        Standard deviation of the logarithm of the length of a piece of a stroke.
    bend
        Standard deviation of the relative change of a turn: with 0.2, a corner of 90 degrees becomes 72 to 108.
    sway
        Standard deviation of the direction along a stroke, in degrees.
    ends
        Largest part of a stroke by which each of its ends is trimmed or lengthened.
    hooks
        Probability that an end of a stroke gets a hook.
    lifts
        Probability that two strokes are joined, or that a stroke is split.
    apart
        Standard deviation of the position of each stroke, relative to the ink.
    warp
        Standard deviation of the slow displacement of the page, relative to the ink.
    rotation, slant
        Standard deviations of the rotation and of the slant, in degrees.
    aspect
        Standard deviation of the logarithm of width over height.
    pen
        Standard deviation of the logarithm of the pen's width.
    """

    stretch: float = 0.15
    bend: float = 0.13
    sway: float = 6.0
    ends: float = 0.07
    hooks: float = 0.05
    lifts: float = 0.06
    apart: float = 0.02
    warp: float = 0.03
    rotation: float = 5.0
    slant: float = 8.0
    aspect: float = 0.12
    pen: float = 0.25

    def changed(self, strokes: Sequence[NDArray[np.floating]], rng: np.random.Generator) -> list[Path]:
        """Return changed strokes; only x and y, where the long side of the given ink is 1.

        Parameters
        ----------
        strokes
            Points (n, 2) or more columns each; at least one is not empty.
        rng
            Random generator.
        """
        paths = self._lifted(boxed(strokes), rng)
        paths = [self._redrawn(path, rng) + rng.normal(0, self.apart, 2) for path in paths]
        return self._warped(paths, rng)

    def image(self, strokes: Sequence[NDArray[np.floating]], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return changed strokes as the input of a network: uint8 (28, 28), drawn with a pen of a random width."""
        paths = self.changed(strokes, rng)
        pen = math.exp(min(max(rng.normal(0, self.pen), -0.6), 0.8))
        image = ink_to_image([(_CANVAS * path).astype(np.float32) for path in paths], pen=pen)
        return np.rint(image * 255).astype(np.uint8)

    def _lifted(self, paths: list[Path], rng: np.random.Generator) -> list[Path]:
        """Join two strokes with a line, or lift the pen within one."""
        if rng.random() >= self.lifts:
            return paths
        joins = [
            number
            for number in range(len(paths) - 1)
            if min(len(paths[number]), len(paths[number + 1])) > 1
            and np.hypot(*(paths[number + 1][0] - paths[number][-1])) < _WIDEST_BRIDGE
        ]
        if joins:
            number = joins[int(rng.integers(len(joins)))]
            first, second = paths[number], paths[number + 1]
            joined = np.concatenate([first, bridge(first, second, rng.uniform(0.1, 0.5)), second])
            return [*paths[:number], joined, *paths[number + 2 :]]
        longest = max(range(len(paths)), key=lambda number: float(lengths(paths[number])[-1]))
        path = paths[longest]
        total = float(lengths(path)[-1])
        if total < 4 * _SHORT:
            return paths
        place, skip = rng.uniform(0.25, 0.75), rng.uniform(0, _WIDEST_SKIP) / total
        return [*paths[:longest], part(path, 0, place), part(path, place + skip, 1), *paths[longest + 1 :]]

    def _redrawn(self, path: Path, rng: np.random.Generator) -> Path:
        """Draw a stroke again with other lengths, turns and ends."""
        if len(path) < 3 or float(lengths(path)[-1]) < _SHORT:
            return path
        first, last = rng.uniform(-self.ends, self.ends, 2)
        path = part(path, max(first, 0.0), 1 - max(last, 0.0))
        moves = np.diff(path, axis=0)
        places = fractions(path)[1:]
        steps = np.hypot(moves[:, 0], moves[:, 1]) * np.exp(self._smooth(self.stretch, places, rng))
        # Directions without jumps from -180 to 180 degrees; each turn is scaled, and the whole sways.
        before = np.unwrap(np.arctan2(moves[:, 1], moves[:, 0]))
        turns = np.diff(before, prepend=before[0]) * (1 + self._smooth(self.bend, places, rng))
        headings = np.cumsum(turns) + self._smooth(math.radians(self.sway), places, rng)
        # A stroke that turns more or less is not rotated as a whole: its mean direction stays.
        headings += before.mean() - headings.mean()
        drawn = np.concatenate([[[0.0, 0.0]], np.cumsum(steps[:, np.newaxis] * _units(headings), axis=0)])
        drift = (drawn[-1] - drawn[0]) - (path[-1] - path[0])
        drawn -= _ANCHORED * np.concatenate([[0.0], places])[:, np.newaxis] * drift
        drawn += path.mean(axis=0) - drawn.mean(axis=0)
        drawn = self._lengthened(drawn, max(-last, 0.0), rng)
        return self._lengthened(drawn[::-1], max(-first, 0.0), rng)[::-1]

    def _lengthened(self, path: Path, share: float, rng: np.random.Generator) -> Path:
        """Lengthen the end of a path, or bend a small hook there."""
        angle, total = direction_at_end(path), float(lengths(path)[-1])
        if rng.random() < self.hooks:
            turn = rng.uniform(1.2, 2.8) * rng.choice([-1.0, 1.0])
            return np.concatenate([path, arc_from(path[-1], angle, rng.uniform(0.04, 0.12), turn)])
        if not share:
            return path
        return np.concatenate([path, arc_from(path[-1], angle, share * total, rng.normal(0, 0.4))])

    def _warped(self, paths: list[Path], rng: np.random.Generator) -> list[Path]:
        """Warp the page with a few slow waves; rotate, slant and stretch it."""
        waves, phases = rng.normal(0, 3.0, (3, 2)), rng.uniform(0, 2 * math.pi, 3)
        pushes = rng.normal(0, self.warp, (3, 2))
        angle = math.radians(rng.normal(0, self.rotation))
        lean = math.tan(math.radians(min(max(rng.normal(0, self.slant), -30.0), 30.0)))
        wide = math.exp(rng.normal(0, self.aspect) / 2)
        turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        page = np.array([[wide, 0.0], [-lean, 1 / wide]]) @ turned
        return [(path + np.sin(path @ waves.T + phases) @ pushes) @ page for path in paths]

    @staticmethod
    def _smooth(strength: float, places: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Return smooth random numbers at places from 0 to 1."""
        values = rng.normal(0, strength, _KNOTS)
        smooth: NDArray[np.float64] = np.interp(places, np.linspace(0, 1, _KNOTS), values)
        return smooth


def _units(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)
