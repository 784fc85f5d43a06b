"""Rasterizes ink to the 28x28 input of a network, with the same preprocessing as MNIST.

The ink is cropped, scaled so that its long side is 20 pixels (the pen's width included), drawn with a pen of constant
width in those pixels, and moved so that its centre of mass is at the same position as in MNIST. The grey level of a
pixel is computed from its distance to the curve through the points, so the picture does not change when the ink is
moved, or is drawn larger on a larger canvas.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import Stroke, curves_through
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

_Number = TypeVar("_Number", np.float64, np.intp)

FIELD = 28.0  # pixels: the picture
BOX = 20.0  # pixels: long side of the ink in it
# In MNIST, the centre of mass is in the middle of the pixel in row 14, column 14 (counted from 0): the average over all
# digits is 14.00, 14.00, while the middle of the field would be 13.5.
CENTRE = 14.5

# The pen, in pixels of the picture. Mean accuracy on real pen ink of three networks trained only on MNIST (two
# `standard`, one `light`, separate training runs), with writers 1 to 15 for the choice and 16 to 30 as a check, and
# statistics of the pictures: the mean, the share below 0.9 of the pixels above 0.1, the share of pixels above 0.98.
#
#   radius, edge   1-15   16-30   mean    grey   full
#     1.1, 1.0    95.5%   95.9%   0.111   53%    6.3%
#     1.1, 1.5    95.3%   96.0%   0.108   70%    3.7%
#     1.1, 2.0    95.2%   95.9%   0.104   84%    1.3%
#     1.2, 1.0    95.4%   96.0%   0.120   50%    7.2%
#     1.3, 1.0    95.1%   96.0%   0.128
#     1.4, 1.0    94.9%   95.9%   0.136
#     MNIST                       0.132   50%    7.4%
# The accuracy hardly differs between thin pens and is slightly lower for bold ones. So the statistics decide: the
# boldest pen without a loss of accuracy, as crisp as MNIST.
PEN_RADIUS = 1.2
EDGE = 1.0
USUAL_CANVAS = 400.0
"""Default long side of a canvas, in the units of the strokes; larger ones count as this."""
# Ink smaller than this share of the canvas is a dot, or the start of a stroke: the unavoidable motion of a hand.
_DOT = 0.05
# Pressure from 0.0 to 1.0 changes the radius by this share.
PRESSURE_GAIN = 0.8

_LONGEST_PIECE = 1.0  # pixels: longer lines are divided, so that every piece has the same small window
#: Number of drawings that are rasterized at once: more would not fit into the cache of a processor.
_MOST_TOGETHER = 16


def ink_to_image(
    strokes: Sequence[Stroke], *, canvas: float = USUAL_CANVAS, size: int = 28, pen: float = 1.0
) -> NDArray[np.float32]:
    """Rasterize ink to a picture like those of MNIST.

    Parameters
    ----------
    strokes
        Points (n, 2), or (n, 3) with a pressure, in any units. Strokes without points are skipped.
    canvas
        The long side of the canvas, in the units of the strokes: ink smaller than a twentieth of it is not magnified
        any further, so that a dot stays a dot instead of filling the field. It only matters for canvases smaller than
        the usual one (units may be millimetres, or range from 0 to 1).
    size
        Width and height of the picture, in pixels. A size above 28 gives the same picture with a higher resolution.
    pen
        Width of the pen, relative to the usual one; for training, which should not depend on it.

    Returns
    -------
    NDArray[float32]
        (size, size), in [0, 1]: ink 1, background 0. All zeros without ink. Like those of MNIST, the picture has 256
        grey levels, so that storing it as bytes in a dataset loses nothing.

    Raises
    ------
    DigitpadError
        If a stroke is not an array of finite points.
    """
    image: NDArray[np.float32] = inks_to_images([(strokes, canvas)], size=size, pen=pen)[0]
    return image


def inks_to_images(
    drawings: Sequence[tuple[Sequence[Stroke], float]], *, size: int = 28, pen: float = 1.0
) -> NDArray[np.float32]:
    """Rasterize several drawings, each to the picture of `ink_to_image`, in much less time than one by one.

    Parameters
    ----------
    drawings
        The strokes of each drawing, and the long side of its canvas.
    size, pen
        See `ink_to_image`.

    Returns
    -------
    NDArray[float32]
        (drawings, size, size).

    Raises
    ------
    DigitpadError
        If a stroke is not an array of finite points.
    """
    images = np.zeros((len(drawings), size, size), dtype=np.float32)
    inks = [_checked(strokes) for strokes, _canvas in drawings]
    inked = [index for index, ink in enumerate(inks) if ink]
    for start in range(0, len(inked), _MOST_TOGETHER):
        some = inked[start : start + _MOST_TOGETHER]
        canvases = np.array([drawings[index][1] for index in some], dtype=np.float64)
        images[some] = _rasterize([inks[index] for index in some], canvases, size, pen)
    return images


def _rasterize(
    inks: Sequence[Sequence[NDArray[np.float64]]], canvases: NDArray[np.float64], size: int, pen: float
) -> NDArray[np.float32]:
    """Return the pictures of drawings that have ink, (drawings, size, size)."""
    unit = size / FIELD
    lines = _Lines.through(inks)
    low, high = (extreme.reduceat(lines.places, lines.firsts, axis=0) for extreme in (np.minimum, np.maximum))
    # The last bound prevents a canvas so small that its units vanish in rounding.
    least = np.maximum(_DOT * np.minimum(canvases, USUAL_CANVAS), float(np.finfo(np.float32).tiny))
    long_side = np.maximum((high - low).max(axis=1), least)
    # Maximum distance from the pen's line with ink. In MNIST, the ink touches a box of 20 pixels and never leaves it,
    # so the line is fitted into the box reduced by this distance on each side (for a constant width; pressure may
    # exceed it by half a pixel).
    reach_of_pen = PEN_RADIUS * pen + EDGE / 2
    scale = (unit * (BOX - 2 * reach_of_pen) / long_side)[:, np.newaxis]
    middle = (low + high) / 2
    fitted = replace(
        lines,
        places=(lines.places - middle[lines.owners]) * scale[lines.owners],
        radii=lines.radii * (pen * unit),
    )
    pieces, owners = _cut(fitted, unit * _LONGEST_PIECE)
    # Drawn twice, since the centre of mass is only known from the picture. MNIST itself was shifted by whole pixels, so
    # its centres vary by half a pixel; networks read exactly centred ink equally well (95.4% over all writers either
    # way), and the picture does not jump while one draws.
    at = np.full((len(inks), 2), size / 2)
    mass = _centres_of_mass(_draw(pieces, owners, at, size, unit * EDGE))
    reach = (high - low) * scale / 2 + unit * reach_of_pen
    # Ink that extends far from its centre of mass (which digits do not) is kept inside the field, off centre.
    at = np.clip(at + unit * CENTRE - mass, reach, size - reach)
    return to_greys(_draw(pieces, owners, at, size, unit * EDGE))


def to_greys(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round a picture in [0, 1] to the 256 grey levels of a byte."""
    greys: NDArray[np.float32] = np.rint(image * np.float32(255)) / np.float32(255)
    return greys


