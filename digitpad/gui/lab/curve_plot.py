"""A loss over one of its values: the curve, the point on it, and the tangent there, whose slope is the gradient."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.copying.numbers import show
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme

Numbers = NDArray[np.float64]
_KEY_STEP = 0.1


class CurvePlot(QWidget):
    """A curve with a point that can be moved.

    Parameters
    ----------
    theme
        The colours.
    name, spoken, tip
        Its objectName, accessible name and tooltip.

    Signals
    -------
    moved
        The value to which the point was dragged, or moved with the arrow keys.
    """

    moved = Signal(float)

    def __init__(self, theme: Theme, name: str, spoken: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: Numbers = np.zeros(0)
        self._costs: Numbers = np.zeros(0)
        self._point = (0.0, 0.0)
        self._slope = 0.0
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def show_curve(self, places: Numbers, costs: Numbers, point: tuple[float, float], slope: float) -> None:
        """Show a curve, float64 (count,) each, with a point on it and the slope there."""
        self._places, self._costs, self._point, self._slope = places, costs, point, slope
        text = self.tr("{loss} at {value}, slope {slope}")
        self.setAccessibleDescription(text.format(loss=show(point[1]), value=show(point[0]), slope=show(slope)))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a curve."""
        return QSize(px(44 * SPACE), px(30 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a small one."""
        return QSize(px(30 * SPACE), px(20 * SPACE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the point."""
        self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the point while it is dragged."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point with the arrow keys."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not steps or not self._places.size:
            super().keyPressEvent(event)
            return
        self.moved.emit(round(self._point[0] + steps * _KEY_STEP, 9))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint axes, curve, tangent and point."""
        if not self._places.size:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(QPen(self._theme.colour("line"), 1))
        for value in self._ticks():
            left, right = self._at(self._places[0], value), self._at(self._places[-1], value)
            painter.drawLine(left, right)
        painter.setPen(self._theme.colour("muted"))
        for value in self._ticks():
            spot = self._at(self._places[0], value)
            box = QRectF(0, spot.y() - px(10), area.left() - px(6), px(20))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, show(value, 2))
        for place in (float(self._places[0]), float(self._places[-1])):
            spot = self._at(place, 0)
            box = QRectF(spot.x() - px(30), area.bottom() + px(4), px(60), px(20))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, show(place, 2))
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        painter.setPen(QPen(self._theme.colour("accent"), px(2)))
        painter.drawPolyline(QPolygonF([self._at(x, y) for x, y in zip(self._places, self._costs, strict=True)]))
        self._paint_point(painter)
        painter.end()

    def _paint_point(self, painter: QPainter) -> None:
        x, y = self._point
        reach = (float(self._places[-1]) - float(self._places[0])) / 6
        warm = QPen(self._theme.colour("warm"), px(2))
        warm.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(warm)
        painter.drawLine(self._at(x - reach, y - reach * self._slope), self._at(x + reach, y + reach * self._slope))
        painter.setBrush(self._theme.colour("warm"))
        painter.setPen(QPen(self._theme.colour("text" if self.hasFocus() else "warm"), 1))
        painter.drawEllipse(self._at(x, y), px(5), px(5))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(px(48), px(10), -px(32), -px(28))

    def _top(self) -> float:
        return max(float(self._costs.max()), self._point[1]) * 1.05 or 1.0

    def _ticks(self) -> list[float]:
        """Return round values of the loss, from 0."""
        rough = self._top() / 5
        power = 10.0 ** np.floor(np.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        return [float(step * k) for k in range(int(self._top() / step) + 1)]

    def _at(self, place: float, cost: float) -> QPointF:
        area = self._area()
        across = (place - float(self._places[0])) / (float(self._places[-1]) - float(self._places[0]))
        return QPointF(area.left() + across * area.width(), area.bottom() - cost / self._top() * area.height())

    def _move_to(self, x: float) -> None:
        if not self._places.size:
            return
        area = self._area()
        share = min(max((x - area.left()) / area.width(), 0.0), 1.0)
        first, last = float(self._places[0]), float(self._places[-1])
        self.moved.emit(round(first + share * (last - first), 3))
