"""The sheet inside a picture's margins: a plot in a white frame, paper on a dark table, a form's cell.

What lies in the margins says nothing about the paper. A margin is found by nesting: a solid rectangle that stands out
against the border and has something drawn in it is a sheet, and so is the inside of a rectangular frame.
"""

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components
from digitpad.data.tones import LEAST_CONTRAST, extremes

Area = tuple[slice, slice]
"""Rows and columns of a picture."""

#: Pixels of the long side at which sheets are looked for.
_COARSE = 256
#: Smaller pictures have no margins: they are digits cut out.
_LEAST_SIDE = 48
#: A sheet with its holes filled covers at least this share of its box (an ellipse covers 0.79),
_RECTANGULAR = 0.87
#: at least this share of the picture,
_LEAST_AREA = 0.06
#: and is at least this solid, unless it is a frame.
_SOLID = 0.55
#: What is drawn on a sheet is at least this large, of the sheet's short side.
_DRAWN = 0.15
#: Left out along a sheet's edges, of its short side: the soft edge itself.
_EDGE = 0.02


def sheet_in(grey: NDArray[np.float64]) -> Area | None:
    """Find the sheet inside a picture's margins.

    Parameters
    ----------
    grey
        (H, W) in [0, 1].

    Returns
    -------
    (slice, slice) or None
        The rows and columns of the sheet without its edges; None if the picture has no margins.
    """
    if min(grey.shape) < _LEAST_SIDE:
        return None
    step = -(-max(grey.shape) // _COARSE)
    small = np.asarray(PIL.Image.fromarray(grey.astype(np.float32)).reduce(step), np.float64)
    border = float(np.median(np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])))
    low, high = extremes(small)
    for depth in (border - low, high - border):
        if depth < 2 * LEAST_CONTRAST:
            continue
        other = (border - small if depth == border - low else small - border) > 0.5 * depth
        found = _rectangle(other)
        if found is not None:
            left, top, right, bottom = (step * side for side in found)
            margin = max(step, round(_EDGE * min(right - left, bottom - top)))
            return (
                slice(top + margin, min(bottom, grey.shape[0]) - margin),
                slice(left + margin, min(right, grey.shape[1]) - margin),
            )
    return None


def _rectangle(other: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Return the box of the sheet, of what differs from the border: left, top, right, bottom."""
    labels, count = connected_components(other)
    if not count:
        return None
    boxes = component_boxes(labels, count)
    spans = boxes[:, 2:] - boxes[:, :2]
    for part in np.argsort(-spans.prod(axis=1))[:3].tolist():
        left, top, right, bottom = boxes[part].tolist()
        if (right - left) * (bottom - top) < _LEAST_AREA * other.size or min(spans[part]) < 12:
            return None
        own = labels[top:bottom, left:right] == part + 1
        holes, number = _holes(own)
        area = int(own.sum())
        filled = area + int((holes > 0).sum())
        if not number or filled < _RECTANGULAR * own.size or not _has_margins(boxes[part], other.shape):
            continue
        inner = component_boxes(holes, number)
        sizes = (inner[:, 2:] - inner[:, :2]).max(axis=1)
        if area >= _SOLID * filled and sizes.max() >= _DRAWN * min(own.shape):
            return left, top, right, bottom
        inside = _framed(own, holes, inner)
        if inside is not None:
            return left + inside[0], top + inside[1], left + inside[2], top + inside[3]
    return None


def _has_margins(box: NDArray[np.intp], shape: tuple[int, ...]) -> bool:
    """Whether there is a margin on all sides; the edge of a shadow, say, leaves one on some."""
    return bool(box[:2].min() > 0 and box[2] < shape[1] and box[3] < shape[0])


def _framed(
    own: NDArray[np.bool_], holes: NDArray[np.intp], inner: NDArray[np.intp]
) -> tuple[int, int, int, int] | None:
    """Return the one hole of a frame in which something is drawn; None if there is none, or several."""
    drawn: list[tuple[int, int, int, int]] = []
    areas = (inner[:, 2:] - inner[:, :2]).prod(axis=1)
    for hole in np.flatnonzero(areas >= 0.1 * own.size).tolist():
        left, top, right, bottom = inner[hole].tolist()
        region = holes[top:bottom, left:right] == hole + 1
        islands, number = _holes(region)
        if (islands > 0).sum() + region.sum() < _RECTANGULAR * region.size or not number:
            continue
        boxes = component_boxes(islands, number)
        if (boxes[:, 2:] - boxes[:, :2]).max() >= _DRAWN * min(region.shape):
            drawn.append((left, top, right, bottom))
    return drawn[0] if len(drawn) == 1 else None


def _holes(own: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Return the parts of a box that a shape encloses, labelled, and how many there are."""
    labels, count = connected_components(~np.pad(own, 1))
    # What is connected with the padding, the first part, lies outside.
    inside = labels[1:-1, 1:-1] - 1
    return np.maximum(inside, 0), count - 1
