"""Recognizes signs next to digits by size, position and shape, since the network has no classes for them."""

import math

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.reading.pieces import Layout, Pieces, Run

SIGNS = ("-", ".", ",", "+", "=", ":", "/", "%")
"""The signs that are recognized."""

#: Pieces at least this high, in heights of the line, determine the position of the line.
_TALL = 0.6
#: Minimum distance of a minus from other pieces, in heights of the line; the bar of an A, an H or a t is closer.
_FREE = 0.04
#: A sign with this distance to both sides, in heights of the line, is not a stroke of a neighbouring digit.
_CLEAR = 0.08
#: Maximum size of the points of a colon, which may be short strokes, and maximum distance of their middles along the
#: line, in heights of the line.
_DOT, _APART = 0.3, 0.25
#: Maximum distance between the bars of a plus, in heights of the line.
_CROSSING = 0.05
#: Minimum share of the ink of a plus on its two bars, and minimum length of each bar relative to the box.
_ON_BARS, _BAR = 0.78, 0.75
#: Half the width of a bar, in pixels of the network's input, and the slants that it may have (tangents).
_HALF_BAR, _SLANTS = 2, (0.0, -0.12, 0.12, -0.24, 0.24, -0.36, 0.36)
#: Minimum length of the arms of a plus, relative to its box.
_ARM = 0.22
#: A slash extends beyond the digits at the top and bottom by the first, in heights of the line, leans to the right by
#: the second (a tangent), and deviates from a straight line by less than the third, relative to its length; a 1 does
#: not extend below the line.
_BEYOND, _LEAN, _STRAIGHT = 0.02, 0.1, 0.06
#: The steeper a slash is, the further it extends: it extends by the first, or leans by the second, or by parts of both
#: that are 1 together.
_FAR_BEYOND, _FAR_LEAN = 0.15, 0.5
#: Minimum height and maximum width of a percent sign, in heights of the line; minimum distance of the middles of its
#: circles along each axis, relative to its box.
_PERCENT_HEIGHT, _PERCENT_WIDTH, _CIRCLES = 0.7, 1.4, (0.35, 0.25)
#: Sizes of circles that are separate from the bar, in heights of the bar; maximum position of the middle of the upper
#: one and minimum position of the lower one, from 0 (top of the bar) to 1 (bottom).
_CIRCLE, _UPPER, _LOWER = (0.15, 0.7), 0.45, 0.55
#: Minimum ratio of the sides of such a circle, which a narrow hand draws as an ellipse; how far the bar between two
#: circles deviates from a straight line at most, relative to its length.
_ROUND, _BENT = 0.2, 0.12
#: Pixels with more ink than this count as ink.
_INK = 0.3


def find_signs(layout: Layout) -> dict[Run, str]:
    """Return the pieces that have the size and position of a sign: "-", ".", ",", "=" or ":".

    A line without digits has no signs.
    """
    line = _line(layout)
    if line is None:
        return {}
    widths, heights, middles = _measures(layout.boxes, layout.height, line)
    # Most pieces are digits: a quick vectorized test leaves few for closer tests.
    is_flat = (widths >= 0.15) & (widths <= 1.0) & (heights <= np.minimum(0.4 * widths, 0.25))
    is_small = (widths <= 0.3) & (heights <= 0.45) & (middles >= 0.75)
    signs: dict[Run, str] = {}
    for place in np.flatnonzero(is_flat | is_small).tolist():
        if is_flat[place] and 0.25 <= middles[place] <= 0.8 and _nearest(layout, place) >= _FREE * layout.height:
            signs[place, place + 1] = "-"
        elif max(widths[place], heights[place]) <= 0.2 and middles[place] >= 0.75:
            signs[place, place + 1] = "."
        elif is_small[place] and middles[place] >= 0.85:
            signs[place, place + 1] = ","
    is_bar = (widths >= 0.2) & (widths <= 1.1) & (heights <= np.minimum(0.45 * widths, 0.25))
    is_dot = np.maximum(widths, heights) <= _DOT
    for place in np.flatnonzero((is_bar[:-1] & is_bar[1:]) | (is_dot[:-1] & is_dot[1:])).tolist():
        pair = _pair(layout, place, line)
        if pair is not None:
            signs.pop((place, place + 1), None)
            signs.pop((place + 1, place + 2), None)
            signs[place, place + 2] = pair
    return signs


def possible_shapes(layout: Layout) -> dict[Run, str]:
    """Return the pieces that have the size and position of one or more of "+", "/" and "%".

    A line without digits has no signs. `shape_of` tells which of these signs has their shape, if any.
    """
    line = _line(layout)
    if line is None:
        return {}
    possible: dict[Run, str] = {}
    boxes = layout.boxes
    for pieces in range(1, min(3, len(layout)) + 1):
        if pieces > 1:
            last = layout.boxes[pieces - 1 :]
            boxes = np.hstack([np.minimum(boxes[:-1, :2], last[:, :2]), np.maximum(boxes[:-1, 2:], last[:, 2:])])
        for sign, may_be in _may_be(layout, boxes, line).items():
            for at in np.flatnonzero(may_be).tolist():
                possible[at, at + pieces] = possible.get((at, at + pieces), "") + sign
    return possible


