"""The Losses page: every loss that fits, class by class and step by step, and as a curve over one logit."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from digitpad.copying.numbers import show
from digitpad.errors import DigitpadError
from digitpad.gui.lab.curve_plot import CurvePlot
from digitpad.gui.lab.loss_fields import LossFields
from digitpad.gui.lab.page import LabPage
from digitpad.gui.lab.quiz import Quiz
from digitpad.gui.lab.steps_table import StepsTable
from digitpad.gui.lab.text_table import TextTable
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.lab.documents import class_table
from digitpad.lab.examples import example
from digitpad.lab.loss_steps import gradient_steps, loss_steps
from digitpad.lab.losses import TITLES, LossSolution, loss_curve, solve
from digitpad.lab.worked import Solution, copy_as
from digitpad.translation import gettext as _

_SPAN = 4.0
"""How far the curve reaches to each side of the logit, rounded to whole numbers."""


class LossesPage(LabPage):
    """Type logits or probabilities and targets, and follow every loss.

    Parameters
    ----------
    theme
        The colours.
    """

    opens = True

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("labLosses")
        self._digits = 4
        self.fields = LossFields(self)
        self.alert = InlineAlert("labLossesAlert", self)
        self.names = ComboBox(theme, "labLossName", self.tr("Loss"), self.tr("The losses that fit"), self)
        self.names.setMinimumContentsLength(24)
        self.value = QLabel(self)
        self.value.setProperty("warm", "true")
        self.value.setFont(text_font(self.font(), bold=True))
        self.classes = TextTable(
            "labClasses", self.tr("Classes"), self.tr("A row for each class; choose one to plot"), self
        )
        self.steps = StepsTable("labLossSteps", self.tr("Step by step"), self.tr("As a program computes it"), self)
        self.note = muted("", self)
        self.note.setObjectName("labLossNote")
        self.copy = CopyMenu("labLossCopy", self)
        self.quiz = Quiz("labLoss", self)
        self.curve_title = title("", self)
        self.curve_title.setWordWrap(True)
        self.curve = CurvePlot(
            theme,
            "labLossCurve",
            self.tr("Loss over one value"),
            self.tr("Drag the point, or use the arrow keys"),
            self,
        )
        found = example("model-a").solve()
        if not isinstance(found, LossSolution):
            raise TypeError(f"LossesPage: the example is {found!r}; expected losses")
        self._solution = found
        self._lay_out()
        self.fields.changed.connect(self._read)
        self.fields.refused.connect(self.alert.say)
        self.names.currentIndexChanged.connect(self._show_loss)
        self.classes.chosen.connect(self._show_curve)
        self.curve.moved.connect(self._move)
        self.copy.message.connect(self.message)
        self.quiz.covered.connect(self._cover)
        self.load(found, 4)

    @property
    def solution(self) -> LossSolution:
        """The solution that is shown."""
        return self._solution

    @property
    def shown(self) -> tuple[Solution, int]:
        """The solution that is shown, and the decimals of its numbers."""
        return self._solution, self._digits

    def load(self, solution: Solution, digits: int) -> None:
        """Show a solution, and fill the fields with its problem."""
        if not isinstance(solution, LossSolution):
            raise TypeError(f"load: the solution is {solution!r}; expected losses")
        self._digits = digits
        self.fields.fill(solution.problem)
        self._show(solution)
        # The row of the target is the one to look at first.
        self.classes.choose(int(np.argmax(solution.problem.rows[0])))

    def open_text(self, text: str) -> None:
        """Take the numbers in a text for the values."""
        self.fields.take_values(text)

    @Slot()
    def _read(self) -> None:
        """Solve what the fields say; if they cannot be read, say why, and leave everything as it is."""
        try:
            solution = solve(self.fields.problem())
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        self._show(solution)

    def _show(self, solution: LossSolution) -> None:
        self._solution = solution
        self.alert.clear()
        chosen = self.names.chosen
        self.names.blockSignals(True)
        self.names.offer({name: _(TITLES[name]) for name in solution.losses})
        self.names.choose(chosen)
        self.names.blockSignals(False)
        self.note.setText(" ".join(solution.notes))
        self.note.setVisible(bool(solution.notes))
        self.copy.offer(partial(copy_as, solution, digits=self._digits))
        self.quiz.offer(solution, self._digits)
        self._show_loss()
        self.solved.emit(solution, self._digits)

    @Slot()
    def _show_loss(self) -> None:
        """Show the loss that is chosen."""
        name = self.names.chosen
        if name not in self._solution.losses:
            return
        solution = self._solution
        self.value.setText(f"= {show(solution.losses[name].value, self._digits)}")
        header: tuple[str, ...] = ()
        rows: list[tuple[str, ...]] = []
        bold = []
        several = len(solution.problem.values) > 1
        for sample, targets in enumerate(solution.problem.rows):
            table = class_table(solution, name, sample, self._digits)
            header = table.header
            for index, row in enumerate(table.rows):
                if targets[index]:
                    bold.append(len(rows))
                rows.append((f"{sample}, {row[0]}", *row[1:]) if several else row)
        self.classes.show_rows(header, rows, bold=bold)
        found = loss_steps(solution, name, self._digits)
        gradient = gradient_steps(solution, name, self._digits)
        self.steps.show_steps((*found, *gradient), self._digits, len(found) - 1)
        self._show_curve(max(self.classes.currentIndex().row(), 0))

    @Slot(int)
    def _show_curve(self, row: int) -> None:
        """Plot the loss over the value of a row."""
        solution, name = self._solution, self.names.chosen
        place = divmod(min(row, solution.problem.values.size - 1), solution.problem.values.shape[1])
        result = solution.losses[name]
        base = solution.logits if result.along == "logits" else solution.problem.values
        value = float(base[place])
        low, high = math.floor(value - _SPAN + 0.5), math.ceil(value + _SPAN - 0.5)
        span = (0.001, 0.999) if result.along == "probabilities" else (float(low), float(high))
        places, costs = loss_curve(solution, name, place[0], place[1], span)
        text = self.tr("Loss over the value of class {index}: {loss} at {value}, slope {slope}")
        numbers = {"loss": result.value, "value": value, "slope": float(result.gradient[place])}
        shown = {key: show(number, self._digits) for key, number in numbers.items()}
        self.curve_title.setText(text.format(index=place[1], **shown))
        self.curve.show_curve(places, costs, (value, result.value), float(result.gradient[place]))

    @Slot(float)
    def _move(self, value: float) -> None:
        """Take the value to which the point of the curve was moved."""
        problem = self._solution.problem
        place = divmod(max(self.classes.currentIndex().row(), 0), problem.values.shape[1])
        values = problem.values.copy()
        along = self._solution.losses[self.names.chosen].along
        values[place] = np.exp(value) if problem.given == "probabilities" and along == "logits" else value
        changed = replace(problem, values=values)
        try:
            solution = solve(changed)
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        self.fields.write_values(changed)
        self._show(solution)

    @Slot(bool)
    def _cover(self, on: bool) -> None:
        for widget in (self.classes, self.steps, self.value, self.curve, self.curve_title):
            widget.setVisible(not on)
        self.note.setVisible(not on and bool(self._solution.notes))

    def _lay_out(self) -> None:
        top, left, right = (card(name, self) for name in ("labLossCard", "labLossStepsCard", "labLossCurveCard"))
        chosen, buttons = QHBoxLayout(), QHBoxLayout()
        for button in (self.quiz.button, self.copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        chosen.addWidget(self.names)
        chosen.addStretch(1)
        chosen.addWidget(self.value)
        for frame, parts in (
            (top, (self.fields, self.alert, chosen, self.classes)),
            (left, (title(self.tr("Step by step"), left), self.steps, self.note, self.quiz, buttons)),
            (right, (self.curve_title, self.curve)),
        ):
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
            inside.setSpacing(SPACE)
            for part in parts:
                if isinstance(part, QWidget):
                    inside.addWidget(part, 1 if part in (self.steps, self.curve, self.classes) else 0)
                else:
                    inside.addLayout(part)
        below = QHBoxLayout()
        below.setSpacing(SPACE)
        below.addWidget(left, 1)
        below.addWidget(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(top)
        column.addLayout(below, 1)
