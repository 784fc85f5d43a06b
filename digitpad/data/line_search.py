"""Finds straight lines in a mask of ink by their thinness.

Every run of ink across a line that is no longer than the maximum thickness contributes its middle, and the middles of
one line are collinear, which is tested for all slopes that paper may have. Where a stroke crosses the line, the run is
longer and is ignored, so strokes do not disturb the search.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Slopes tested, in pixels down per pixel to the right.
_SLOPES = np.linspace(-0.1, 0.1, 61)
#: Maximum thickness of a line, relative to the short side of the picture,
_THICKEST = 0.05
#: and its minimum length, relative to the side that it is parallel to.
_SHORTEST = 0.3
#: Maximum gap in a line, where strokes cross it, relative to the side.
_GAP = 0.45
#: Minimum share of the length of a line that is ink; the second value is for lines from edge to edge, across which a
#: tall digit may stand.
_FILLED, _FILLED_ACROSS = 0.45, 0.3
#: Pieces of a line that are shorter than this share of the side may be strokes that happen to be on it.
_BIT = 0.03
#: A line that ends this close to the edge of the picture reaches it; relative to the side, here and below.
AT_EDGE = 0.03
#: Tolerance for the corners of a frame.
CORNER = 0.04
#: Minimum length of a side of a frame from its corner to the stroke that crosses it.
_SIDE = 0.04
#: Pictures with more runs of ink consist of grain or halftones.
_MOST_RUNS = 60_000
#: Maximum number of rounds of the search, each for one slope.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A roughly horizontal line, from column `start` to `stop`; for a vertical line, x and y are exchanged.

    Its middle is in row `offset + slope * column`; all in pixels. A line that is `cut` is the side of a frame from its
    corner to a stroke that covers the rest of it.
    """

    upright: bool
    slope: float
    offset: float
    start: int
    stop: int
    thickness: float
    cut: bool = False

    @property
    def middle(self) -> float:
        """The row of its middle, halfway along the line."""
        return self.offset + self.slope * (self.start + self.stop) / 2


def level_lines(mask: NDArray[np.bool_], *, upright: bool) -> list[Line]:
    """Return the roughly horizontal straight lines of a mask, bool (H, W).

    For vertical lines, the mask is transposed, and `upright` is True.
    """
    height, width = mask.shape
    thickest = max(3, round(_THICKEST * min(height, width)))
    columns, middles, lengths = _thin_runs(mask, thickest)
    lines: list[Line] = []
    if len(columns) > _MOST_RUNS:
        return lines
    for _ in range(_ROUNDS):
        if len(columns) < _SHORTEST * width:
            break
        slope, offsets = _strongest(columns, middles, (height, width))
        left = np.ones(len(columns), np.bool_)
        for offset in offsets:
            near = left & (np.abs(middles - offset - slope * columns) <= 1.6)
            line = _line_through(columns[near], middles[near], lengths[near], width, upright=upright)
            if line is not None:
                lines.append(line)
            left &= ~near
        if left.all():
            break
        columns, middles, lengths = columns[left], middles[left], lengths[left]
    return lines


def _thin_runs(
    mask: NDArray[np.bool_], thickest: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.intp]]:
    """Return the column, the middle row and the length of every vertical run of ink that is short enough."""
    height = mask.shape[0]
    padded = np.pad(mask.T, ((0, 0), (1, 1)))
    flat = padded.ravel()
    starts = np.flatnonzero(flat[1:] & ~flat[:-1]) + 1
    stops = np.flatnonzero(flat[:-1] & ~flat[1:]) + 1
    lengths = stops - starts
    thin = lengths <= thickest
    columns, first = np.divmod(starts[thin], height + 2)
    return columns, first - 1 + (lengths[thin] - 1) / 2, lengths[thin]


