"""Removes straight lines that belong to the paper: boxes, table cells, underlines, rulings, the dark edge of a scan.

A line is found by its thinness: every vertical run of ink that is no longer than the maximum thickness of a line
contributes its middle, and the middles of one line are collinear, which is tested for all slopes that paper may have.
Where a stroke crosses the line, the run is longer and is ignored, so strokes do not disturb the search.

Digits have straight strokes, too. A line is removed only if other ink remains, and if its position is typical of paper:
from edge to edge, along the border of the picture, as part of a frame, or under the writing and beyond its ends. None
of this holds for a digit cropped to its ink, whose strokes reach the edges.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.ruled import erase_line

_Float = TypeVar("_Float", np.float32, np.float64)

#: Smaller pictures contain only a digit.
_LEAST_SIDE = 24
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
_AT_EDGE = 0.03
#: A line this close to the edge counts as a line along it.
_ALONG_EDGE = 0.045
#: Minimum length by which lines extend beyond the writing on them,
_BEYOND = 0.03
#: and minimum distance of the writing from the edges of a picture that is not cropped to the ink.
_LOOSE = 0.01
#: Minimum length of the sides of a frame, relative to the writing in it.
_LONGER = 1.1
#: Tolerance for the corners of a frame.
_CORNER = 0.04
#: Minimum length of a side of a frame from its corner to the stroke that crosses it.
_SIDE = 0.04
#: Minimum size of writing, relative to the short side of the picture,
_WRITTEN = 0.08
#: and to the largest part.
_SIGNIFICANT = 0.3
#: Pictures with more runs of ink consist of grain or halftones.
_MOST_RUNS = 60_000
#: Maximum number of rounds of the search, each for one slope.
_ROUNDS = 4
#: Maximum width of a dark band at the edge, relative to the picture.
_WIDEST_BAND = 0.15
#: Minimum share of the edge that it covers; the second value is for a band that does not begin at a corner.
_BAND, _WHOLE_BAND = 0.35, 0.85


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


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def turned(self) -> "_Box":
        return _Box(self.top, self.left, self.bottom, self.right)


def without_paper_lines(ink: NDArray[_Float], faintest: float) -> NDArray[_Float]:
    """Return ink without the straight lines that belong to the paper.

    Parameters
    ----------
    ink
        (H, W) in [0, 1].
    faintest
        Pixels with more ink may belong to a line.

    Returns
    -------
    NDArray[float32]
        The ink; the same array if there are no such lines. Strokes that cross a line are kept.
    """
    height, width = ink.shape
    if min(height, width) < _LEAST_SIDE:
        return ink
    mask: NDArray[np.bool_] = ink > faintest
    if not mask.any() or mask.mean() > 0.6:
        return ink
    ink = _without_bands(ink, mask)
    mask = ink > faintest
    found = [*_level_lines(mask, upright=False), *_level_lines(np.ascontiguousarray(mask.T), upright=True)]
    found += _cut_sides(mask, found)
    lines = _of_paper(mask, found)
    return _erased(ink, lines, faintest) if lines else ink


def _level_lines(mask: NDArray[np.bool_], *, upright: bool) -> list[Line]:
    """Return the roughly horizontal straight lines of a mask."""
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
    across = _spans(int(columns[piece[0]]), int(columns[piece[-1]]), width)
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


def _cut_sides(mask: NDArray[np.bool_], lines: Sequence[Line]) -> list[Line]:
    """Return the sides of a frame that are too short to be found, since a digit stands on the opposite corner."""
    reach = max(4.0, _CORNER * max(mask.shape))
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


def _of_paper(mask: NDArray[np.bool_], found: Sequence[Line]) -> list[Line]:
    """Return the lines that are not strokes."""
    lines = list(found)
    while lines:
        rest = _erased(mask.astype(np.float32), lines, 0.5) > 0
        written = _written(rest)
        if written is None:
            if _is_empty_cell(lines, mask):
                return [line for line in lines if _runs_along(line, mask.shape)]
            # On ruled paper, a line that ends within the picture may be the only writing: a 1.
            height, width = mask.shape
            ruling = [line for line in lines if _spans(line.start, line.stop, height if line.upright else width)]
            if len(ruling) == len(lines):
                return []
            lines = ruling
            continue
        kept = [line for line in lines if _is_paper(line, lines, written, mask.shape)]
        if len(kept) == len(lines):
            return kept
        lines = kept
    return []


def _written(rest: NDArray[np.bool_]) -> _Box | None:
    """Return the bounding box of the writing, without specks; None if there is none."""
    labels, count = connected_components(rest)
    if not count:
        return None
    boxes = component_boxes(labels, count)
    longest = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    large = (longest >= max(5.0, _WRITTEN * min(rest.shape))) & (longest >= _SIGNIFICANT * longest.max())
    large &= areas >= 0.05 * areas.max()
    if not large.any():
        return None
    low, high = boxes[large, :2].min(axis=0), boxes[large, 2:].max(axis=0)
    return _Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _is_paper(line: Line, lines: Sequence[Line], written: _Box, shape: tuple[int, int]) -> bool:
    """Return whether the position of a line is typical of paper, given everything else in the picture."""
    box, (height, width) = (written.turned(), shape[::-1]) if line.upright else (written, shape)
    before, after = box.left - line.start, line.stop - box.right
    beyond = min(before, after) >= max(2.0, _BEYOND * width)
    if _spans(line.start, line.stop, width) and min(before, after) >= max(1.0, _LOOSE * width):
        return True
    longer = line.stop - line.start >= _LONGER * (box.right - box.left)
    corners = _corners(line, lines, shape)
    # Strokes may meet the lines of ruled paper just as the sides of a box meet.
    is_box = len(lines) > 2 and not _is_ruled(line, lines, height) and _is_inside(written, lines)
    if is_box and (corners == 2 or (corners == 1 and (longer or line.cut))):
        return True
    apart = max(box.top - line.middle, line.middle - box.bottom) > line.thickness + _LOOSE * height
    if _runs_along(line, shape) and (apart or _reaches_corner(line, width)) and _is_loose(lines, written, shape):
        return True
    if line.upright or not beyond:
        return False
    # An underline, a writing line, or a line above.
    reach = line.thickness + 0.02 * height
    return line.middle >= box.bottom - reach or line.middle <= box.top + reach


def _spans(start: int, stop: int, width: int) -> bool:
    return start <= max(2.0, _AT_EDGE * width) and stop >= width - 1 - max(2.0, _AT_EDGE * width)


def _is_ruled(line: Line, lines: Sequence[Line], length: int) -> bool:
    """Return whether three or more lines run across from edge to edge; `length` is that of the picture."""
    return sum(other.upright != line.upright and _spans(other.start, other.stop, length) for other in lines) > 2


def _reaches_corner(line: Line, width: int) -> bool:
    return line.start <= max(2.0, _AT_EDGE * width) or line.stop >= width - 1 - max(2.0, _AT_EDGE * width)


def _runs_along(line: Line, shape: tuple[int, int]) -> bool:
    """Return whether a line is along the edge of the picture."""
    height = shape[1] if line.upright else shape[0]
    near = max(3.0, _ALONG_EDGE * height) + line.thickness / 2
    return line.middle <= near or line.middle >= height - 1 - near


def _is_loose(lines: Sequence[Line], written: _Box, shape: tuple[int, int]) -> bool:
    """Return whether the writing does not touch the edges, except those along which there are lines."""
    height, width = shape
    edges = {
        (True, False): written.left > _LOOSE * width,
        (True, True): written.right < width - _LOOSE * width,
        (False, False): written.top > _LOOSE * height,
        (False, True): written.bottom < height - _LOOSE * height,
    }
    for one in lines:
        if _runs_along(one, shape):
            edges[one.upright, one.middle > (width if one.upright else height) / 2] = True
    return all(edges.values())


def _corners(line: Line, lines: Sequence[Line], shape: tuple[int, int]) -> int:
    """Return the number of ends at which a line meets others, as the sides of a box do."""
    reach = max(4.0, _CORNER * max(shape))
    ends = [False, False]
    for other in lines:
        if other.upright == line.upright:
            continue
        for number, place in enumerate((line.start, line.stop)):
            meets = abs(other.middle - place) <= reach + other.thickness
            ends[number] |= meets and other.start - reach <= line.middle <= other.stop + reach
    return sum(ends)


def _is_inside(written: _Box, lines: Sequence[Line]) -> bool:
    """Return whether the middle of the writing is between the lines."""
    x, y = (written.left + written.right) / 2, (written.top + written.bottom) / 2
    upright = [line.middle for line in lines if line.upright]
    level = [line.middle for line in lines if not line.upright]
    return bool(upright and level) and (min(level) <= y <= max(level) or min(upright) <= x <= max(upright))


def _is_empty_cell(lines: Sequence[Line], mask: NDArray[np.bool_]) -> bool:
    """Return whether three or more lines are along the edges of the picture: an empty cell of a form."""
    height, width = mask.shape
    sides = {
        (line.upright, line.middle > (width if line.upright else height) / 2)
        for line in lines
        if _runs_along(line, mask.shape)
    }
    return len(sides) >= 3


def _erased(ink: NDArray[_Float], lines: Sequence[Line], faintest: float) -> NDArray[_Float]:
    """Return ink without some lines: horizontal ones first, so that crossings are removed with the vertical ones."""
    cleaned = ink.copy()
    for line in sorted(lines, key=lambda one: one.upright):
        target = cleaned.T if line.upright else cleaned
        extra = round(line.thickness) + 2
        columns = np.arange(max(line.start - extra, 0), min(line.stop + extra + 1, target.shape[1]))
        first = np.rint(line.offset + line.slope * columns - (line.thickness - 1) / 2).astype(np.intp)
        erase_line(target, columns, first, first + max(1, round(line.thickness)), faintest)
    return cleaned


def _without_bands(ink: NDArray[_Float], mask: NDArray[np.bool_]) -> NDArray[_Float]:
    """Remove dark bands along the edges: the surroundings of the sheet in a scanner."""
    cleaned = ink
    touched = [True] * 4
    for turn in range(4):
        depths = _band(np.rot90(mask, turn))
        if depths is None:
            continue
        touched[turn] = False
        cleaned = cleaned.copy() if cleaned is ink else cleaned
        # A view of the same pixels, so that erasing changes the picture.
        view = np.rot90(cleaned, turn)
        usual = int(np.quantile(depths[depths > 0], 0.75))
        deep = np.minimum(depths, usual) + (1 + usual // 4) * (depths > 0)
        view[np.arange(view.shape[1])[np.newaxis] < deep[:, np.newaxis]] = 0.0
    if cleaned is ink:
        return ink
    written = _written(cleaned > 0.3)
    if written is None:
        return ink
    height, width = ink.shape
    # np.rot90 rotates anticlockwise: the left side of the result is the left, top, right and bottom of this picture.
    gaps = (written.left, written.top, width - written.right, height - written.bottom)
    sides = (width, height, width, height)
    loose = all(gap > _LOOSE * side for gap, side, is_edge in zip(gaps, sides, touched, strict=True) if is_edge)
    return cleaned if loose else ink


def _band(mask: NDArray[np.bool_]) -> NDArray[np.intp] | None:
    """Return the width of the band along the left edge in each row; None without a band."""
    height, width = mask.shape
    most = max(2, round(_WIDEST_BAND * width))
    # The outermost pixels of a band may be lighter.
    near = mask[:, : most + 2].copy()
    near[:, 0] |= near[:, 1]
    depths = np.where(near.all(axis=1), most + 2, near.argmin(axis=1))
    covered = depths > 0
    if covered.mean() < _BAND or np.quantile(depths[covered], 0.6) > most:
        return None
    corner = bool(covered[: max(2, height // 50)].any() or covered[-max(2, height // 50) :].any())
    longest = _longest_run(covered)
    if longest < (_BAND if corner else _WHOLE_BAND) * height:
        return None
    return np.asarray(depths, np.intp)


def _longest_run(covered: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], covered, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
