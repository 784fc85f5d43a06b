"""Geometry of strokes, for everything that changes ink: lengths, directions, cuts, arcs and loops.

Paths are float64 (n, 2), x to the right and y down; an angle is measured from the x axis towards the y axis, so that a
positive turn is clockwise on the page.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Path: TypeAlias = NDArray[np.float64]
"""Points (n, 2), n at least 1."""

#: Part of a path at its end whose chord is the direction there: a single segment may be the jitter of a pen.
_END = 0.06
#: Turn between two points of an arc, in radians.
_ARC_STEP = 0.3


def lengths(path: Path) -> NDArray[np.float64]:
    """Return the length of the path up to each of its points, (n,)."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def fractions(path: Path) -> NDArray[np.float64]:
    """Return the part of the path's length up to each point, from 0 to 1; all 0 for a path without length."""
    along = lengths(path)
    return along / along[-1] if along[-1] > 0 else along


def point_at(path: Path, fraction: float) -> Path:
    """Return the point (2,) at a part of the length of a path."""
    along = fractions(path)
    return np.array([np.interp(fraction, along, path[:, axis]) for axis in (0, 1)])


def part(path: Path, first: float, last: float) -> Path:
    """Return the path between two parts of its length, 0 <= first < last <= 1, with exact ends."""
    along = fractions(path)
    inside = path[(along > first) & (along < last)]
    return np.concatenate([point_at(path, first)[np.newaxis], inside, point_at(path, last)[np.newaxis]])


def direction_at_start(path: Path) -> float:
    """Return the angle in which a path begins, in radians."""
    chord = point_at(path, _END) - path[0]
    return math.atan2(chord[1], chord[0])


def direction_at_end(path: Path) -> float:
    """Return the angle in which a path ends, in radians."""
    chord = path[-1] - point_at(path, 1 - _END)
    return math.atan2(chord[1], chord[0])


def along(angle: float) -> Path:
    """Return the unit vector (2,) in the direction of an angle."""
    return np.array([math.cos(angle), math.sin(angle)])


def arc_from(start: Path, angle: float, length: float, turn: float) -> Path:
    """Return an arc without its first point.

    Parameters
    ----------
    start, angle
        Where it begins (2,), and in which direction.
    length, turn
        Its length, and by how much it turns on the way, in radians.
    """
    count = max(2, math.ceil(abs(turn) / _ARC_STEP))
    headings = angle + turn * (np.arange(count) + 0.5) / count
    steps = np.stack([np.cos(headings), np.sin(headings)], axis=1) * (length / count)
    arc: Path = start + np.cumsum(steps, axis=0)
    return arc


def bridge(first: Path, second: Path, bulge: float) -> Path:
    """Return the points of a smooth curve between the end of one path and the start of another.

    Parameters
    ----------
    first, second
        The paths.
    bulge
        How far the curve follows the directions, as a fraction of the gap.
    """
    start, end = first[-1], second[0]
    gap = bulge * float(np.hypot(*(end - start)))
    leave = start + gap * along(direction_at_end(first))
    arrive = end - gap * along(direction_at_start(second))
    t = np.linspace(0, 1, 8)[1:-1, np.newaxis]
    curve: Path = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * leave + 3 * t * t * (1 - t) * arrive + t**3 * end
    return curve


def corner_of(path: Path) -> int:
    """Return the index of the point that is farthest from the chord between the ends: the corner of an L."""
    chord = path[-1] - path[0]
    away = path - path[0]
    return int(np.abs(chord[0] * away[:, 1] - chord[1] * away[:, 0]).argmax())


def with_loop(path: Path, corner: int, radius: float) -> Path:
    """Replace a corner by a loop: the pen runs past it and turns the other way round until it is on its way again.

    Parameters
    ----------
    path
        The path.
    corner
        Index of the corner, neither the first nor the last point.
    radius
        Radius of the loop.
    """
    before, after = path[: corner + 1], path[corner:]
    angle_in, angle_out = direction_at_end(before), direction_at_start(after)
    turn = (angle_out - angle_in + math.pi) % (2 * math.pi) - math.pi
    # The circle touches the line in, past the corner, and the line out, before it. Nearly straight on or back there is
    # no such circle near the corner.
    turn = math.copysign(min(max(abs(turn), 0.6), 2.6), turn)
    wedge = (math.pi - abs(turn)) / 2
    start = path[corner] + radius / math.tan(wedge) * along(angle_in)
    rest = turn - math.copysign(2 * math.pi, turn)
    return np.concatenate(
        [path[:corner], start[np.newaxis], arc_from(start, angle_in, radius * abs(rest), rest), after[1:]]
    )


def bounds(strokes: Sequence[Path]) -> tuple[Path, Path]:
    """Return the smallest and the largest coordinates (2,) of some strokes."""
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def boxed(strokes: Sequence[NDArray[np.floating]]) -> list[Path]:
    """Return strokes moved and scaled so that their long side is 1 and they are centred at the origin.

    Columns beyond x and y are dropped. Ink without extent stays a point.
    """
    paths = [np.asarray(stroke[:, :2], np.float64) for stroke in strokes if len(stroke)]
    low, high = bounds(paths)
    side = max(float((high - low).max()), 1e-9)
    return [(path - (low + high) / 2) / side for path in paths]


def rotated(path: Path, about: Path, angle: float) -> Path:
    """Return a path rotated about a point (2,) by an angle."""
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    result: Path = (path - about) @ turn + about
    return result


def nearest(path: Path, point: Path) -> int:
    """Return the index of the point of a path that is nearest to a point (2,)."""
    return int(np.hypot(*(path - point).T).argmin())