def _checked(strokes: Sequence[Stroke]) -> list[NDArray[np.float64]]:
    """Return the nonempty strokes in double precision, which preserves the accuracy of ink far from the origin.

    Raises
    ------
    DigitpadError
        If a stroke is not an array of finite points.
    """
    checked = []
    for number, stroke in enumerate(strokes, start=1):
        points = np.asarray(stroke, dtype=np.float64)
        if not points.size:
            continue
        if points.ndim != 2 or points.shape[1] not in (2, 3) or not np.isfinite(points).all():
            raise DigitpadError(
                _(
                    "Stroke {number} is not a list of points (x, y) or (x, y, pressure) with finite numbers; leave it "
                    "out or draw it again."
                ).format(number=number)
            )
        checked.append(points)
    return checked


@dataclass(frozen=True, slots=True)
class _Lines:
    """The smooth lines of several drawings, one after the other.

    Attributes
    ----------
    places
        (points, 2): x and y, relative to the first point of the drawing.
    radii
        (points,): radius of the pen, in pixels of a picture of 28.
    owners
        (points,): index of the drawing.
    starts
        Index of the first point of each line.
    firsts
        Index of the first point of each drawing.
    """

    places: NDArray[np.float64]
    radii: NDArray[np.float64]
    owners: NDArray[np.intp]
    starts: NDArray[np.intp]
    firsts: NDArray[np.intp]

    @classmethod
    def through(cls, inks: Sequence[Sequence[NDArray[np.float64]]]) -> "_Lines":
        """Return the lines of all strokes of drawings that have ink."""
        strokes = [stroke for ink in inks for stroke in ink]
        points = np.zeros((sum(map(len, strokes)), 3))
        at = 0
        starts = []
        for ink in inks:
            for stroke in ink:
                starts.append(at)
                at += len(stroke)
                points[starts[-1] : at, : stroke.shape[1]] = stroke
                points[starts[-1] : at, :2] -= ink[0][0, :2]
        curves, begins = curves_through(points, np.array(starts))
        counts = [len(ink) for ink in inks]
        firsts = begins[np.cumsum([0, *counts[:-1]])]
        owners = np.repeat(np.arange(len(inks)), np.diff(np.append(firsts, len(curves))))
        radii = np.full(len(curves), PEN_RADIUS)
        has_pressure = np.repeat([stroke.shape[1] == 3 for stroke in strokes], np.diff(np.append(begins, len(curves))))
        # Pressure is relative to the mean of the drawing, since tablets and people differ in their usual pressure,
        # which should not change the stroke width. Without pressure, the radius is constant.
        for owner in np.unique(owners[has_pressure]):
            pressed = has_pressure & (owners == owner)
            pressure = curves[pressed, 2]
            radii[pressed] = PEN_RADIUS * (1 + PRESSURE_GAIN * (pressure - pressure.mean()))
        return cls(curves[:, :2], radii, owners, begins, firsts)


