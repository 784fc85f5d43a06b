"""Accuracy over cost: each trial is a point, and a line joins those that no other trial beats in both."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.gui.training.sweeps.axes import Axis, axis_of
from digitpad.gui.training.sweeps.chart import NEAR, TrialChart, accuracy_of, note_height
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.sweeps.record import SweepInfo, Trial

_RADIUS = 4.5  # pixels at 100 % text size: of a point


class CostChart(TrialChart):
    """Shows what accuracy costs: training time, parameters or epochs."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "costChart", "", parent)
        self.setAccessibleName(self.tr("Accuracy over cost"))
        self._cost = "seconds"
        self._across = self._up = Axis("")

    def choose(self, cost: str) -> None:
        """Show another cost: `seconds`, `parameters` or `epochs`."""
        self._cost = cost
        self.show_sweep(self._info)

    def show_sweep(self, info: SweepInfo | None) -> None:
        """Show the trials of a sweep."""
        super().show_sweep(info)
        if self.trials:
            title = {
                "seconds": self.tr("Training time in seconds"),
                "parameters": self.tr("Parameters"),
                "epochs": self.tr("Epochs"),
            }[self._cost]
            self._across = axis_of(title, [self._costs(trial) for trial in self.trials])
            self._up = axis_of(self.tr("Accuracy"), [accuracy_of(trial) for trial in self.trials], text="lin:")

    def point_of(self, trial: Trial) -> QPointF:
        """Return where a trial is painted."""
        room = self._room(QRectF(self.rect()))
        across, up = self._across.place(self._costs(trial)), self._up.place(accuracy_of(trial))
        return QPointF(room.left() + (across or 0.0) * room.width(), room.bottom() - (up or 0.0) * room.height())

    def trial_at(self, at: QPointF) -> int:
        """Return the number of the nearest trial; 0 if none is near."""
        points = {trial.number: self.point_of(trial) - at for trial in self.trials}
        number = min(points, key=lambda each: QPointF.dotProduct(points[each], points[each]))
        return number if QPointF.dotProduct(points[number], points[number]) <= px(NEAR) ** 2 else 0

    def front(self) -> Sequence[Trial]:
        """Return the trials that no other one beats in both, in order of their cost."""
        best, front = -1.0, []
        for trial in sorted(self.trials, key=lambda each: (self._costs(each), -accuracy_of(each))):
            if accuracy_of(trial) > best:
                best = accuracy_of(trial)
                front.append(trial)
        return front

    def paint_chart(self, painter: QPainter, room: QRectF) -> None:
        """Paint the axes, the line and the points."""
        inner = self._room(room)
        self._paint_axes(painter, room, inner)
        painter.setPen(QPen(self._theme.colour("accent", 0.6), px(14) / 10, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF([self.point_of(trial) for trial in self.front()]))
        for trial in self.in_front():
            marked = self.is_marked(trial)
            painter.setPen(QPen(self._theme.colour("text"), px(2)) if marked else QPen(Qt.PenStyle.NoPen))
            painter.setBrush(self.colour(trial, 1.0 if marked else 0.8))
            radius = px(10 * _RADIUS) / 10 * (1.4 if marked else 1.0)
            painter.drawEllipse(self.point_of(trial), radius, radius)

    def _paint_axes(self, painter: QPainter, room: QRectF, inner: QRectF) -> None:
        painter.setFont(text_font(self.font(), scale=0.85))
        metrics = painter.fontMetrics()
        line, muted = QPen(self._theme.colour("line"), 1), self._theme.colour("muted")
        for place, _text in self._up.labels:
            y = inner.bottom() - place * inner.height()
            painter.setPen(line)
            painter.drawLine(QLineF(inner.left(), y, inner.right(), y))
            painter.setPen(muted)
            shown = percent(self._up.low + place * (self._up.high - self._up.low))
            box = QRectF(
                room.left(), y - metrics.height() / 2, inner.left() - room.left() - px(SPACE), metrics.height()
            )
            painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
        for place, text in self._across.labels:
            x = inner.left() + place * inner.width()
            own = metrics.horizontalAdvance(text) + 4
            left = min(max(x - own / 2, room.left()), room.right() - own)
            box = QRectF(left, inner.bottom() + px(SPACE // 2), own, metrics.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
        below = QRectF(
            inner.left(), inner.bottom() + px(SPACE // 2) + metrics.height(), inner.width(), metrics.height()
        )
        painter.setPen(self._theme.colour("text"))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), self._across.title)

    def _costs(self, trial: Trial) -> float:
        return float(getattr(trial, self._cost))

    def _room(self, room: QRectF) -> QRectF:
        return room.adjusted(px(8 * SPACE), px(2 * SPACE), -px(2 * SPACE), -px(5 * SPACE) - note_height())
