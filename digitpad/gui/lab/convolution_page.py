"""The Convolution page: the matrices from left to right, and below them the arithmetic of the cell that is chosen."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.lab.cell_card import CellCard
from digitpad.gui.lab.convolution_settings import ConvolutionSettings
from digitpad.gui.lab.convolution_tables import EDITABLE, GRADIENT, INPUT, KERNEL, ConvolutionTables, arithmetic_of
from digitpad.gui.lab.grid_model import Cell, Numbers
from digitpad.gui.lab.image_menu import ImageMenu
from digitpad.gui.lab.page import LabPage
from digitpad.gui.widgets.cards import card, muted
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.convolution import CONV, ConvolutionSolution, side_steps, solve
from digitpad.lab.convolution_problem import ConvolutionProblem
from digitpad.lab.examples import exam_problem
from digitpad.lab.exercises import check, convolution_question
from digitpad.lab.kernels import PRESETS
from digitpad.lab.matrices import as_line, parse_channels, parse_kernels
from digitpad.lab.numbers import parse_number
from digitpad.lab.stage_references import stage_reference
from digitpad.lab.worked import Solution, copy_as

if TYPE_CHECKING:
    from digitpad.gui.workspace.workspace import Workspace

_WALK_MS = 700
_FALLBACK_KERNEL = "sobel-x"


class ConvolutionPage(LabPage):
    """Type or paste an input and a kernel, and follow every cell.

    Parameters
    ----------
    theme, workspace
        The colours; the drawing, which can be the input.
    """

    opens = True

    def __init__(self, theme: Theme, workspace: "Workspace", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("labConvolution")
        self._digits = 4
        self._problem = exam_problem("valid")
        self._solution = solve(self._problem)
        self._chosen: tuple[str, Cell] = (CONV, (0, 0, 0))
        self._covered: set[tuple[str, Cell]] = set()
        self._walk = QTimer(self)
        self._walk.setInterval(_WALK_MS)
        self._walk.timeout.connect(self._step)
        self.settings = ConvolutionSettings(theme, self)
        self.image = ImageMenu(workspace, self)
        self.settings.add(self.image)
        self.alert = InlineAlert("labConvolutionAlert", self)
        self.tables = ConvolutionTables(theme, self)
        self.cell = CellCard(theme, self)
        self._side = muted("", self)
        self._lay_out()
        self.settings.changed.connect(self._read)
        self.image.taken.connect(self.take_image)
        self.tables.edited.connect(self._read)
        self.tables.typed.connect(self._type)
        self.tables.pasted.connect(self._paste)
        self.tables.refused.connect(self.alert.say)
        self.tables.chosen.connect(self._choose)
        self.cell.step_wanted.connect(self._step)
        self.cell.walk_wanted.connect(self._set_walking)
        self.cell.cover_wanted.connect(self.cover)
        self.cell.copy.message.connect(self.message)
        self.cell.reference.message.connect(self.message)
        self.load(self._solution, 4)

    @property
    def solution(self) -> ConvolutionSolution:
        """The solution that is shown."""
        return self._solution

    @property
    def shown(self) -> tuple[Solution, int]:
        """The solution that is shown, and the decimals of its numbers."""
        return self._solution, self._digits

    def load(self, solution: Solution, digits: int) -> None:
        """Show a solution, and fill the fields with its problem."""
        if not isinstance(solution, ConvolutionSolution):
            raise TypeError(f"load: the solution is {solution!r}; expected a convolution")
        self._digits = digits
        self._problem = problem = solution.problem
        self._chosen = CONV, (0, 0, 0)
        self.cell.stop()
        self.settings.fill(problem)
        self.tables[INPUT].text = as_line(problem.image)
        self.tables[KERNEL].text = as_line(problem.kernels.reshape(-1, *problem.kernels.shape[2:]))
        self.tables[GRADIENT].text = "" if problem.gradient is None else as_line(problem.gradient)
        self._show(solution)

    def open_text(self, text: str) -> None:
        """Take the matrix in a text for the input."""
        self._take(INPUT, text)

    @Slot(object)
    def take_image(self, values: Numbers) -> None:
        """Take channels for the input; a kernel for another number of channels is replaced by a preset."""
        self.tables[INPUT].text = as_line(values)
        if len(values) != len(self._problem.image):
            self.tables[KERNEL].text = _FALLBACK_KERNEL
        self._read()

    @Slot(bool)
    def cover(self, on: bool) -> None:
        """Cover the results, to be typed, or show them again."""
        self._covered = set()
        if on:
            stages = self._solution.stages.items()
            self._covered = {(stage, index) for stage, maps in stages for index in _cells(maps)}
        self.cell.say(self.tr("Type each result into its cell.") if on else "")
        self._show(self._solution)

    # Reading the fields

    @Slot()
    def _read(self) -> None:
        """Solve what the fields say; if they cannot be read, say why, and leave everything as it is."""
        try:
            problem = self._typed_problem()
            solution = solve(problem)
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        self._problem = problem
        self.cell.stop()
        self._show(solution)

    def _typed_problem(self) -> ConvolutionProblem:
        """Return the problem that the fields describe.

        Raises
        ------
        DigitpadError
            If a field cannot be read; the message begins with its name.
        """
        image = self._parsed(INPUT, self.tr("Input"))
        text = self.tables[KERNEL].text
        problem = self.settings.applied_to(self._problem)
        if text in PRESETS:
            preset = PRESETS[text]
            kernels = preset.kernels(len(image))
            dilation = (preset.dilation, preset.dilation) if preset.dilation > 1 else problem.dilation
            problem = replace(problem, groups=preset.groups(len(image)), dilation=dilation, bias=None, gradient=None)
            self.tables[KERNEL].text = as_line(kernels.reshape(-1, *kernels.shape[2:]))
            backward = self.settings.backward
            self.settings.fill(problem, backward=backward)
        else:
            try:
                kernels = parse_kernels(text, len(image), problem.groups)
            except DigitpadError as error:
                raise DigitpadError(f"{self.tr('Kernel')}: {error}") from error
        problem = replace(problem, image=image, kernels=kernels, gradient=None)
        if not self.settings.backward:
            return problem
        shape = solve(problem).last.shape
        gradient = self._parsed(GRADIENT, self.tr("Gradient")) if self.tables[GRADIENT].text else np.ones(shape)
        if gradient.shape != shape:
            # The last stage has another size than before: begin again with ones.
            gradient = np.ones(shape)
            self.tables[GRADIENT].text = as_line(gradient)
        return replace(problem, gradient=gradient)

    def _parsed(self, key: str, name: str) -> Numbers:
        try:
            return parse_channels(self.tables[key].text)
        except DigitpadError as error:
            raise DigitpadError(f"{name}: {error}") from error

    @Slot(str, int, int, int, str)
    def _type(self, key: str, matrix: int, row: int, column: int, text: str) -> None:
        """Change one number of a matrix, or check the answer in a covered cell."""
        cell = (matrix, row, column)
        if key not in EDITABLE:
            self._answer(key, cell, text)
            return
        try:
            number = parse_number(text)
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        values = self.tables[key].table.grid.values.copy()
        values[cell] = number
        self.tables[key].text = as_line(values)
        self._read()

    @Slot(str)
    def _paste(self, key: str) -> None:
        """Take the matrix in the clipboard for a table."""
        if key in EDITABLE:
            self._take(key, QGuiApplication.clipboard().text())

    def _take(self, key: str, text: str) -> None:
        """Take the matrix in a text for a table."""
        try:
            values = parse_channels(text)
        except DigitpadError as error:
            self.alert.say(str(error))
            return
        self.tables[key].text = as_line(values)
        self._read()

    def _answer(self, stage: str, cell: Cell, text: str) -> None:
        """Check what was typed into a covered cell; a right answer uncovers it."""
        verdict = check(convolution_question(self._solution, stage, cell, self._digits), text)
        if verdict.right:
            self._covered.discard((stage, cell))
            self._show(self._solution)
        self.cell.say(verdict.message)

    # Showing

    def _show(self, solution: ConvolutionSolution) -> None:
        """Show a solution, and the cell that was chosen before if there still is one."""
        self._solution = solution
        self.alert.clear()
        self.tables.show_solution(solution, self._digits, self._covered)
        self._side.setText(";  ".join(f"{step.name} {step.filled} = {step.value}" for step in side_steps(solution)))
        self.cell.copy.offer(partial(copy_as, solution, digits=self._digits))
        key, cell = self._chosen
        if not self.tables.has(key, cell):
            key, cell = CONV, (0, 0, 0)
        self._choose(key, *cell)
        self.solved.emit(solution, self._digits)

    @Slot(str, int, int, int)
    def _choose(self, key: str, matrix: int, row: int, column: int) -> None:
        """Show the arithmetic of a cell, and frame what it follows from; of what is given, only the frame."""
        cell = (matrix, row, column)
        if key in EDITABLE:
            return
        self._chosen = key, cell
        self.tables.frame(self._solution, key, cell)
        covered = (key, cell) in self._covered
        self.cell.reference.show_reference(stage_reference(self._solution, key))
        self.cell.show_cell(None if covered else arithmetic_of(self._solution, key, cell), self._digits)

    @Slot()
    def _step(self) -> None:
        """Go to the next cell of the table that was chosen last."""
        key, cell = self._chosen
        cells = list(_cells(self.tables[key].table.grid.values))
        number = cells.index(cell) if cell in cells else -1
        self.tables[key].table.choose(cells[(number + 1) % len(cells)])

    @Slot(bool)
    def _set_walking(self, on: bool) -> None:
        if on:
            self._walk.start()
        else:
            self._walk.stop()

    def _lay_out(self) -> None:
        top = card("labProblemCard", self)
        inside = QVBoxLayout(top)
        inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        inside.setSpacing(SPACE)
        for widget in (self.settings, self.alert, self.tables, self._side):
            inside.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(top)
        column.addWidget(self.cell, 1)


def _cells(maps: Numbers) -> list[Cell]:
    """Return the cells of maps in reading order."""
    return [(matrix, row, column) for matrix, row, column in np.ndindex(maps.shape)]