def _strongest(
    columns: NDArray[np.intp], middles: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[float, list[float]]:
    """Return the slope of the line that contains most runs, and the offsets of all lines with that slope."""
    height, width = shape
    best, slope, counts = -1, 0.0, np.zeros(0, np.intp)
    room = int(np.ceil(np.abs(_SLOPES).max() * width)) + 2
    for tried in sorted(_SLOPES.tolist(), key=abs):
        rows = np.rint(middles - tried * columns).astype(np.intp) + room
        profile = np.bincount(rows, minlength=height + 2 * room + 2)
        # Rounding spreads a line over two or three rows.
        wide = profile.copy()
        wide[1:] += profile[:-1]
        wide[:-1] += profile[1:]
        if int(wide.max()) > best:
            best, slope, counts = int(wide.max()), tried, wide
    offsets: list[float] = []
    for row in np.argsort(-counts, kind="stable").tolist():
        if counts[row] < _SHORTEST * _FILLED * width:
            break
        if all(abs(row - room - other) > 3 for other in offsets):
            offsets.append(float(row - room))
    return slope, offsets


def _line_through(
    columns: NDArray[np.intp],
    middles: NDArray[np.float64],
    lengths: NDArray[np.intp],
    width: int,
    *,
    upright: bool,
) -> Line | None:
    """Return the longest line through these points without a wide gap; None if it is too short."""
    if not len(columns):
        return None
    # Runs are sorted by column. Short, distant pieces are parts of strokes.
    bits = np.split(np.arange(len(columns)), np.flatnonzero(np.diff(columns) > 3) + 1)
    long = [bit for bit in bits if len(bit) >= max(4, _BIT * width)]
    if not long:
        return None
    piece = np.concatenate(long)
    across = spans(int(columns[piece[0]]), int(columns[piece[-1]]), width)
    if not across:
        ends = np.flatnonzero(np.diff(columns[piece]) > _GAP * width)
        piece = max(np.split(piece, ends + 1), key=len)
    start, stop = int(columns[piece[0]]), int(columns[piece[-1]])
    filled = (_FILLED_ACROSS if across else _FILLED) * (stop - start + 1)
    if stop - start + 1 < _SHORTEST * width or len(np.unique(columns[piece])) < filled:
        return None
    x, y = columns[piece].astype(np.float64), middles[piece]
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / max(((x - x.mean()) ** 2).sum(), 1e-9))
    offset = float(np.median(y - slope * x))
    # The thickness of a line is constant; that of writing varies.
    return Line(upright, slope, offset, start, stop, float(np.quantile(lengths[piece], 0.75)))


def cut_sides(mask: NDArray[np.bool_], lines: Sequence[Line]) -> list[Line]:
    """Return the sides of a frame that are too short to be found, since a digit stands on the opposite corner."""
    reach = max(4.0, CORNER * max(mask.shape))
    sides: list[Line] = []
    for line in lines:
        for other in lines:
            if other.upright == line.upright:
                continue
            # Two sides meet in a corner; the third begins at the other end of one, parallel to the other.
            for corner, end in ((line.start, line.stop), (line.stop, line.start)):
                meets = abs(other.middle - corner) <= reach
                for near, far in ((other.start, other.stop), (other.stop, other.start)):
                    if meets and abs(line.middle - near) <= reach:
                        side = _side_from(mask, line, end, toward=far)
                        sides += [] if side is None else [side]
    return [
        side
        for number, side in enumerate(sides)
        if not any(
            one.upright == side.upright and abs(one.middle - side.middle) <= reach for one in (*lines, *sides[:number])
        )
    ]


def _side_from(mask: NDArray[np.bool_], line: Line, end: int, *, toward: int) -> Line | None:
    """Follow a thin line from the end of another one at right angles, up to a stroke; None if it is too short."""
    # As if `line` were upright, so that its side is level: rows are along the line, columns along its side.
    across = mask if line.upright else mask.T
    length = across.shape[1]
    step = 1 if toward > line.middle else -1
    column = round(line.offset + line.slope * end)
    room = math.ceil(line.thickness) + 2
    row = end
    columns, middles = [], []
    while 0 <= column < length:
        first = max(row - room, 0)
        inked = np.flatnonzero(across[first : row + room + 1, column])
        # At the corner itself, and at the stroke, there is more ink than the line is thick.
        at_corner = abs(column - line.middle) <= room + abs(line.slope) * len(across)
        if not at_corner and (not len(inked) or np.ptp(inked) + 1 > line.thickness + 2):
            break
        if not at_corner:
            row = first + round(float(inked.mean()))
            columns.append(column)
            middles.append(first + float(inked.mean()))
        column += step
    if len(columns) < max(8.0, _SIDE * length):
        return None
    slope, offset = np.polyfit(columns, middles, 1)
    start, stop = min(columns), max(columns)
    return Line(not line.upright, float(slope), float(offset), start, stop, line.thickness, cut=True)


def spans(start: int, stop: int, width: int) -> bool:
    """Return whether a line from `start` to `stop` reaches both edges of a picture of this width."""
    return start <= max(2.0, AT_EDGE * width) and stop >= width - 1 - max(2.0, AT_EDGE * width)
