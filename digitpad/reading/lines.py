"""Lines of writing: which parts of a page stand beside each other, and which above one another.

What is about as high as a digit shows where the lines run: parts that share much of their height and are not far apart
stand in one line. What is lower (dots, bars, the hat of a 5) belongs to the line that it is nearest to. Strokes of one
digit stand above one another, too, so lines must be clearly apart.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components

#: Parts at least this high, of the highest that are usual, show where a line runs.
_TALL = 0.5
#: Neighbours in a line share this much of the lower one's height,
_SHARED = 0.4
#: and are no further apart than this, in heights.
_FAR = 3.0
#: The middles of two lines are this far apart, in heights of a line.
_APART = 0.65
#: The gap between two lines, in heights, where one of them has several digits; and where each has a single one.
_GAP, _GAP_OF_SINGLES = 0.04, 0.3
#: Pixels with more ink than this hang together.
_INK = 0.3
#: A page of more parts is not taken apart.
MOST_PARTS = 1500


def line_numbers(boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Tell in which line each part of a page stands.

    Parameters
    ----------
    boxes
        (n, 4), n at least 1: left, top, right, bottom.

    Returns
    -------
    NDArray[intp]
        (n,): numbers of the lines, from 0 at the top, each with one part at least.
    """
    count = len(boxes)
    single = np.zeros(count, np.intp)
    if boxes[:, 1].max() <= boxes[:, 3].min():
        # All parts share some height, as the digits of most drawings do.
        return single
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    # What is low and wide, a bar, shows no height.
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
    """Return the lines of a picture from top to bottom: the ink of each alone, and where its left top corner lies.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1, as from `digitpad.data.images.read_image`.

    Returns
    -------
    list of (NDArray, int, int)
        The picture itself at 0, 0 if it has one line or none; else for each line its part of the picture, its column
        and its row.
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
    """Return which parts hang together as neighbours in a line."""
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
    """Join groups that are not clearly above one another; return them from top to bottom, as numbers of parts."""
    rest = sorted((tall[group] for group in groups), key=lambda group: float(boxes[group][:, [1, 3]].mean()))
    lines = [rest[0]]
    for group in rest[1:]:
        above = lines[-1]
        middles = [float(boxes[one][:, [1, 3]].mean()) for one in (above, group)]
        # Slanting lines come near each other at their ends: what counts is what stands above one another.
        gap = _gap(boxes[above], boxes[group])
        least = _GAP_OF_SINGLES if len(above) == len(group) == 1 else _GAP
        if middles[1] - middles[0] < _APART * usual or gap < least * usual:
            lines[-1] = np.concatenate([above, group])
        else:
            lines.append(group)
    return lines


def _gap(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    """Return the smallest gap between parts that stand above one another; of none, that between the lines' medians."""
    shared = np.minimum(above[:, None, 2], below[None, :, 2]) > np.maximum(above[:, None, 0], below[None, :, 0])
    gaps = below[None, :, 1] - above[:, None, 3]
    return float(gaps[shared].min()) if shared.any() else float(np.median(below[:, 1]) - np.median(above[:, 3]))
