"""Manners of writing digits that MNIST and the pen ink lack, made by changing real strokes.

A four as a lightning bolt, a slashed zero, a seven whose bar is not a stroke of its own: what people really write is in
the rest of the stroke, so each manner changes only what is particular to it. Every function takes strokes as `boxed`
returns them, of one of the digits in `MANNERS`, and returns changed ones, or None if the drawing does not suit: a four
in three strokes, for example. The digit stays the same.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from digitpad.data.ink import Drawing
from digitpad.data.stroke_geometry import (
    Path,
    arc_from,
    bounds,
    boxed,
    bridge,
    corner_of,
    direction_at_end,
    direction_at_start,
    fractions,
    lengths,
    nearest,
    part,
    point_at,
    rotated,
    with_loop,
)

#: Number of drawings to try; at least one in ten suits each manner.
_MOST_TRIES = 500
#: Width of the smallest loop of a six, where the ink is 1 long.
_SMALLEST_LOOP = 0.16

Strokes: TypeAlias = list[Path]
Manner: TypeAlias = Callable[[Strokes, np.random.Generator], Strokes | None]


def lightning_four(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Write a four of two strokes in one: down, across to the stem, and on down from there, without its upper part."""
    angle, stem = _two_strokes(strokes)
    if angle is None or stem is None:
        return None
    corner = corner_of(angle)
    across = angle[corner:]
    crossing = corner + nearest(across, stem[nearest(stem, across[-1])])
    if crossing - corner < 2 or corner < 2:
        return None
    place = float(fractions(stem)[nearest(stem, angle[crossing])])
    if not 0.15 < place < 0.8:
        return None
    # Some retrace a bit of the stem upwards first.
    up = place * rng.uniform(0.1, 0.5) if rng.random() < 0.35 else 0.0
    lower = part(stem, place - up, 1)
    if lengths(lower)[-1] < 0.25:
        return None
    lean = rng.normal(0.05, 0.08)
    rise = angle[: crossing + 1].copy()
    # The bar of a bolt often falls or rises: it is turned about the corner.
    rise[corner:] = rotated(rise[corner:], rise[corner], lean)
    return [np.concatenate([rise, lower + (rise[-1] - angle[crossing])])]