def _may_be(layout: Layout, boxes: NDArray[np.float64], line: tuple[float, float]) -> dict[str, NDArray[np.bool_]]:
    """Return, for each sign, which runs have its size and position, given the boxes of all runs of equal length."""
    pieces = len(layout) - len(boxes) + 1
    widths, heights, middles = _measures(boxes, layout.height, line)
    may_be_percent = (heights >= _PERCENT_HEIGHT) & (widths >= 0.5 * heights) & (widths <= _PERCENT_WIDTH)
    if pieces == 3:
        return {"%": may_be_percent & _between_circles(layout)}
    is_square = (
        (np.minimum(widths, heights) >= 0.25)
        & (np.maximum(widths, heights) <= 1.0)
        & (widths >= 0.5 * heights)
        & (widths <= 2.0 * heights)
    )
    may_be_plus = is_square & (middles >= 0.25) & (middles <= 0.8)
    if pieces == 2:
        # The bars of a plus cross each other.
        may_be_plus &= np.diagonal(layout.distances, 1) <= _CROSSING * layout.height
        # One of them is a circle of a percent sign; a 9 and a 0 are both tall.
        own = _measures(layout.boxes, layout.height, line)[1]
        may_be_percent &= np.minimum(own[:-1], own[1:]) <= _CIRCLE[1]
        return {"+": may_be_plus, "%": may_be_percent}
    beyond = np.minimum(line[0] - boxes[:, 1], boxes[:, 3] - line[1]) / layout.height
    is_far = heights * beyond / _FAR_BEYOND + widths / _FAR_LEAN >= heights
    may_be_slash = (beyond >= _BEYOND) & (widths >= _LEAN * heights) & is_far & ~may_be_plus
    # A slash stands between digits.
    may_be_slash[[0, -1]] = False
    return {"+": may_be_plus, "/": may_be_slash, "%": may_be_percent}


