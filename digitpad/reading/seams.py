"""Finds the seams along which digits that touch may be cut.

A seam is a path from the top to the bottom of a part that crosses as little ink as possible (seam carving, Avidan and
Shamir, 2007, with ink as the energy). It need not be straight, so it can separate digits that lean over each other.

Two strokes that touch end to side are cut across one line. Two strokes that touch side by side are cut along the line
that both share, which is thicker than the pen: ink deep inside such places costs little.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Cost of a seam for a pixel of paper, and for a step to the side; a pixel of ink costs 1,
_PAPER, _ASIDE = 0.01, 0.02
#: or the first of these, if its distance to the paper is above the second, in widths of the pen.
_DEEP_COST, _DEEP = 0.05, 0.5
#: A seam with the lowest cost is sought through each column of this number of rows per height of the line.
_ROWS = 10
#: Least ink on both sides of a seam, and between two seams, in upright lines of the height of the line.
_LEAST_INK = 0.2
#: Maximum number of seams per height of the line, and of a part; and their maximum cost, in widths of the pen.
_PER_HEIGHT, _MOST, _DEAREST = 6, 40, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Seam:
    """A seam.

    Attributes
    ----------
    columns
        (H,): the first column on its right, in each row of the part.
    cost
        Its cost, in widths of the pen: about 1 if it crosses one line.
    """

    columns: NDArray[np.intp]
    cost: float


def seams_through(ink: NDArray[np.float32], mask: NDArray[np.bool_], height: float) -> list[Seam]:
    """Return the seams with the lowest costs that differ from each other, from left to right.

    Parameters
    ----------
    ink
        (H, W) in [0, 1].
    mask
        (H, W): the pixels of the part, at least one; other ink costs nothing.
    height
        Height of the digits of the line, in pixels.
    """
    own = np.where(mask, ink, np.float32(0))
    pen = _pen_width(mask)
    depth = _depth(mask, 1 + math.ceil(_DEEP * pen))
    energy = np.where(depth > _DEEP * pen, np.float32(_DEEP_COST) * own, own) + np.float32(_PAPER)
    paths, costs = _cheapest_paths(energy, max(1, round(height / _ROWS)))
    # The ink on the left of each seam, in each row: seams are as different as the ink between them.
    inked = np.take_along_axis(np.pad(own.cumsum(axis=1), ((0, 0), (1, 0))), paths.T, axis=1).T
    on_left, total = inked.sum(axis=1), float(own.sum())
    least = _LEAST_INK * pen * height
    differs = (np.minimum(on_left, total - on_left) >= least) & (costs <= _DEAREST * pen)
    chosen: list[int] = []
    limit = min(_MOST, math.ceil(_PER_HEIGHT * own.shape[1] / height))
    for number in np.argsort(costs, kind="stable").tolist():
        if len(chosen) == limit:
            break
        if differs[number]:
            chosen.append(number)
            differs &= np.abs(inked - inked[number]).sum(axis=1) >= least
    chosen.sort(key=lambda number: float(on_left[number]))
    return [Seam(paths[number], float(costs[number]) / pen) for number in chosen]


def _pen_width(mask: NDArray[np.bool_]) -> float:
    """Return the mean width of the lines of a mask, in pixels: twice their area over the length of their edges."""
    padded = np.pad(mask, 1)
    edges = int((padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum())
    # Measured along the grid, edges of all directions are 4 / pi times too long on average.
    return max(2 * int(mask.sum()) / (edges * math.pi / 4), 1.0)


def _cheapest_paths(energy: NDArray[np.float32], spacing: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return different paths from top to bottom, each with the lowest cost through some pixel.

    Parameters
    ----------
    energy
        (H, W): cost of each pixel.
    spacing
        Number of rows between those whose pixels are considered. In these rows, only pixels are considered whose path
        costs less than the paths on both sides.

    Returns
    -------
    (NDArray[intp], NDArray[float32])
        (K, H): the column of each path in each row; and (K,): the costs.
    """
    height = len(energy)
    above, from_above = _costs_from_top(energy)
    # Mirrored, the second pass moves from the bottom to the top.
    below, from_below = (side[::-1] for side in _costs_from_top(energy[::-1]))
    through = above + below - energy
    first_row = min(spacing, height) // 2
    places = [(row, column) for row in range(first_row, height, spacing) for column in _minima(through[row])]
    rows, columns = np.array(places).T
    paths = np.empty((len(places), height), np.intp)
    paths[np.arange(len(places)), rows] = columns
    for row in range(height - 1, 0, -1):
        known = rows >= row
        at = paths[known, row]
        paths[known, row - 1] = at + from_above[row, at]
    for row in range(height - 1):
        known = rows <= row
        at = paths[known, row]
        paths[known, row + 1] = at + from_below[row, at]
    different, first = np.unique(paths, axis=0, return_index=True)
    costs: NDArray[np.float32] = through[rows[first], columns[first]]
    return different, costs


