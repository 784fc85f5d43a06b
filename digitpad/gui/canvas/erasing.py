"""Cutting ink with a round eraser.

The eraser sweeps a capsule: all points within its radius of its path. A stroke keeps exactly its own points outside the
capsule and gets new end points where its lines cross the border, so that cuts are at the eraser and not at the nearest
recorded point, which may be far away.
"""

import numpy as np
from numpy.typing import NDArray

_SPACING = 0.05  # sampling distance along lines, relative to the eraser's radius


def erase_segment(
    points: NDArray[np.float32], start: tuple[float, ...], end: tuple[float, ...], radius: float
) -> list[NDArray[np.float32]] | None:
    """Return what remains of one stroke after a move of the eraser.

    Parameters
    ----------
    points
        (n, 2) or (n, 3) float32, the stroke: x, y and optional pressure, which is interpolated at cuts.
    start, end
        Start and end of the eraser's centre, (x, y).
    radius
        Radius of the eraser, in the units of the points; greater than 0.

    Returns
    -------
    list of arrays, or None
        None if the stroke is unchanged, otherwise its remaining pieces in order (an empty list if nothing remains).
    """
    a, b = np.array(start[:2], np.float64), np.array(end[:2], np.float64)
    low, high = np.minimum(a, b) - radius, np.maximum(a, b) + radius
    if (points[:, :2].max(axis=0) < low).any() or (points[:, :2].min(axis=0) > high).any():
        return None
    samples, is_point = _densify(points.astype(np.float64), _SPACING * radius)
    inside = _distance(samples[:, :2], a, b) <= radius
    if not inside.any():
        return None
    # A sample is kept if it is one of the stroke's own points, or the last one before or after a cut.
    outside = ~inside
    beside_cut = np.zeros_like(inside)
    beside_cut[:-1] |= inside[1:]
    beside_cut[1:] |= inside[:-1]
    keep = outside & (is_point | beside_cut)
    run = np.cumsum(inside)
    return [samples[keep & (run == number)].astype(np.float32) for number in np.unique(run[keep])]


def _densify(points: NDArray[np.float64], spacing: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Add points along each line, at most `spacing` apart; also return which ones are the stroke's own."""
    lengths = np.hypot(*np.diff(points[:, :2], axis=0).T)
    counts = np.maximum(1, np.ceil(lengths / spacing)).astype(int)
    firsts = np.concatenate(([0], np.cumsum(counts)))
    positions = np.interp(np.arange(firsts[-1] + 1), firsts, np.arange(len(points)))
    columns = [np.interp(positions, np.arange(len(points)), column) for column in points.T]
    is_point = np.zeros(len(positions), bool)
    is_point[firsts] = True
    return np.stack(columns, axis=1), is_point


def _distance(points: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each point from the segment a-b."""
    along = b - a
    squared = float(along @ along)
    t = np.clip((points - a) @ along / squared, 0.0, 1.0) if squared else np.zeros(len(points))
    nearest = a + t[:, None] * along
    distance: NDArray[np.float64] = np.hypot(*(points - nearest).T)
    return distance
