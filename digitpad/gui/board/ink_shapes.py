"""The ink of participants as shapes to paint, made once for each drawing and not for each frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from digitpad.data.ink import Drawing, Stroke, smooth_stroke

_LINE = 0.035  # of the longer side of the canvas: a little more than on the canvas itself, for the last row
_MOST_POINTS = 400  # of a drawing: more would not be seen, and would take longer to paint than a frame
_DENSE = 0.025  # of the longer side of the canvas: the mean distance of points between which nobody sees corners
_CENTRE = 0.45  # the share of a canvas that is always visible


@dataclass(frozen=True, slots=True, eq=False)
class InkShape:
    """A drawing as curves in units of its canvas.

    Attributes
    ----------
    curves
        A curve for each stroke; a single point is a dot.
    view
        What is shown of the canvas: its centre, and all ink. It is still while the pen stays near the centre.
    width
        Width of the lines.
    """

    curves: tuple[QPolygonF, ...]
    view: QRectF
    width: float


def shape_of(drawing: Drawing) -> InkShape:
    """Return a drawing as curves.

    Parameters
    ----------
    drawing
        A drawing with finite points, not blank.
    """
    width = _LINE * drawing.long_side
    count = sum(len(stroke) for stroke in drawing.strokes)
    # A scribble has more points than can be painted in a frame; it needs no smooth curve either.
    smooth = [
        stroke if count > _MOST_POINTS or _is_dense(stroke, drawing.long_side) else smooth_stroke(stroke)
        for stroke in drawing.strokes
    ]
    every = -(-sum(len(stroke) for stroke in smooth) // _MOST_POINTS)
    curves = tuple(
        QPolygonF([QPointF(x, y) for x, y in _thinned(stroke[:, :2], every).tolist()])
        for stroke in smooth[:_MOST_POINTS]
    )
    low = np.min([stroke[:, :2].min(axis=0) for stroke in drawing.strokes], axis=0) - width
    high = np.max([stroke[:, :2].max(axis=0) for stroke in drawing.strokes], axis=0) + width
    side = _CENTRE * min(drawing.width, drawing.height)
    centre = QRectF((drawing.width - side) / 2, (drawing.height - side) / 2, side, side)
    ink = QRectF(QPointF(float(low[0]), float(low[1])), QPointF(float(high[0]), float(high[1])))
    return InkShape(curves, centre.united(ink), width)


def _is_dense(stroke: Stroke, long_side: float) -> bool:
    """Return whether a stroke looks smooth as it is, as those of phones do."""
    if len(stroke) < 2:
        return True
    length = np.hypot(*np.diff(stroke[:, :2], axis=0).T).sum()
    return bool(length <= _DENSE * long_side * (len(stroke) - 1))


def _thinned(points: NDArray[np.float32], every: int) -> NDArray[np.float32]:
    """Return every nth point, and the last one, where the pen is."""
    return points if every == 1 else np.concatenate([points[:-1:every], points[-1:]])


def paint_shape(painter: QPainter, shape: InkShape, area: QRectF, colour: QColor) -> None:
    """Paint a drawing as large as it fits into an area, in the middle.

    Parameters
    ----------
    painter
        The painter.
    shape
        The drawing.
    area
        The room for it.
    colour
        The colour of the ink.
    """
    painter.save()
    scale = min(area.width() / shape.view.width(), area.height() / shape.view.height())
    painter.translate(area.center())
    painter.scale(scale, scale)
    painter.translate(-shape.view.center())
    painter.setPen(QPen(colour, shape.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for curve in shape.curves:
        if curve.size() == 1:
            painter.drawPoint(curve.first())
        else:
            painter.drawPolyline(curve)
    painter.restore()
