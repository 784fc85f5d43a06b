"""Finds the sheet inside the margins of a picture: a plot in a white frame, paper on a dark table, a cell of a form.

Margins do not have the tone of the paper. They are found by nesting: a solid rectangle that stands out against the
border and contains a drawing is a sheet, and so is the inside of a rectangular frame.
"""

from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.tones import LEAST_CONTRAST, extremes


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A part of a picture: its rows and columns, and a mask of the pixels that belong to the sheet, bool (H, W)."""

    rows: slice
    columns: slice
    inside: NDArray[np.bool_]


#: Long side in pixels of the reduced picture in which sheets are searched.
_COARSE = 256
#: Smaller pictures are cropped digits without margins.
_LEAST_SIDE = 48
#: A sheet with its holes filled covers at least this share of its box (an ellipse covers 0.79),
_RECTANGULAR = 0.87
#: at least this share of the picture,
_LEAST_AREA = 0.06
#: and is at least this solid, unless it is a frame.
_SOLID = 0.55
#: Minimum size of a drawing on a sheet, relative to the short side of the sheet.
_DRAWN = 0.15
#: Minimum difference from the border, relative to the maximum difference; the second value is for faint frames.
_STANDS_OUT = (0.5, 0.15)


def sheet_in(grey: NDArray[np.float64]) -> Sheet | None:
    """Find the sheet inside a picture's margins.

    Parameters
    ----------
    grey
        (H, W) in [0, 1].

    Returns
    -------
    Sheet or None
        Without its soft edges; None if the picture has no margins.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return None
    step = -(-max(grey.shape) // _COARSE)
    small = np.asarray(PIL.Image.fromarray(grey.astype(np.float32)).reduce(step), np.float64)
    border = float(np.median(np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])))
    low, high = extremes(small)
    for darker, depth in ((True, border - low), (False, high - border)):
        if depth < 2 * LEAST_CONTRAST:
            continue
        for share in _STANDS_OUT:
            found = _sheet(((border - small) if darker else (small - border)) > share * depth)
            if found is not None:
                return _enlarged(found, step, grey.shape)
    return None


def _enlarged(sheet: Sheet, step: int, shape: tuple[int, ...]) -> Sheet:
    """Convert a sheet of a reduced picture to pixels of the original picture, without its edges."""
    inner = np.pad(sheet.inside, 1)
    # The soft edge of the sheet is one pixel of the reduced picture wide, on every side.
    for axis in (0, 1):
        inner = inner & np.roll(inner, 1, axis) & np.roll(inner, -1, axis)
    inside = inner[1:-1, 1:-1].repeat(step, axis=0).repeat(step, axis=1)
    rows = slice(sheet.rows.start * step, min(sheet.rows.stop * step, shape[0]))
    columns = slice(sheet.columns.start * step, min(sheet.columns.stop * step, shape[1]))
    return Sheet(rows, columns, inside[: rows.stop - rows.start, : columns.stop - columns.start])


def _sheet(other: NDArray[np.bool_]) -> Sheet | None:
    """Return the sheet, given a mask of the pixels that differ from the border."""
    labels, count = connected_components(other)
    if not count:
        return None
    boxes = component_boxes(labels, count)
    spans = boxes[:, 2:] - boxes[:, :2]
    for part in np.argsort(-spans.prod(axis=1))[:3].tolist():
        left, top, right, bottom = boxes[part].tolist()
        if (right - left) * (bottom - top) < _LEAST_AREA * other.size or min(spans[part]) < 12:
            return None
        area = np.s_[top:bottom, left:right]
        own = labels[area] == part + 1
        holes, number = _holes(own)
        filled = own | (holes > 0)
        if not number or filled.sum() < _RECTANGULAR * own.size or not _has_margins(boxes[part], other.shape):
            continue
        inner = component_boxes(holes, number)
        sizes = (inner[:, 2:] - inner[:, :2]).max(axis=1)
        framed = _framed(other[area], holes, inner)
        is_solid = own.sum() >= _SOLID * filled.sum() and sizes.max() >= _DRAWN * min(own.shape)
        # A drawing is a hole in the sheet; a hole that contains something is the inside of a thick frame.
        if is_solid and framed is None:
            return Sheet(slice(top, bottom), slice(left, right), filled)
        if framed is not None:
            return Sheet(
                slice(top + framed.rows.start, top + framed.rows.stop),
                slice(left + framed.columns.start, left + framed.columns.stop),
                framed.inside,
            )
    return None


def _has_margins(box: NDArray[np.intp], shape: tuple[int, ...]) -> bool:
    """Return whether there is a margin on all sides; the edge of a shadow leaves one on some sides only."""
    return bool(box[:2].min() > 0 and box[2] < shape[1] and box[3] < shape[0])


def _framed(other: NDArray[np.bool_], holes: NDArray[np.intp], inner: NDArray[np.intp]) -> Sheet | None:
    """Return the only hole of a frame that contains a drawing; None without such a hole, or with several."""
    drawn: list[Sheet] = []
    areas = (inner[:, 2:] - inner[:, :2]).prod(axis=1)
    for hole in np.flatnonzero(areas >= 0.1 * other.size).tolist():
        left, top, right, bottom = inner[hole].tolist()
        region = holes[top:bottom, left:right] == hole + 1
        islands, number = connected_components(other[top:bottom, left:right] & region)
        if region.sum() < _RECTANGULAR * region.size or not number:
            continue
        boxes = component_boxes(islands, number)
        if (boxes[:, 2:] - boxes[:, :2]).max() >= _DRAWN * min(region.shape):
            drawn.append(Sheet(slice(top, bottom), slice(left, right), region))
    return drawn[0] if len(drawn) == 1 else None


def _holes(own: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Label the parts of a box that a shape encloses; return the labels and the number of parts."""
    labels, count = connected_components(~np.pad(own, 1))
    # The first part is connected to the padding, so it is outside.
    inside = labels[1:-1, 1:-1] - 1
    return np.maximum(inside, 0), count - 1