def _costs_from_top(energy: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the lowest cost of a path from the top to each pixel, (H, W), and the step to the pixel before it.

    A path moves by up to two pixels to the side in each row; a step of two also costs half of the pixels that it passes
    between, in both rows, so that it does not leap over a thin line.
    """
    height, width = energy.shape
    total = np.empty((height, width), np.float32)
    came = np.zeros((height, width), np.intp)
    total[0] = energy[0]
    steps = np.array([0, -1, 1, -2, 2])
    before = np.full(width + 4, np.inf, np.float32)
    passed = np.full(width + 2, np.inf, np.float32)
    options = np.empty((5, width), np.float32)
    for row in range(1, height):
        before[2:-2] = total[row - 1]
        passed[1:-1] = 0.5 * (energy[row - 1] + energy[row]) + 2 * _ASIDE
        options[0] = before[2:-2]
        options[1], options[2] = before[1:-3] + _ASIDE, before[3:-1] + _ASIDE
        options[3], options[4] = before[:-4] + passed[:-2], before[4:] + passed[2:]
        best = options.argmin(axis=0)
        came[row] = steps[best]
        total[row] = options[best, np.arange(width)] + energy[row]
    return total, came


def _minima(values: NDArray[np.float32]) -> list[int]:
    """Return the local minima of a line of values; of a plateau, the middle."""
    edges = np.flatnonzero(np.abs(np.diff(values)) > 1e-3) + 1
    starts, stops = np.append(0, edges), np.append(edges, len(values))
    levels = np.concatenate([[np.inf], values[starts], [np.inf]])
    is_lowest = (levels[1:-1] < levels[:-2]) & (levels[1:-1] < levels[2:])
    middles: list[int] = ((starts + stops - 1) // 2)[is_lowest].tolist()
    return middles


def _depth(mask: NDArray[np.bool_], most: int) -> NDArray[np.float32]:
    """Return the distance of each pixel of a mask to the nearest other pixel; larger distances become `most`.

    The distance is computed along the columns first, and then along the rows from these (Saito and Toriwaki, 1994).
    """
    width = mask.shape[1]
    padded = np.pad(mask, most)
    vertical = np.where(padded, np.float32(most), np.float32(0))
    horizontal = vertical.copy()
    for step in range(1, most):
        np.minimum(vertical[step:], horizontal[:-step] + np.float32(step), out=vertical[step:])
        np.minimum(vertical[:-step], horizontal[step:] + np.float32(step), out=vertical[:-step])
    squares = vertical[most:-most] ** 2
    nearest = squares[:, most:-most].copy()
    for step in range(1, most):
        for side in (squares[:, most + step : most + step + width], squares[:, most - step : most - step + width]):
            np.minimum(nearest, side + np.float32(step * step), out=nearest)
    depth: NDArray[np.float32] = np.sqrt(nearest)
    return depth
