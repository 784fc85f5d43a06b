"""Removes straight lines that belong to the paper: boxes, table cells, underlines, rulings, the dark edge of a scan.

`line_search` finds the lines. Digits have straight strokes, too. A line is removed only if other ink remains, and if
its position is typical of paper: from edge to edge, along the border of the picture, as part of a frame, or under the
writing and beyond its ends. None of this holds for a digit cropped to its ink, whose strokes reach the edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.line_search import AT_EDGE, CORNER, Line, cut_sides, level_lines, spans
from digitpad.data.ruled import erase_line

_Float = TypeVar("_Float", np.float32, np.float64)

#: Smaller pictures contain only a digit.
_LEAST_SIDE = 24
#: A line this close to the edge counts as a line along it.
_ALONG_EDGE = 0.045
#: Minimum length by which lines extend beyond the writing on them,
_BEYOND = 0.03
#: and minimum distance of the writing from the edges of a picture that is not cropped to the ink.
_LOOSE = 0.01
#: Minimum length of the sides of a frame, relative to the writing in it.
_LONGER = 1.1
#: Minimum size of writing, relative to the short side of the picture,
_WRITTEN = 0.08
#: and to the largest part.
_SIGNIFICANT = 0.3
#: Maximum width of a dark band at the edge, relative to the picture.
_WIDEST_BAND = 0.15
#: Minimum share of the edge that it covers; the second value is for a band that does not begin at a corner.
_BAND, _WHOLE_BAND = 0.35, 0.85


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
    found = [*level_lines(mask, upright=False), *level_lines(np.ascontiguousarray(mask.T), upright=True)]
    found += cut_sides(mask, found)
    lines = _of_paper(mask, found)
    return _erased(ink, lines, faintest) if lines else ink


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
            ruling = [line for line in lines if spans(line.start, line.stop, height if line.upright else width)]
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
    if spans(line.start, line.stop, width) and min(before, after) >= max(1.0, _LOOSE * width):
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


def _is_ruled(line: Line, lines: Sequence[Line], length: int) -> bool:
    """Return whether three or more lines run across from edge to edge; `length` is that of the picture."""
    return sum(other.upright != line.upright and spans(other.start, other.stop, length) for other in lines) > 2


def _reaches_corner(line: Line, width: int) -> bool:
    return line.start <= max(2.0, AT_EDGE * width) or line.stop >= width - 1 - max(2.0, AT_EDGE * width)


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
    reach = max(4.0, CORNER * max(shape))
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