def _cut(lines: _Lines, longest: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Divide lines into straight pieces no longer than `longest`.

    Dividing a straight piece does not change the picture. A line with one point is one piece of length 0.

    Returns
    -------
    tuple of NDArray
        (6, pieces): x, y, dx, dy, radius, its change; and (pieces,): index of the drawing.
    """
    points = np.column_stack([lines.places, lines.radii])
    ends = np.append(lines.starts[1:], len(points)) - 1
    is_end = np.zeros(len(points), dtype=bool)
    is_end[ends] = True
    is_dot = np.zeros(len(points), dtype=bool)
    is_dot[ends[ends == lines.starts]] = True
    begin = np.flatnonzero(~is_end | is_dot)
    start = points[begin]
    change = points[begin + ~is_dot[begin]] - start
    cuts = np.maximum(np.ceil(np.hypot(change[:, 0], change[:, 1]) / longest).astype(np.intp), 1)
    which = np.repeat(np.arange(len(cuts)), cuts)
    nth = np.arange(len(which)) - (np.cumsum(cuts) - cuts)[which]
    change = change[which] / cuts[which, np.newaxis]
    start = start[which] + nth[:, np.newaxis] * change
    pieces = np.stack([start[:, 0], start[:, 1], change[:, 0], change[:, 1], start[:, 2], change[:, 2]])
    return pieces, lines.owners[begin][which]


def _draw(
    pieces: NDArray[np.float64], owners: NDArray[np.intp], at: NDArray[np.float64], size: int, edge: float
) -> NDArray[np.float32]:
    """Draw the pieces of drawings with their origins at `at`, (drawings, 2): x, y.

    The grey level of a pixel decreases from 1 to 0, over `edge` pixels, as the distance of its middle to the nearest
    line passes the radius of the pen. Each piece processes only the small square of pixels that it can reach.
    """
    x, y, dx, dy, radius, widening = pieces
    x, y = x + at[owners, 0], y + at[owners, 1]
    reach = float(np.maximum(radius, radius + widening).max()) + edge / 2
    window = math.ceil(float(np.abs(pieces[2:4]).max()) + 2 * reach) + 1
    left = np.floor(np.minimum(x, x + dx) - reach).astype(np.intp)
    top = np.floor(np.minimum(y, y + dy) - reach).astype(np.intp)
    steps = np.arange(window)
    columns, rows = left[:, np.newaxis] + steps, top[:, np.newaxis] + steps  # (pieces, window)

    # Per piece: the position along it (0 to 1) of the nearest point to each pixel, and the remaining distance to the
    # pen.
    from_x, from_y = columns + 0.5 - x[:, np.newaxis], rows + 0.5 - y[:, np.newaxis]
    squared = dx * dx + dy * dy
    per_length = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > 0)[:, np.newaxis]
    along = (from_x * (dx[:, np.newaxis] * per_length))[:, np.newaxis, :] + (from_y * (dy[:, np.newaxis] * per_length))[
        :, :, np.newaxis
    ]
    _bound(along, 0.0, 1.0)
    gap_x = from_x[:, np.newaxis, :] - along * dx[:, np.newaxis, np.newaxis]
    gap_y = from_y[:, :, np.newaxis] - along * dy[:, np.newaxis, np.newaxis]
    gap = np.sqrt(gap_x * gap_x + gap_y * gap_y)
    gap -= radius[:, np.newaxis, np.newaxis] + along * widening[:, np.newaxis, np.newaxis]

    # A margin as wide as a window receives pixels outside the field and is cropped, so that nothing wraps around.
    width = size + 2 * window
    nearest = np.full(len(at) * width * width, edge, dtype=np.float64)
    _bound(columns, -window, size + window - 1)
    _bound(rows, -window, size + window - 1)
    rows += owners[:, np.newaxis] * width
    index = ((rows + window) * width)[:, :, np.newaxis] + (columns + window)[:, np.newaxis, :]
    np.minimum.at(nearest, index.ravel(), gap.ravel())
    fields = nearest.reshape(len(at), width, width)[:, window:-window, window:-window]
    return _bound(0.5 - fields / edge, 0.0, 1.0).astype(np.float32)


def _bound(values: NDArray[_Number], low: float, high: float) -> NDArray[_Number]:
    """Clip values to a range, in place; `np.clip` spends more time on checks than on such small arrays."""
    np.maximum(values, low, out=values)
    return np.minimum(values, high, out=values)


def _centres_of_mass(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the centre of mass (x, y) of each picture, where the middle of the first pixel is 0.5."""
    middles = np.arange(images.shape[-1]) + 0.5
    # In double precision, so that a picture and its rotation by 90 degrees round to the same grey levels.
    columns, rows = images.sum(axis=1, dtype=np.float64), images.sum(axis=2, dtype=np.float64)
    moments = np.stack([(columns * middles).sum(axis=1), (rows * middles).sum(axis=1)], axis=1)
    centres: NDArray[np.float64] = moments / columns.sum(axis=1)[:, np.newaxis]
    return centres
