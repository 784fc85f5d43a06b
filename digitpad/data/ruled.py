"""Removes the printed lines of ruled and squared paper without damaging the digits on them.

All lines of one direction are parallel: after shearing the picture by their slope, they fill whole rows. Pixels of a
line are removed, except where a stroke crosses it, so that ink continues above or below.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Maximum slope tested, in pixels down per pixel to the right.
_STEEPEST, _STEPS = 0.12, 97
#: A row of a sheared picture may belong to a line if at least the first share of it is ink; the rows of a line together
#: contain ink in at least the second share of columns.
_FILLED, _WHOLE = 0.35, 0.6
#: Minimum share of a printed line without ink above or below: 0.6 or more on ruled and squared paper, 0.02 or less for
#: rows of digits below each other.
_BARE = 0.3
#: Maximum thickness of a printed line, relative to the short side of the picture.
_THICKEST = 0.03
#: Maximum number of pixels used to search for the slope.
_MOST_POINTS = 20_000


def without_lines(ink: NDArray[np.float64], faintest: float) -> NDArray[np.float64]:
    """Return ink without printed lines.

    Parameters
    ----------
    ink
        (H, W): the share of light that each pixel absorbs.
    faintest
        Pixels with more ink than this may belong to a line.

    Returns
    -------
    NDArray[float64]
        The ink; the same array if there are no lines.
    """
    cleaned, found = _without_level_lines(ink, faintest, least=2)
    if found:
        # Squared paper: writing never has three or more vertical lines from edge to edge.
        upright, _ = _without_level_lines(np.ascontiguousarray(cleaned.T), faintest, least=3)
        cleaned = np.ascontiguousarray(upright.T)
    return cleaned


def _without_level_lines(ink: NDArray[np.float64], faintest: float, *, least: int) -> tuple[NDArray[np.float64], int]:
    """Remove lines that run from left to right; return the remaining ink and the number of lines."""
    height, width = ink.shape
    rows, columns = np.nonzero(ink > faintest)
    if min(height, width) < 32 or len(rows) < width:
        return ink, 0
    # With much ink, a subset of the columns suffices to find the slope.
    some = columns % -(-len(rows) // _MOST_POINTS) == 0

    def sharpness(slope: float) -> float:
        _, counts = _sheared(rows[some], columns[some] - width / 2, slope)
        return float((counts.astype(np.float64) ** 2).sum())

    slope = max(np.linspace(-_STEEPEST, _STEEPEST, _STEPS).tolist(), key=sharpness)
    shift, profile = _sheared(rows, columns - width / 2, slope)
    filled = profile >= _FILLED * width
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(np.int8)))
    lines = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    most = max(2.0, _THICKEST * min(height, width))
    lines = [
        (first, last) for first, last in lines if last - first <= most and profile[first:last].sum() >= _WHOLE * width
    ]
    across = np.arange(width)
    fall = np.round(slope * (across - width / 2)).astype(np.intp) + shift
    lines = [(first, last) for first, last in lines if _is_printed(ink, fall + first, fall + last, faintest)]
    if len(lines) < least:
        return ink, 0
    cleaned = ink.copy()
    for first, last in lines:
        erase_line(cleaned, across, fall + first, fall + last, faintest)
    return cleaned, len(lines)


def _sheared(rows: NDArray[np.intp], across: NDArray[np.float64], slope: float) -> tuple[int, NDArray[np.intp]]:
    """Shear pixels by a slope; return the first row, and the number of pixels in each row from there on."""
    sheared = np.rint(rows - slope * across).astype(np.intp)
    low = int(sheared.min())
    return low, np.bincount(sheared - low)


def _is_printed(ink: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp], faintest: float) -> bool:
    """Distinguish a printed line from a row of digits, whose strokes continue above or below nearly everywhere."""
    height, columns = len(ink), np.arange(len(first))
    margin = 2 + int(last[0] - first[0]) // 2

    def holds(row: NDArray[np.intp]) -> NDArray[np.bool_]:
        return (ink[np.clip(row, 0, height - 1), columns] > faintest) & (row >= 0) & (row < height)

    covered = np.logical_or.reduce([holds(first + offset) for offset in range(-1, int(last[0] - first[0]) + 1)])
    bare = covered & ~holds(first - margin) & ~holds(last + margin - 1)
    return bool(bare.mean() >= _BARE)


def erase_line(
    ink: NDArray[Any],
    columns: NDArray[np.intp],
    first: NDArray[np.intp],
    last: NDArray[np.intp],
    faintest: float,
) -> None:
    """Erase a line between two rows of each column, with its soft edges, where no stroke crosses it.

    Parameters
    ----------
    ink
        (H, W); changed in place.
    columns, first, last
        For each column, the first row of the line and the row after its last.
    faintest
        Pixels with more ink may be ink.
    """
    height = len(ink)
    margin = 1 + int(last[0] - first[0]) // 2
    top, bottom = first - margin, last + margin
    # A stroke crosses where there is ink next to the line, nearly as dark as the line itself; a soft edge is fainter.
    middle = np.clip((first + last) // 2, 0, height - 1)
    dark = max(faintest, 0.6 * float(np.median(ink[middle, columns])))
    above = ink[np.clip(top - 1, 0, height - 1), columns] * (top >= 1)
    below = ink[np.clip(bottom, 0, height - 1), columns] * (bottom < height)
    crossed = (above > dark) | (below > dark)
    for offset in range(int((bottom - top)[0])):
        row = top + offset
        inside = (row >= 0) & (row < height) & ~crossed
        ink[row[inside], columns[inside]] = 0.0
