"""The life of an answer as stacked areas: the probability of every class, step by step."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.evaluation.film.answers import AnswerLife, first_readings
from digitpad.gui.replay.film_chart import FilmChart
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, text_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SECOND = {False: "#3f6fb5", True: "#5b8bd0"}  # by whether the colours are dark
_NEAR = 10.0  # pixels from the beginning of a reading that are about it
_LABELLED = 0.25  # share of the height that an area needs somewhere to have its label


class AnswerChart(FilmChart):
    """Shows an `AnswerLife`. The answer of the last frame is at the bottom, in accent."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "answerChart", parent)
        self.setAccessibleName(self.tr("The life of this answer"))
        self.setToolTip(self.tr("The probability of every class for your drawing; click to go to a step"))
        self._life: AnswerLife | None = None
        self._order: list[int] = []
        self._tops: NDArray[np.float64] = np.zeros((0, 0))

    @property
    def life(self) -> AnswerLife | None:
        """What is shown."""
        return self._life

    def show_life(self, life: AnswerLife | None) -> None:
        """Show the life of another answer; None for no drawing."""
        self._life = life
        self._order, self._tops = [], np.zeros((0, 0))
        if life is not None:
            shares = life.probabilities.astype(np.float64)
            last = int(life.readings[-1])
            # The most probable classes are lowest, so that the others are thin layers at the top.
            others = sorted(
                (index for index in range(len(life.labels)) if index != last), key=lambda i: -shares[:, i].sum()
            )
            self._order = [last, *others]
            self._tops = np.cumsum(shares[:, self._order], axis=1)
            story = "; ".join(
                self.tr("{label} from step {step:,}").format(label=label, step=step)
                for label, step in first_readings(life)
            )
            self.setAccessibleDescription(story)
        self.forget()

    def paint_shares(self, painter: QPainter, plot: QRectF) -> None:
        """Paint the areas and their labels."""
        if self._life is None:
            painter.fillRect(plot, self._theme.colour("field"))
            return
        steps = self._life.steps.tolist()
        xs = [self._x_of(step) for step in steps]
        below = [plot.bottom()] * len(xs)
        for place, _index in enumerate(self._order):
            above = (plot.bottom() - np.minimum(self._tops[:, place], 1.0) * plot.height()).tolist()
            points = [QPointF(x, y) for x, y in zip(xs, above, strict=True)]
            points += [QPointF(x, y) for x, y in zip(reversed(xs), reversed(below), strict=True)]
            painter.setPen(QPen(self._theme.colour("surface"), 1))
            painter.setBrush(self._fill(place))
            painter.drawPolygon(QPolygonF(points))
            below = above
        for place in range(len(self._order)):
            self._paint_label(painter, plot, place)

    def words_at(self, point: QPointF) -> str:
        """Return when a reading began, near its beginning; elsewhere the step and the class below the pointer."""
        life, place = self._life, self._place_at(point)
        if life is None or place is None:
            return ""
        began = self._change_near(point)
        if began is not None:
            label = life.labels[int(life.readings[int(np.searchsorted(life.steps, began))])]
            if life.first_read_as(label) == began:
                return life.in_words(label)
            return self.tr("read as {label} again at step {step:,}").format(label=label, step=began)
        index = self._order[place]
        step = self._frame_step(point)
        share = sureness(float(life.at(step)[index]))
        return self.tr("step {step:,}: {label} {share}").format(step=step, label=life.labels[index], share=share)

    def event_near(self, point: QPointF) -> int | None:
        """Return the step near a place at which the reading changed, or that of the nearest frame."""
        if self._life is None:
            return None
        began = self._change_near(point)
        return self._frame_step(point) if began is None else began

    def _change_near(self, point: QPointF) -> int | None:
        if self._life is None:
            return None
        begins = [step for _label, step in first_readings(self._life)]
        near = [step for step in begins if abs(self._x_of(step) - point.x()) <= px(_NEAR)]
        return min(near, key=lambda step: abs(self._x_of(step) - point.x()), default=None)

    def _frame_step(self, point: QPointF) -> int:
        if self._life is None:
            return 0
        steps = self._life.steps
        return int(steps[int(np.abs(steps - self._step_at(point.x())).argmin())])

    def _place_at(self, point: QPointF) -> int | None:
        """Return the place in the stack of the area at a point."""
        if self._life is None:
            return None
        plot = self._plot
        row = self._tops[int(np.searchsorted(self._life.steps, self._frame_step(point)))]
        share = (plot.bottom() - point.y()) / plot.height()
        return min(int(np.searchsorted(row, share)), len(self._order) - 1)

    def _fill(self, place: int) -> QColor:
        """Return the colour of a place in the stack: accent, blue, then two greys in turns."""
        if place == 0:
            return self._theme.colour("accent")
        dark = self._theme.colour("window").lightnessF() < 0.5
        if place == 1:
            return QColor(_SECOND[dark])
        return self._theme.colour("bar", 0.75 if place % 2 else 0.55)

    def _paint_label(self, painter: QPainter, plot: QRectF, place: int) -> None:
        """Paint the name of a class where its area is highest, if that is high enough for a letter."""
        if self._life is None:
            return
        lower = self._tops[:, place - 1] if place else np.zeros(len(self._tops))
        heights = self._tops[:, place] - lower
        # Not at the very ends, where a label would have no room.
        xs = np.array([self._x_of(step) for step in self._life.steps.tolist()])
        inner = np.flatnonzero((xs > plot.left() + px(12)) & (xs < plot.right() - px(12)))
        if not len(inner):
            return
        best = int(inner[heights[inner].argmax()])
        if heights[best] < _LABELLED:
            return
        middle = plot.bottom() - (lower[best] + heights[best] / 2) * plot.height()
        painter.save()
        painter.setFont(text_font(self.font(), bold=True))
        dark = self._theme.colour("window").lightnessF() < 0.5
        painter.setPen(
            self._theme.colour("on_accent") if place == 0 else QColor("#ffffff" if place == 1 or dark else "#1c222b")
        )
        box = QRectF(xs[best] - px(40), middle - px(10), px(80), px(20))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._life.labels[self._order[place]])
        painter.restore()
