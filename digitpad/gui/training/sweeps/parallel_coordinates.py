"""Parallel coordinates: each trial is a line through its settings to its accuracy."""

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.gui.training.sweeps.axes import Axis, axis_of
from digitpad.gui.training.sweeps.chart import NEAR, TrialChart, accuracy_of, note_height
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.sweeps.record import SweepInfo, Trial
from digitpad.sweeps.variables import display_name

_WIDEST = 88  # pixels at 100 % text size: of a label beside an axis


class ParallelCoordinates(TrialChart):
    """Shows the settings of all trials beside each other, and what became of them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "parallelCoordinates", "", parent)
        self.setAccessibleName(self.tr("Parallel coordinates"))
        self._axes: list[tuple[str, Axis]] = []

    def show_sweep(self, info: SweepInfo | None) -> None:
        """Show the trials of a sweep."""
        super().show_sweep(info)
        self._axes = []
        if info is None or not self.trials:
            return
        for name, text in info.space.items():
            values = [trial.values[name] for trial in self.trials if name in trial.values]
            if values:
                self._axes.append((name, axis_of(display_name(name), values, text=text)))
        self._axes.append(("", axis_of(self.tr("Accuracy"), [accuracy_of(trial) for trial in self.trials])))

    def line_of(self, trial: Trial) -> QPolygonF:
        """Return the line of a trial; it skips the settings that have no effect in it."""
        room, points = self._room(QRectF(self.rect())), []
        for number, (name, axis) in enumerate(self._axes):
            place = axis.place(trial.values.get(name) if name else accuracy_of(trial))
            if place is not None:
                points.append(QPointF(self._x(room, number), room.bottom() - place * room.height()))
        return QPolygonF(points)

    def trial_at(self, at: QPointF) -> int:
        """Return the number of the trial whose line is nearest; 0 if none is near."""
        distances = [(_distance(self.line_of(trial), at), -accuracy_of(trial), trial.number) for trial in self.trials]
        distance, _accuracy, number = min(distances)
        return number if distance <= px(NEAR) else 0

    def paint_chart(self, painter: QPainter, room: QRectF) -> None:
        """Paint the lines, and over them the axes with their labels."""
        inner = self._room(room)
        for trial in self.in_front():
            marked = self.is_marked(trial)
            painter.setPen(QPen(self.colour(trial, 1.0 if marked else 0.55), px(3) if marked else px(14) / 10))
            painter.drawPolyline(self.line_of(trial))
        small = text_font(self.font(), scale=0.85)
        for number, (name, axis) in enumerate(self._axes):
            x = self._x(inner, number)
            painter.setPen(QPen(self._theme.colour("bar"), 1))
            painter.drawLine(QLineF(x, inner.top(), x, inner.bottom()))
            painter.setFont(small)
            metrics = painter.fontMetrics()
            width = min(px(_WIDEST), self._spacing(inner) - px(SPACE // 2))
            last = number == len(self._axes) - 1
            for place, text in axis.labels:
                shown = percent(float(axis.low + place * (axis.high - axis.low))) if not name else text
                shown = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, round(width))
                own = metrics.horizontalAdvance(shown)
                y = inner.bottom() - place * inner.height()
                left = x - own - px(SPACE // 2) if last else x + px(SPACE // 2)
                box = QRectF(left - 2, y - metrics.height() / 2, own + 4, metrics.height())
                painter.fillRect(box, self._theme.colour("surface", 0.8))
                painter.setPen(self._theme.colour("muted"))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
            painter.setPen(self._theme.colour("text"))
            head = metrics.elidedText(axis.title, Qt.TextElideMode.ElideRight, round(self._spacing(inner)))
            own = metrics.horizontalAdvance(head)
            left = min(max(x - own / 2, room.left() + 2), room.right() - own - 2)
            painter.drawText(
                QRectF(left, inner.top() - px(3 * SPACE), own + 2, px(2 * SPACE)),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                head,
            )

    def _room(self, room: QRectF) -> QRectF:
        side = px(3 * SPACE)
        return room.adjusted(side, px(4 * SPACE), -side, -px(SPACE) - note_height())

    def _spacing(self, inner: QRectF) -> float:
        return inner.width() / max(1, len(self._axes) - 1)

    def _x(self, inner: QRectF, number: int) -> float:
        return inner.left() + number * self._spacing(inner)


def _distance(line: QPolygonF, at: QPointF) -> float:
    """Return how far a place is from a line, in pixels."""
    nearest = float("inf")
    points = [line.at(index) for index in range(line.count())]
    for first, second in pairwise(points):
        along, to = second - first, at - first
        length = QPointF.dotProduct(along, along)
        share = min(max(QPointF.dotProduct(to, along) / length, 0.0), 1.0) if length else 0.0
        gap = to - along * share
        nearest = min(nearest, QPointF.dotProduct(gap, gap) ** 0.5)
    return nearest
