"""Removes lines that are drawn below numbers by hand, which belong to none of the digits.

Printed lines are longer and straighter than any stroke, and `digitpad.data.ruled` finds those. A line under a number
is as long as the number, and lies below all of its digits. If it touches them, it is removed only if it is much longer
than they are high; a shorter one may be the foot of a 2.
"""

import numpy as np
from numpy.polynomial.polynomial import polyfit, polyval
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.specks import grown

#: Maximum height of a line in heights of the tallest digit, and in lengths of the line: it may be sloped.
_FLAT, _SLOPED = 0.3, 0.34
#: Maximum thickness of a line, in shares of its length.
_THIN = 0.2
#: Minimum length of a line relative to the width of the ink above it, and the least share of it that has ink above.
_LONG, _COVERED = 0.75, 0.5
#: Minimum height of the digits above a line, in heights of all ink; smaller ink is a dot, or part of a sign.
_TALL = 0.4
#: Minimum distance from the ink above, in heights of the tallest digit, of a line that is shorter than the second, in
#: the same unit; pieces of a broken digit are closer.
_GAP, _LONGER = 0.04, 1.3
#: For a line that touches digits: its minimum length in heights of the tallest digit, the minimum share of its columns
#: that lie on a straight line, the maximum slope of that line, and the minimum number of parts that remain above it.
_ATTACHED, _STRAIGHT, _SLOPE, _PARTS = 1.8, 0.85, 0.12, 2
#: Maximum number of fits of the line, and the share of the columns used: those nearest to the previous fit.
_FITS, _INNER = 9, 0.6


def without_underlines(ink: NDArray[np.float32], visible: float) -> NDArray[np.float32]:
    """Remove the lines that are drawn below digits.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1.
    visible
        Pixels with more ink are connected.

    Returns
    -------
    NDArray[float32]
        The ink; the same array if there is no such line.
    """
    labels, count = connected_components(ink > visible)
    if not count:
        return ink
    boxes = component_boxes(labels, count)
    spans = boxes[:, 2:] - boxes[:, :2]
    flat = np.flatnonzero(spans[:, 0] * _SLOPED >= spans[:, 1])
    free = np.array([part for part in flat.tolist() if _is_underline(part, labels, boxes)], np.intp)
    gone = np.isin(labels, free + 1)
    tall = spans[:, 1] >= _TALL * spans[:, 1].max()
    for part in np.flatnonzero(tall & (spans[:, 0] >= _ATTACHED * _TALL * spans[:, 1].max())).tolist():
        left, top, right, bottom = boxes[part].tolist()
        gone[top:bottom, left:right] |= _attached(labels[top:bottom, left:right], part + 1)
    if not gone.any():
        return ink
    return np.where(gone | _soft_edge(labels > 0, gone), np.float32(0), ink)


def _attached(labels: NDArray[np.intp], number: int) -> NDArray[np.bool_]:
    """Return the pixels of a line that touches the digits above it; none if a part has no such line.

    Parameters
    ----------
    labels
        (H, W): the labels of all parts, cropped to the box of one.
    number
        The label of that part.
    """
    own: NDArray[np.bool_] = labels == number
    none = np.zeros_like(own)
    if own.all():
        # Nothing stands on it: a dot, of which a page may have thousands.
        return none
    width = own.shape[1]
    path, thickness, straight = _lowest_line(own)
    slope = abs(float(path[-1] - path[0])) / max(width - 1, 1)
    if straight < _STRAIGHT or slope > _SLOPE or thickness > _THIN * width:
        return none
    depth = np.arange(len(own))[:, np.newaxis] + 0.5 - path
    # Below the line, nothing is a digit.
    rest = own & (depth < -(thickness / 2 + 1))
    above, count = connected_components(rest | ((labels > 0) & ~own & (depth < 0)))
    if not count:
        return none
    boxes = component_boxes(above, count)
    heights = boxes[:, 3] - boxes[:, 1]
    parts = int((heights >= _TALL * heights.max()).sum())
    if parts < _PARTS or width < _ATTACHED * heights.max():
        return none
    return own & ~rest


def _lowest_line(own: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float, float]:
    """Fit a straight line to the lowest pixels of a part, leaving out columns where they belong to something else.

    Returns
    -------
    (NDArray[float64], float, float)
        (W,): its middle in each column; its thickness; and the share of columns in which it is found.
    """
    height, width = own.shape
    columns, rows = np.arange(width), np.arange(height)[:, np.newaxis]
    upside_down = own[::-1]
    start = upside_down.argmax(axis=0)
    ended = ~upside_down & (rows > start)
    length = np.where(ended.any(axis=0), ended.argmax(axis=0), height) - start
    thickness = float(np.quantile(length, 0.25))
    centre = height - start - np.minimum(length, thickness) / 2
    near = np.ones(width, np.bool_)
    path = centre
    for _ in range(_FITS):
        path = polyval(columns, polyfit(columns[near], centre[near], 1))
        off = np.abs(centre - path)
        before, near = near, off <= max(float(np.quantile(off, _INNER)), 1.0)
        if np.array_equal(near, before):
            break  # Further fits give the same.
    return path, thickness, float((np.abs(centre - path) <= thickness / 2 + 1).mean())


def _soft_edge(inked: NDArray[np.bool_], gone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the soft edges of what is removed: pixels around it that are not connected to anything."""
    edge: NDArray[np.bool_] = grown(gone, 2) & ~inked
    return edge


def _is_underline(part: int, labels: NDArray[np.intp], boxes: NDArray[np.intp]) -> bool:
    """Return whether a flat part is a line below digits."""
    left, top, right, bottom = boxes[part].tolist()
    heights = boxes[:, 3] - boxes[:, 1]
    at_line = (boxes[:, 0] < right) & (boxes[:, 2] > left)
    over = at_line & (boxes[:, 1::2].mean(axis=1) < (top + bottom) / 2)
    over[part] = False
    tallest = int(heights[over].max(initial=0))
    if bottom - top > _FLAT * tallest:
        return False
    tall = heights >= _TALL * tallest
    # A line between two rows of digits is the bar of a fraction.
    if (at_line & tall & (boxes[:, 1] >= top)).any():
        return False
    if right - left < _LONG * (boxes[over & tall, 2].max() - boxes[over & tall, 0].min()):
        return False
    return _lies_free(labels[:bottom, left:right], part + 1, top, tallest)


def _lies_free(labels: NDArray[np.intp], number: int, top: int, tallest: int) -> bool:
    """Return whether a part is thin, has ink above most of it, and keeps a distance from that ink.

    Parameters
    ----------
    labels
        (H, W): the labels above and in the part, column by column.
    number, top
        The label and the first row of the part.
    tallest
        Height of the digits.
    """
    own = labels[top:] == number
    thickness = own.sum(axis=0)
    if float(np.median(thickness)) > _THIN * own.shape[1] or (thickness == 0).any():
        return False
    ink = (labels > 0) & (labels != number)
    covered = ink.any(axis=0)
    if covered.mean() < _COVERED:
        return False
    lowest = len(labels) - 1 - ink[::-1].argmax(axis=0)
    gap = 1.0 if own.shape[1] >= _LONGER * tallest else max(_GAP * tallest, 1.0)
    return bool((top + own.argmax(axis=0) - lowest)[covered].min() > gap)