def open_four(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Open a four of two strokes at the top: the first stroke begins farther from the stem."""
    angle, stem = _two_strokes(strokes)
    if angle is None or stem is None:
        return None
    corner = corner_of(angle)
    if corner < 2:
        return None
    start = direction_at_start(angle[: corner + 1])
    # To upright, or a bit beyond: pi / 2 is straight down.
    wanted = math.pi / 2 - rng.uniform(-0.15, 0.12)
    turn = wanted - start
    if not -1.3 < turn < -0.1:
        return None
    opened = angle.copy()
    opened[:corner] = rotated(angle[:corner], angle[corner], turn)
    return [opened, stem]


def looped_four(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Turn the lower left corner of a four into a loop."""
    corner = corner_of(strokes[0][: max(3, round(0.7 * len(strokes[0])))] if len(strokes) == 1 else strokes[0])
    if not 2 <= corner < len(strokes[0]) - 2:
        return None
    return [with_loop(strokes[0], corner, rng.uniform(0.03, 0.07)), *strokes[1:]]


def barred_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Cross the stem of a seven of one stroke."""
    if len(strokes) != 1:
        return None
    return [strokes[0], _bar(strokes[0], rng)]


def joined_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Write the bar of a seven without lifting the pen: up from the foot of the stem, and across it."""
    if len(strokes) > 2:
        return None
    bar = _bar(strokes[0], rng) if len(strokes) == 1 else strokes[1]
    if bar[0, 0] > bar[-1, 0]:
        bar = bar[::-1]
    stem = part(strokes[0], 0, rng.uniform(0.9, 1.0))
    return [np.concatenate([stem, _swing(stem, bar, rng), bar])]


def slashed_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Slash a zero, with a stroke of its own or without lifting the pen."""
    if len(strokes) != 1:
        return None
    low, high = bounds(strokes)
    middle, half = (low + high) / 2, (high - low) / 2
    reach = half * rng.uniform(0.75, 1.3)
    upper = middle + reach * np.array([rng.uniform(0.55, 0.9), -rng.uniform(0.6, 0.85)])
    lower = middle + reach * np.array([-rng.uniform(0.55, 0.9), rng.uniform(0.6, 0.85)])
    slash = _bowed(upper, lower, rng.normal(0, 0.06))
    if rng.random() < 0.35:
        return [np.concatenate([strokes[0], bridge(strokes[0], slash, 0.2), slash])]
    return [strokes[0], slash if rng.random() < 0.6 else slash[::-1]]


def tailed_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Let the end of a zero run on: past its start, into it, or out of it to the right."""
    if len(strokes) != 1:
        return None
    path = strokes[0]
    angle = direction_at_end(path)
    kind = rng.integers(3)
    if kind == 0:
        tail = arc_from(path[-1], angle, rng.uniform(0.15, 0.4), rng.normal(0, 0.5))
    elif kind == 1:
        tail = arc_from(path[-1], angle, rng.uniform(0.2, 0.45), rng.uniform(2.5, 4.5) * rng.choice([-1.0, 1.0]))
    else:
        out = rng.uniform(-0.6, 0.2)
        turn = (out - angle + math.pi) % (2 * math.pi) - math.pi
        tail = arc_from(path[-1], angle, rng.uniform(0.15, 0.4), turn)
    return [np.concatenate([path, tail])]


def footed_one(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Give a one a base, as a stroke of its own or at the end of the stem."""
    stem = _upright(strokes)
    if stem is None:
        return None
    head = stem
    if rng.random() < 0.6:
        # With its up-stroke, but without what follows the lowest point.
        head = strokes[0][: len(strokes[0][: int(strokes[0][:, 1].argmin())]) + len(stem)]
    if rng.random() < 0.3:
        # Without lifting the pen: a small turn to one side.
        turn = rng.uniform(1.2, 1.9) * rng.choice([-1.0, 1.0])
        return [np.concatenate([head, arc_from(head[-1], direction_at_end(head), rng.uniform(0.1, 0.25), turn)])]
    left, right = rng.uniform(0.08, 0.3, 2)
    tilt = rng.normal(0, 0.08)
    return [head, head[-1] + np.array([[-left, tilt * left], [right, -tilt * right]])]


def hooked_one(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Begin a one with an up-stroke: mostly short; a long one stays close to the stem, or it would be a seven."""
    stem = _upright(strokes)
    if stem is None:
        return None
    down = direction_at_start(stem)
    is_long = rng.random() < 0.12
    length = rng.uniform(0.4, 0.7) if is_long else rng.uniform(0.1, 0.28)
    away = rng.uniform(0.3, 0.55) if is_long else rng.uniform(0.35, 0.75)
    # Down and to the left of the top; drawn upwards, a bit bowed.
    start = stem[0] + length * np.array([math.cos(down + away), math.sin(down + away)])
    return [np.concatenate([_bowed(start, stem[0], rng.normal(0, 0.06))[:-1], stem])]


def open_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Begin the loop of a nine later, so that it stays open."""
    if len(strokes) != 1:
        return None
    return [part(strokes[0], rng.uniform(0.04, 0.1), 1)]


def footed_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Give the stem of a nine a foot, to the right or across."""
    stem = strokes[-1]
    if len(strokes) != 1 or abs(direction_at_end(stem) - math.pi / 2) > 0.9:
        return None
    if rng.random() < 0.5:
        turn = -rng.uniform(1.2, 2.0)
        return [np.concatenate([stem, arc_from(stem[-1], direction_at_end(stem), rng.uniform(0.12, 0.35), turn)])]
    half = rng.uniform(0.1, 0.25, 2)
    return [stem, stem[-1] + np.array([[-half[0], rng.normal(0, 0.02)], [half[1], rng.normal(0, 0.02)]])]


def round_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """End a nine in a round tail to the left, as a g does."""
    stem = strokes[-1]
    if len(strokes) != 1 or abs(direction_at_end(stem) - math.pi / 2) > 0.9:
        return None
    kept = part(stem, 0, rng.uniform(0.85, 1.0))
    turn = rng.uniform(1.4, 2.9)
    return [np.concatenate([kept, arc_from(kept[-1], direction_at_end(kept), rng.uniform(0.35, 0.75), turn)])]


def small_six(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Make the loop of a six tiny."""
    if len(strokes) != 1:
        return None
    path = strokes[0]
    along = fractions(path)
    left = np.flatnonzero((along > 0.15) & (along < 0.55))
    if not len(left):
        return None
    # The loop begins where the stroke is nearest to its end.
    begin = int(left[nearest(path[left], path[-1])])
    if np.hypot(*(path[begin] - path[-1])) > 0.15:
        return None
    # Smaller than this, a bold pen fills the loop, and the six is a one.
    least = _SMALLEST_LOOP / float(np.ptp(path[begin:], axis=0).min())
    small = path.copy()
    small[begin:] = path[begin] + min(max(least, rng.uniform(0.4, 0.65)), 0.8) * (path[begin:] - path[begin])
    return [small]


def smooth_three(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Straighten the waist of a three, until it is nearly a single bow."""
    if len(strokes) != 1:
        return None
    path = strokes[0]
    along = fractions(path)
    inner = np.flatnonzero((along > 0.3) & (along < 0.7))
    if len(inner) < 3:
        return None
    waist = int(inner[path[inner, 0].argmin()])
    upper, lower = path[:waist, 0].max(), path[waist:, 0].max()
    depth = min(upper, lower) - path[waist, 0]
    if depth < 0.08:
        return None
    push = rng.uniform(0.55, 0.95) * depth * np.exp(-(((along - along[waist]) / 0.09) ** 2))
    smooth = path.copy()
    smooth[:, 0] += push
    return [smooth]


def _two_strokes(strokes: Strokes) -> tuple[Path, Path] | tuple[None, None]:
    """Return the angle and the stem of a four of two strokes, both drawn downwards."""
    if len(strokes) != 2 or min(map(len, strokes)) < 4:
        return None, None
    angle, stem = strokes
    if stem[0, 1] > stem[-1, 1]:
        stem = stem[::-1]
    return angle, stem


def _upright(strokes: Strokes) -> Path | None:
    """Return the stem of a one of one stroke, from its top, if it is long enough."""
    if len(strokes) != 1:
        return None
    path = strokes[0]
    stem = path[int(path[:, 1].argmin()) :]
    lowest = int(stem[:, 1].argmax())
    stem = stem[: lowest + 1]
    return stem if len(stem) > 3 and lengths(stem)[-1] > 0.6 else None


def _bar(seven: Path, rng: np.random.Generator) -> Path:
    """Return a bar across the stem of a seven, from left to right."""
    stem = seven[corner_of(seven) :]
    middle = point_at(stem, rng.uniform(0.3, 0.6))
    tilt = rng.normal(-0.1, 0.15)
    left, right = rng.uniform(0.12, 0.32, 2)
    way = np.array([math.cos(tilt), math.sin(tilt)])
    return _bowed(middle - left * way, middle + right * way, rng.normal(0, 0.05))


def _swing(stem: Path, bar: Path, rng: np.random.Generator) -> Path:
    """Return the way from the foot of a stem, clockwise, to the start of a bar."""
    start, end = stem[-1], bar[0]
    side = np.array([-rng.uniform(0.02, 0.15), rng.uniform(0.0, 0.1)])
    t = np.linspace(0, 1, 8)[1:-1, np.newaxis]
    control = (start + end) / 2 + side
    curve: Path = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return curve


def _bowed(start: Path, end: Path, bow: float) -> Path:
    """Return a line between two points that is bowed to a side by a part of its length."""
    t = np.linspace(0, 1, 7)[:, np.newaxis]
    chord = end - start
    line: Path = start + t * chord + 4 * bow * t * (1 - t) * np.array([chord[1], -chord[0]])
    return line


@dataclass(frozen=True, slots=True)
class Kind:
    """A manner, the digit that it is a manner of, and how often it is made, relative to the others."""

    manner: Manner
    digit: int
    weight: float = 1.0


MANNERS: Mapping[str, Kind] = {
    manner.__name__.replace("_", " "): Kind(manner, digit, weight)
    for manner, digit, weight in (
        (slashed_zero, 0, 1.2),
        (tailed_zero, 0, 1.0),
        (footed_one, 1, 0.8),
        (hooked_one, 1, 0.7),
        (smooth_three, 3, 0.8),
        (lightning_four, 4, 2.0),
        (open_four, 4, 0.8),
        (looped_four, 4, 0.8),
        (small_six, 6, 1.0),
        (barred_seven, 7, 0.8),
        # Near a looped 2: at 1.4, as many as 3 % of MNIST's twos were read as sevens.
        (joined_seven, 7, 0.4),
        (open_nine, 9, 1.0),
        (footed_nine, 9, 0.7),
        (round_nine, 9, 1.0),
    )
}
"""All manners by name."""


class MannerMaker:
    """Makes digits in all manners from some drawings.

    Parameters
    ----------
    drawings
        Drawings of digits with labels, with some of each digit in `MANNERS`; leave out the writers that a model is
        evaluated on.

    Raises
    ------
    ValueError
        If a digit is missing.
    """

    def __init__(self, drawings: Sequence[Drawing]) -> None:
        self._sources: dict[int, list[Strokes]] = {kind.digit: [] for kind in MANNERS.values()}
        for drawing in drawings:
            if drawing.strokes and drawing.label in self._sources:
                self._sources[int(drawing.label)].append(boxed(drawing.strokes))
        missing = [digit for digit, sources in self._sources.items() if not sources]
        if missing:
            raise ValueError(f"the drawings lack digits with manners: {', '.join(map(str, missing))}")
        weights = np.array([kind.weight for kind in MANNERS.values()])
        self._names, self._shares = list(MANNERS), weights / weights.sum()

    def make(self, rng: np.random.Generator, name: str | None = None) -> tuple[Strokes, int, str]:
        """Change a random drawing in a random manner, or in the named one.

        Returns
        -------
        strokes, digit, name
            The strokes, the digit that they show, and the manner.

        Raises
        ------
        ValueError
            If no drawing suits the manner.
        """
        name = self._names[int(rng.choice(len(self._names), p=self._shares))] if name is None else name
        kind = MANNERS[name]
        sources = self._sources[kind.digit]
        for index in rng.integers(len(sources), size=_MOST_TRIES):
            made = kind.manner(sources[index], rng)
            if made is not None:
                return made, kind.digit, name
        raise ValueError(f"no drawing of a {kind.digit} suits the manner {name!r}")
