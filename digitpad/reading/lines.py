"""Finds lines of writing: which parts of a page are side by side, and which are above each other.

Parts about as high as a digit determine the lines: parts that overlap vertically and are not far apart are in one line.
Lower parts (dots, bars, the top stroke of a 5) are assigned to the nearest line. Since strokes of one digit can be
above each other, too, lines must be clearly separated.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components

#: Parts at least this high, relative to the usual maximum, determine the lines.
_TALL = 0.5
#: Minimum vertical overlap of neighbours in a line, relative to the lower one's height,
_SHARED = 0.4
#: and their maximum distance, in heights.
_FAR = 3.0
#: Minimum distance between the middles of two lines, in heights of a line.
_APART = 0.65
#: Minimum gap between two lines, in heights, if one of them has several digits; and if both have a single one.
_GAP, _GAP_OF_SINGLES = 0.04, 0.3
#: Pixels with more ink than this are connected to each other.
_INK = 0.3
#: Pages with more parts are not divided.
MOST_PARTS = 1500


def line_numbers(boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the line of each part of a page.

    Parameters
    ----------
    boxes
        (n, 4), n at least 1: left, top, right, bottom.

    Returns
    -------
    NDArray[intp]
        (n,): index of the line, from 0 at the top; every line has at least one part.
    """
    count = len(boxes)
    single = np.zeros(count, np.intp)
    if boxes[:, 1].max() <= boxes[:, 3].min():
        # All parts overlap vertically, as in most drawings.
        return single
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    # A low, wide part is a bar and does not determine the height.
    upright = heights > 0.34 * widths
    if count < 2 or not upright.any() or count > MOST_PARTS:
        return single
    usual = float(np.median(heights[upright & (heights >= _TALL * heights[upright].max())]))
    usual = max(usual, 0.3 * float(np.maximum(heights, widths).max()))
    tall = np.flatnonzero(upright & (heights >= _TALL * usual))
    if len(tall) < 2 or boxes[tall, 1].max() <= boxes[tall, 3].min():
        return single
    groups = _merged(boxes, _groups(boxes[tall], usual), tall, usual)
    if len(groups) < 2:
        return single
    lines = np.zeros(count, np.intp)
    for number, group in enumerate(groups):
        lines[group] = number
    spans = np.array([[np.median(boxes[group, 1]), np.median(boxes[group, 3])] for group in groups])
    for part in np.setdiff1d(np.arange(count), tall).tolist():
        middle = (boxes[part, 1] + boxes[part, 3]) / 2
        lines[part] = int(np.argmin(np.maximum(spans[:, 0] - middle, middle - spans[:, 1])))
    return lines


def picture_lines(ink: NDArray[np.float32]) -> list[tuple[NDArray[np.float32], int, int]]:
    """Return the lines of a picture from top to bottom: the ink of each line, and the position of its top left corner.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1, as from `digitpad.data.images.read_image`.

    Returns
    -------
    list of (NDArray, int, int)
        The picture itself at 0, 0 if it has at most one line; otherwise, for each line, its part of the picture, its
        column and its row.
    """
    labels, count = connected_components(ink > _INK)
    if count < 2 or count > MOST_PARTS:
        return [(ink, 0, 0)]
    boxes = component_boxes(labels, count)
    lines = line_numbers(boxes.astype(np.float64))
    if not lines.any():
        return [(ink, 0, 0)]
    found: list[tuple[NDArray[np.float32], int, int]] = []
    margin = 2 + round(float(np.median(boxes[:, 3] - boxes[:, 1])) / 10)
    of_part = np.concatenate([[-1], lines])
    for number in range(int(lines.max()) + 1):
        own = boxes[lines == number]
        left, top = (max(int(side) - margin, 0) for side in own[:, :2].min(axis=0))
        right, bottom = (int(side) + margin for side in own[:, 2:].max(axis=0))
        area = np.s_[top:bottom, left:right]
        others = (labels[area] > 0) & (of_part[labels[area]] != number)
        found.append((np.where(others, np.float32(0), ink[area]), left, top))
    return found


def _groups(boxes: NDArray[np.float64], usual: float) -> list[NDArray[np.intp]]:
    """Return the connected groups of parts that are neighbours in a line."""
    heights = boxes[:, 3] - boxes[:, 1]
    shared = np.minimum(boxes[:, None, 3], boxes[None, :, 3]) - np.maximum(boxes[:, None, 1], boxes[None, :, 1])
    apart = np.maximum(boxes[:, None, 0], boxes[None, :, 0]) - np.minimum(boxes[:, None, 2], boxes[None, :, 2])
    linked = (shared >= _SHARED * np.minimum(heights[:, None], heights[None, :])) & (apart <= _FAR * usual)
    group = np.arange(len(boxes))
    while True:
        smallest = np.where(linked, group[None, :], len(boxes)).min(axis=1)
        if np.array_equal(smallest, group):
            return [np.flatnonzero(group == number) for number in np.unique(group)]
        group = smallest


def _merged(
    boxes: NDArray[np.float64], groups: list[NDArray[np.intp]], tall: NDArray[np.intp], usual: float
) -> list[NDArray[np.intp]]:
    """Join groups that are not clearly above each other; return them from top to bottom, as indices of parts."""
    rest = sorted((tall[group] for group in groups), key=lambda group: float(boxes[group][:, [1, 3]].mean()))
    lines = [rest[0]]
    for group in rest[1:]:
        above = lines[-1]
        middles = [float(boxes[one][:, [1, 3]].mean()) for one in (above, group)]
        # The ends of slanted lines come close to each other, so only parts above each other are compared.
        gap = _gap(boxes[above], boxes[group])
        least = _GAP_OF_SINGLES if len(above) == len(group) == 1 else _GAP
        if middles[1] - middles[0] < _APART * usual or gap < least * usual:
            lines[-1] = np.concatenate([above, group])
        else:
            lines.append(group)
    return lines


def _gap(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """Return the smallest gap between parts above each other; without any, the gap between the medians of the lines."""
    shared = np.minimum(above[:, None, 2], below[None, :, 2]) > np.maximum(above[:, None, 0], below[None, :, 0])
    gaps = below[None, :, 1] - above[:, None, 3]
    return float(gaps[shared].min()) if shared.any() else float(np.median(below[:, 1]) - np.median(above[:, 3]))