def _between_circles(layout: Layout) -> NDArray[np.bool_]:
    """Return for every three pieces whether the first and the last are where the circles of a percent sign are.

    They are compared with the piece between them: beside a percent sign alone, nothing else tells where the line is.
    """
    bars = layout.boxes[1:-1]
    tall = np.maximum(bars[:, 3] - bars[:, 1], 1e-9)

    def circles(boxes: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        sides = boxes[:, 2:] - boxes[:, :2]
        sizes = sides.max(axis=1)
        is_circle = (sizes >= _CIRCLE[0] * tall) & (sizes <= _CIRCLE[1] * tall) & (sides.min(axis=1) >= _ROUND * sizes)
        return is_circle, (boxes[:, [1, 3]].mean(axis=1) - bars[:, 1]) / tall

    (first, high), (last, low) = circles(layout.boxes[:-2]), circles(layout.boxes[2:])
    return np.asarray(first & (high <= _UPPER) & last & (low >= _LOWER))


def shape_of(pieces: Pieces, run: Run, signs: str) -> str:
    """Return which of some signs of `possible_shapes` a run of pieces has the shape of; "" for none."""
    if run[1] - run[0] == 3:
        # The circles of a percent sign may be too small for their shape to be seen.
        return "%" if _is_slash(pieces.pictures([(run[0] + 1, run[1] - 1)])[0], _BENT) else ""
    picture = pieces.pictures([run])[0]
    tests = {"+": _is_plus, "/": _is_slash, "%": _is_percent}
    return next((sign for sign in signs if tests[sign](picture)), "")


def stands_apart(layout: Layout, run: Run) -> bool:
    """Return whether a sign is clearly separate from its neighbours, so that it is not one of their strokes."""
    left, _, right, _ = layout.box(run)
    others = np.delete(layout.boxes, np.s_[run[0] : run[1]], axis=0)
    gaps = np.maximum(others[:, 0] - right, left - others[:, 2])
    return not len(others) or float(gaps.min()) >= _CLEAR * layout.height


def _line(layout: Layout) -> tuple[float, float] | None:
    """Return the top and bottom of the digits of a line; None without a digit."""
    heights = (layout.boxes[:, 3] - layout.boxes[:, 1]) / layout.height
    tall = layout.boxes[heights >= _TALL]
    return (float(np.median(tall[:, 1])), float(np.median(tall[:, 3]))) if len(tall) else None


def _measures(
    boxes: NDArray[np.float64], height: float, line: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return widths and heights, in heights of the line, and middles as positions from 0 (top) to 1 (bottom)."""
    sizes = (boxes[:, 2:] - boxes[:, :2]) / height
    return sizes[:, 0], sizes[:, 1], ((boxes[:, 1] + boxes[:, 3]) / 2 - line[0]) / (line[1] - line[0])


def _nearest(layout: Layout, place: int) -> float:
    """Return the distance from a piece to the nearest other one; infinite if there is none."""
    others = layout.distances[place].tolist()
    del others[place]
    return min(others, default=math.inf)


def _pair(layout: Layout, place: int, line: tuple[float, float]) -> str | None:
    """Return the sign that a piece and the next one form together, one above the other."""
    boxes = layout.boxes[place : place + 2]
    sizes = (boxes[:, 2:] - boxes[:, :2]) / layout.height
    middles = ((boxes[:, 1] + boxes[:, 3]) / 2 - line[0]) / (line[1] - line[0])
    upper, lower = np.sort(middles).tolist()
    shared = (boxes[:, 2].min() - boxes[:, 0].max()) / layout.height
    is_flat = (sizes[:, 0] >= 0.2) & (sizes[:, 0] <= 1.1) & (sizes[:, 1] <= np.minimum(0.45 * sizes[:, 0], 0.25))
    if is_flat.all() and shared >= 0.6 * sizes[:, 0].min() and 0.1 <= lower - upper <= 0.6 and upper >= 0.1:
        return "=" if lower <= 0.9 and sizes[:, 0].max() <= 1.6 * sizes[:, 0].min() else None
    is_dot = sizes.max(axis=1) <= _DOT
    apart = abs(boxes[0, [0, 2]].mean() - boxes[1, [0, 2]].mean()) / layout.height
    if is_dot.all() and apart <= _APART and lower - upper >= 0.2 and upper >= 0.05 and 0.5 <= lower <= 1.1:
        return ":"
    return None


def _is_plus(picture: NDArray[np.float32]) -> bool:
    """Return whether the ink is a level and an upright bar that cross near their middles; both may be slanted."""
    ink = picture > _INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return False
    top, bottom, left, right = int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
    upright, level = _bar(picture), _bar(picture.T).T
    crossing = np.argwhere(upright & level)
    if not len(crossing):
        return False
    y, x = crossing.mean(axis=0).tolist()
    height, width = bottom - top + 1, right - left + 1
    arms = min((x - left) / width, (right - x) / width, (y - top) / height, (bottom - y) / height)
    return (
        float(picture[upright | level].sum()) >= _ON_BARS * float(picture.sum())
        and arms >= _ARM
        and int((upright & ink).any(axis=1).sum()) >= _BAR * height
        and int((level & ink).any(axis=0).sum()) >= _BAR * width
    )


def _bar(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the pixels near the upright line, slanted by up to `_SLANTS`, that has the most ink along it."""
    height, width = picture.shape
    down = np.arange(height)[:, np.newaxis] - height / 2
    best, bar = -1.0, np.zeros(picture.shape, np.bool_)
    for slant in _SLANTS:
        places = np.rint(np.arange(width) - slant * down).astype(np.intp) + height
        sums = np.bincount(places.ravel(), picture.ravel(), width + 2 * height)
        near = np.convolve(sums, np.ones(2 * _HALF_BAR + 1), "same")
        if near.max() > best:
            best, bar = float(near.max()), np.abs(places - int(near.argmax())) <= _HALF_BAR
    return bar


def _is_slash(picture: NDArray[np.float32], straight: float = _STRAIGHT) -> bool:
    """Return whether the ink is a single straight stroke that leans to the right; `straight` is how far it may bend."""
    rows, columns = np.nonzero(picture > _INK)
    if len(rows) < 2:
        return False
    height = float(np.ptp(rows)) + 1
    # The middles of the stroke in all rows lie on a straight line, and no row contains other ink.
    middles = np.array([columns[rows == row].mean() for row in np.unique(rows)])
    spans = np.array([np.ptp(columns[rows == row]) + 1 for row in np.unique(rows)])
    along = np.unique(rows).astype(np.float64)
    slope, offset = np.polyfit(along, middles, 1)
    stray = float(np.abs(middles - slope * along - offset).max())
    return bool(
        slope <= -0.8 * _LEAN and stray <= max(straight * height, 1.2) and spans.max() <= 2 * np.median(spans) + 1
    )


def _is_percent(picture: NDArray[np.float32]) -> bool:
    """Return whether the ink encloses two areas, above left and below right of a bar that leans to the right."""
    ink = picture > _INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return False
    own = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = own.shape
    labels, count = connected_components(~np.pad(own, 1))
    # The first part is connected to the padding, so it is outside.
    if count != 3:
        return False
    boxes = component_boxes(labels, count)[1:] - 1
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    upper, lower = middles[np.argsort(middles[:, 1])]
    across, down = (lower - upper) / (width, height)
    # The ends of the bar are in the other two corners.
    ends = own[: height // 4, width // 2 :].any() and own[-(height // 4) :, : width // 2].any()
    return bool(across >= _CIRCLES[0] and down >= _CIRCLES[1] and ends)
