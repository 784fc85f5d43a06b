"""What was learned when: the accuracy of every class over the frames of a run, as lines."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.evaluation.film.classes import LEARNED, ClassAccuracies
from digitpad.gui.replay.film_chart import FilmChart
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme

_NEAR = 12.0  # pixels from a line that are about it


class ClassesChart(FilmChart):
    """Shows `ClassAccuracies`: all classes as thin lines, the last one learned in accent, or the one pointed at."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "classesChart", parent)
        self.setAccessibleName(self.tr("What was learned when"))
        self.setToolTip(self.tr("The accuracy of every class on validation images; click to go to a step"))
        self._classes: ClassAccuracies | None = None
        self._latest: int | None = None

    @property
    def classes(self) -> ClassAccuracies | None:
        """What is shown."""
        return self._classes

    def show_classes(self, classes: ClassAccuracies | None) -> None:
        """Show other accuracies; None before the first."""
        self._classes = classes
        self._latest = None
        if classes is not None:
            learned = classes.learned()
            steps = [learned[label] for label in classes.labels]
            known = [-1.0 if step is None else float(step) for step in steps]
            missing = [place for place, step in enumerate(steps) if step is None]
            self._latest = missing[0] if missing else int(np.argmax(known))
            self.setAccessibleDescription(classes.in_words())
        self.forget()

    def paint_shares(self, painter: QPainter, plot: QRectF) -> None:
        """Paint the line at which a class counts as learned, and the accuracies."""
        painter.fillRect(plot, self._theme.colour("field"))
        if self._classes is None:
            return
        level = plot.bottom() - LEARNED * plot.height()
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(QPointF(plot.left(), level), QPointF(plot.right(), level))
        chosen = self._latest if self._pointer is None else self._class_at(self._pointer)
        places = [place for place in range(len(self._classes.labels)) if place != chosen]
        painter.save()
        painter.setClipRect(plot)
        for place in places:
            self._paint_line_of(painter, plot, place, accent=False)
        if chosen is not None:
            self._paint_line_of(painter, plot, chosen, accent=True)
        painter.restore()
        if chosen is not None:
            self._paint_name(painter, plot, chosen)

    def words_at(self, point: QPointF) -> str:
        """Return the accuracy of the class nearest to a place."""
        place = self._class_at(point)
        if self._classes is None or place is None:
            return ""
        row = int(np.searchsorted(self._classes.steps, self._frame_step(point)))
        text = self.tr("step {step:,}: {label} {share}")
        return text.format(
            step=int(self._classes.steps[row]),
            label=self._classes.labels[place],
            share=percent(float(self._classes.accuracies[row, place])),
        )

    def event_near(self, point: QPointF) -> int | None:
        """Return the step of the frame near a place."""
        return None if self._classes is None else self._frame_step(point)

    def _frame_step(self, point: QPointF) -> int:
        if self._classes is None:
            return 0
        steps = self._classes.steps
        return int(steps[int(np.abs(steps - self._step_at(point.x())).argmin())])

    def _class_at(self, point: QPointF) -> int | None:
        """Return the class whose line is nearest to a place; None if there is none."""
        if self._classes is None:
            return None
        plot = self._plot
        row = int(np.searchsorted(self._classes.steps, self._frame_step(point)))
        heights = plot.bottom() - self._classes.accuracies[row] * plot.height()
        return int(np.abs(heights - point.y()).argmin())

    def _paint_line_of(self, painter: QPainter, plot: QRectF, place: int, *, accent: bool) -> None:
        if self._classes is None:
            return
        shares = self._classes.accuracies[:, place].tolist()
        points = [
            QPointF(self._x_of(step), plot.bottom() - share * plot.height())
            for step, share in zip(self._classes.steps.tolist(), shares, strict=True)
        ]
        colour = self._theme.colour("accent") if accent else self._theme.colour("bar", 0.6)
        painter.setPen(QPen(colour, 2.0 if accent else 1.0))
        painter.drawPolyline(QPolygonF(points))

    def _paint_name(self, painter: QPainter, plot: QRectF, place: int) -> None:
        """Paint the name of the class in accent at the right, below its line."""
        if self._classes is None:
            return
        name = self._classes.labels[place]
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self._theme.colour("accent"))
        x = plot.right() - metrics.horizontalAdvance(name) - px(4)
        painter.drawText(QPointF(x, plot.bottom() - px(6)), name)
