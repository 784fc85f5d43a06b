"""The Optimizers page: optimizers side by side on a surface, and the update rule of one of them at a step."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSlider, QVBoxLayout, QWidget

from digitpad.copying.numbers import exact, show
from digitpad.errors import DigitpadError
from digitpad.gui.lab.optimizer_settings import OptimizerSettings
from digitpad.gui.lab.page import LabPage
from digitpad.gui.lab.path_plot import COLOURS, PathPlot
from digitpad.gui.lab.quiz import Quiz
from digitpad.gui.lab.steps_table import StepsTable
from digitpad.gui.lab.text_table import TextTable
from digitpad.gui.widgets.cards import card, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.fields import CheckBox, ComboBox, IntField
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.matrices import parse_vector
from digitpad.lab.numbers import parse_number
from digitpad.lab.optimizer_titles import TITLES
from digitpad.lab.optimizers import OPTIMIZERS, Path, follow
from digitpad.lab.surfaces import SURFACES, Point
from digitpad.lab.update_rules import update_steps
from digitpad.lab.worked import Solution, copy_as
from digitpad.translation import gettext as _

_WALK_MS = 120
_MOST_STEPS = 1000


class OptimizersPage(LabPage):
    """Compare optimizers on a function of two parameters.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("labOptimizers")
        self._filling = False
        self._paths: dict[str, Path] = {}
        self.alert = InlineAlert("labOptimizersAlert", self)
        self.surface = ComboBox(theme, "labSurface", self.tr("Function"), self.tr("The function to be minimized"), self)
        self.surface.offer({name: _(surface.title) for name, surface in SURFACES.items()})
        self.surface.setMinimumContentsLength(28)
        self.boxes = {
            name: CheckBox(theme, f"labOptimizer{name.title()}", TITLES[name], self.tr("Show this optimizer"), self)
            for name in OPTIMIZERS
        }
        self.rate, self.start = QLineEdit(self), QLineEdit(self)
        self._dress(self.rate, "labRate", self.tr("Learning rate"), self.tr("Empty: one that suits the function"))
        self._dress(self.start, "labStart", self.tr("Start"), self.tr("x and y; empty: set by the function"))
        self.count = IntField("labStepCount", self.tr("Steps"), self.tr("Number of steps"), 1, _MOST_STEPS, self)
        self.count.setValue(50)
        self.settings = OptimizerSettings(theme, self)
        self.plot = PathPlot(theme, self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("labStepSlider")
        self.slider.setAccessibleName(self.tr("Step"))
        self.slider.setToolTip(self.tr("The step that is shown"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.walk = QPushButton(self.tr("Walk"), self)
        self.walk.setObjectName("labOptimizerWalk")
        self.walk.setAccessibleName(self.tr("Walk"))
        self.walk.setToolTip(self.tr("Go from step to step"))
        self.walk.setCheckable(True)
        self.walk.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.table = TextTable(
            "labPathTable", self.tr("Optimizers"), self.tr("Choose one to see its update rule"), self
        )
        self.rule_title = title("", self)
        self.rule = StepsTable(
            "labRule", self.tr("Update rule"), self.tr("The rule with the numbers of this step"), self
        )
        self.copy = CopyMenu("labPathCopy", self)
        self.quiz = Quiz("labPath", self)
        self._timer = QTimer(self)
        self._timer.setInterval(_WALK_MS)
        self._timer.timeout.connect(self._next)
        self._lay_out()
        self._connect()
        for name in ("sgd", "momentum", "adam"):
            self.boxes[name].setChecked(True)
        self._read()

    @property
    def paths(self) -> dict[str, Path]:
        """The paths that are shown, by the names of their optimizers."""
        return self._paths

    @property
    def shown(self) -> tuple[Solution, int] | None:
        """The path that is chosen in the table, and the decimals of its numbers; None if no optimizer is."""
        paths, row = list(self._paths.values()), max(self.table.currentIndex().row(), 0)
        return (paths[row], 6) if row < len(paths) else None

    def load(self, solution: Solution, digits: int) -> None:
        """Show a path, and fill the fields with its settings."""
        if not isinstance(solution, Path):
            raise TypeError(f"load: the solution is {solution!r}; expected a path")
        self._filling = True
        self.surface.choose(solution.surface.name)
        for name, box in self.boxes.items():
            box.setChecked(name == solution.recipe.name)
        start = solution.moments[0].point
        self.start.setText("" if start == solution.surface.start else ", ".join(exact(value) for value in start))
        self.rate.setText(exact(solution.learning_rate))
        self.settings.fill(solution)
        self.count.setValue(len(solution.moments) - 1)
        self._filling = False
        self._read()

    @Slot()
    def _read(self) -> None:
        """Follow the optimizers that are checked; if a field cannot be read, say why, and leave everything as it is."""
        if self._filling:
            return
        surface = SURFACES[self.surface.chosen]
        try:
            start = self._start()
            text = self.rate.text().strip()
            rate = parse_number(text) if text else None
            paths = {
                name: follow(surface, self.settings.recipe(name, rate), self.count.value(), start)
                for name, box in self.boxes.items()
                if box.isChecked()
            }
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        self.alert.clear()
        self._paths = paths
        most = max((len(path.moments) - 1 for path in paths.values()), default=0)
        self.slider.setRange(0, most)
        self.slider.setValue(most)
        self._show()
        self.quiz.button.setEnabled(bool(paths))
        if paths:
            self.quiz.offer(next(iter(paths.values())), 6)
            self.solved.emit(next(iter(paths.values())), 6)

    def _start(self) -> Point | None:
        text = self.start.text().strip()
        if not text:
            return None
        numbers = parse_vector(text)
        if len(numbers) != 2:
            raise DigitpadError(self.tr("The start takes two numbers, x and y, such as 1, 2."))
        return float(numbers[0]), float(numbers[1])

    @Slot()
    def _show(self) -> None:
        """Show the step of the slider."""
        step = self.slider.value()
        colours = dict(zip(OPTIMIZERS, (QColor(colour) for colour in COLOURS), strict=True))
        shown = [(path, colours[name]) for name, path in self._paths.items()]
        self.plot.show_paths(SURFACES[self.surface.chosen], shown, step)
        rows = []
        for name, path in self._paths.items():
            moment = path.moments[min(step, len(path.moments) - 1)]
            numbers = (path.learning_rate, *moment.point, moment.value)
            rows.append(
                (TITLES[name], *(show(number, 6) for number in numbers), self.tr("diverged") if path.diverged else "")
            )
        header = (self.tr("optimizer"), self.tr("learning rate"), "x", "y", "f(x, y)", "")
        self.table.show_rows(header, rows)
        self._show_rule(max(self.table.currentIndex().row(), 0))

    @Slot(int)
    def _show_rule(self, row: int) -> None:
        """Show the update rule of an optimizer at the step of the slider."""
        paths = list(self._paths.values())
        if row >= len(paths):
            self.rule_title.setText("")
            self.rule.show_steps((), 6)
            return
        path = paths[row]
        number = min(max(self.slider.value(), 1), len(path.moments) - 1)
        text = self.tr("{name}, step {number}").format(name=TITLES[path.recipe.name], number=number)
        self.rule_title.setText(text)
        steps = () if number < 1 else (*update_steps(path, number, 0), *update_steps(path, number, 1))
        self.rule.show_steps(steps, 6)
        self.copy.offer(partial(copy_as, path, digits=6))

    @Slot()
    def _next(self) -> None:
        """Go to the next step, and from the last to the first."""
        value = self.slider.value() + 1
        self.slider.setValue(0 if value > self.slider.maximum() else value)

    @Slot(bool)
    def _set_walking(self, on: bool) -> None:
        if on:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot(bool)
    def _cover(self, on: bool) -> None:
        for widget in (self.table, self.rule_title, self.rule):
            widget.setVisible(not on)

    def _dress(self, line: QLineEdit, name: str, spoken: str, tip: str) -> None:
        line.setObjectName(name)
        line.setAccessibleName(spoken)
        line.setToolTip(tip)
        line.setFixedSize(12 * SPACE, 4 * SPACE)

    def _connect(self) -> None:
        self.surface.currentIndexChanged.connect(self._read)
        for box in self.boxes.values():
            box.toggled.connect(self._read)
        for line in (self.rate, self.start):
            line.editingFinished.connect(self._read)
        self.settings.changed.connect(self._read)
        self.count.valueChanged.connect(self._read)
        self.slider.valueChanged.connect(self._show)
        self.table.chosen.connect(self._show_rule)
        self.walk.toggled.connect(self._set_walking)
        self.copy.message.connect(self.message)
        self.quiz.covered.connect(self._cover)

    def _lay_out(self) -> None:
        top, left, right = (card(name, self) for name in ("labOptimizerCard", "labPathCard", "labRuleCard"))
        fields = FlowLayout()
        fields.setSpacing(SPACE)
        for text, field in (
            ("", self.surface),
            *(("", box) for box in self.boxes.values()),
            (self.tr("Learning rate"), self.rate),
            ("", self.settings),
            (self.tr("Start"), self.start),
            (self.tr("Steps"), self.count),
        ):
            group = QWidget(top)
            inner = FlowLayout(group)
            inner.setSpacing(SPACE // 2)
            if text:
                inner.addWidget(QLabel(text, group))
            field.setParent(group)
            inner.addWidget(field)
            fields.addWidget(group)
        play, buttons = QHBoxLayout(), QHBoxLayout()
        for button in (self.quiz.button, self.copy):
            buttons.addWidget(button)
        buttons.addStretch(1)
        play.setSpacing(SPACE)
        play.addWidget(self.walk)
        play.addWidget(self.slider, 1)
        for frame, parts in (
            (top, (fields, self.alert)),
            (left, (self.plot, play)),
            (right, (self.table, self.rule_title, self.rule, self.quiz, buttons)),
        ):
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
            inside.setSpacing(SPACE)
            for part in parts:
                if isinstance(part, QWidget):
                    inside.addWidget(part, 1 if part in {self.plot, self.table, self.rule} else 0)
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
