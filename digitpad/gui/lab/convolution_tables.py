"""The tables of the Convolution page, from the input to the gradients, and the frames that connect their cells."""

from collections.abc import Callable, Collection, Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.lab.grid_column import GridColumn
from digitpad.gui.lab.grid_model import Cell
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.convolution import ACTIVATION, CONV, POOL, ConvolutionSolution
from digitpad.lab.convolution_cells import problem_name, stage_cell
from digitpad.lab.convolution_gradients import (
    bias_gradient_cell,
    input_gradient_cell,
    kernel_gradient_cell,
    stage_gradient_cell,
)
from digitpad.lab.convolution_terms import CellFunction, CellSum
from digitpad.lab.matrices import as_line

#: The tables that do not show a stage of the solution.
INPUT, KERNEL, GRADIENT = "input", "kernel", "gradient"
OUTPUT_GRADIENT, INPUT_GRADIENT, KERNEL_GRADIENT, BIAS_GRADIENT = (
    *("output gradient", "input gradient", "kernel gradient"),
    "bias gradient",
)
EDITABLE = (INPUT, KERNEL, GRADIENT)
STAGES = (CONV, ACTIVATION, POOL)


class ConvolutionTables(QWidget):
    """All matrices of a solution.

    Parameters
    ----------
    theme
        The colours.

    Signals
    -------
    chosen
        The key of a table, and matrix, row and column of the cell that was chosen.
    typed
        The same of a cell that was typed into, and the text.
    pasted
        The key of the table into which something was pasted.
    edited
        The line of a matrix was edited.
    refused
        Why a text was not pasted into such a line.
    """

    chosen = Signal(str, int, int, int)
    typed = Signal(str, int, int, int, str)
    pasted = Signal(str)
    edited = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        edit = self.tr("Arrow keys move; typing changes a number; Ctrl+V replaces all")
        walk = self.tr("Point at a cell, or move with the arrow keys, to see its arithmetic")
        self._columns = {
            key: GridColumn(theme, key, name, text, edit if key in EDITABLE else walk, self, editable=key in EDITABLE)
            for key, name, text in (
                (INPUT, "labInput", self.tr("Input")),
                (KERNEL, "labKernel", self.tr("Kernel")),
                (CONV, "labOutput", self.tr("Output")),
                (ACTIVATION, "labActivated", self.tr("Activation")),
                (POOL, "labPooled", self.tr("Pooling")),
                (GRADIENT, "labGradient", self.tr("Gradient of the last stage")),
                (OUTPUT_GRADIENT, "labOutputGradient", self.tr("Output gradient")),
                (INPUT_GRADIENT, "labInputGradient", self.tr("Input gradient")),
                (KERNEL_GRADIENT, "labKernelGradient", self.tr("Kernel gradient")),
                (BIAS_GRADIENT, "labBiasGradient", self.tr("Bias gradient")),
            )
        }
        flow = FlowLayout()
        flow.setSpacing(2 * SPACE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(flow)
        for table in self._columns.values():
            flow.addWidget(table)
            table.chosen.connect(self.chosen)
            table.typed.connect(self.typed)
            table.pasted.connect(self.pasted)
            table.edited.connect(self.edited)
            table.refused.connect(self.refused)

    def __getitem__(self, key: str) -> GridColumn:
        return self._columns[key]

    def show_solution(self, solution: ConvolutionSolution, digits: int, covered: Collection[tuple[str, Cell]]) -> None:
        """Show the numbers of a solution, of which some cells of stages are covered."""
        problem, found = solution.problem, solution.gradients
        shown = {INPUT: problem.image, KERNEL: problem.kernels.reshape(-1, *problem.kernels.shape[2:])}
        shown |= solution.stages
        if found is not None and problem.gradient is not None:
            shown |= {GRADIENT: problem.gradient, INPUT_GRADIENT: found.image}
            if len(solution.stages) > 1:
                shown[OUTPUT_GRADIENT] = found.stages[CONV]
            shown[KERNEL_GRADIENT] = found.kernels.reshape(-1, *found.kernels.shape[2:])
            if found.bias is not None:
                shown[BIAS_GRADIENT] = found.bias[None, None, :]
        for key, column in self._columns.items():
            column.setVisible(key in shown)
            if key in shown:
                column.show_values(shown[key], digits, [cell for stage, cell in covered if stage == key])
        if ACTIVATION in solution.stages:
            self._columns[ACTIVATION].retitle(problem_name(solution))
        if problem.gradient is not None and not self._columns[GRADIENT].text:
            self._columns[GRADIENT].text = as_line(problem.gradient)

    def has(self, key: str, cell: Cell) -> bool:
        """Return whether a table is shown and has such a cell."""
        shape = self._columns[key].table.grid.values.shape
        return self._columns[key].isVisibleTo(self) and all(
            place < size for place, size in zip(cell, shape, strict=True)
        )

    def frame(self, solution: ConvolutionSolution, key: str, cell: Cell) -> None:
        """Frame a cell, and those that its value follows from."""
        framed: dict[str, list[Cell]] = {key: [cell]}
        arithmetic = arithmetic_of(solution, key, cell)
        if isinstance(arithmetic, CellSum):
            values, weights = _OPERANDS.get(key, (INPUT, KERNEL))
            if values is not None:
                framed[self._shown(values)] = list(_inside(arithmetic))
            if weights is not None:
                per_kernel = solution.problem.kernels.shape[1]
                rows, columns = solution.problem.kernels.shape[2:]
                framed[weights] = [
                    (cell[0] * per_kernel + place, row, column)
                    for place in range(per_kernel)
                    for row in range(rows)
                    for column in range(columns)
                ]
        elif arithmetic is not None:
            before = {ACTIVATION: CONV, POOL: ACTIVATION if ACTIVATION in solution.stages else CONV}.get(key)
            if before is not None:
                framed[before] = [(cell[0], int(row), int(column)) for row, column in arithmetic.places]
        for name, column in self._columns.items():
            column.table.frame_cells(framed.get(name, []))

    def _shown(self, key: str) -> str:
        """Return the table with the gradient of the output, which is the given one if there is no later stage."""
        if key == OUTPUT_GRADIENT and not self._columns[OUTPUT_GRADIENT].isVisibleTo(self):
            return GRADIENT
        return key


#: For cells that are sums, the tables of their operands: the values, and whole kernels if those are the weights.
_OPERANDS: dict[str, tuple[str | None, str | None]] = {
    CONV: (INPUT, KERNEL),
    INPUT_GRADIENT: (OUTPUT_GRADIENT, None),
    KERNEL_GRADIENT: (INPUT, None),
    BIAS_GRADIENT: (OUTPUT_GRADIENT, None),
}


def _inside(arithmetic: CellSum) -> Iterator[Cell]:
    """Yield the cells of the values that are not padding."""
    for term in arithmetic.terms:
        for row, column in term.places[term.inside]:
            yield term.map, int(row), int(column)


def arithmetic_of(solution: ConvolutionSolution, key: str, cell: Cell) -> CellSum | CellFunction | None:
    """Return how a cell of a table is computed; None for what is given."""
    if key in solution.stages:
        return stage_cell(solution, key, cell)
    per_kernel = solution.problem.kernels.shape[1]
    makers: dict[str, Callable[[], CellSum | CellFunction]] = {
        OUTPUT_GRADIENT: lambda: stage_gradient_cell(solution, CONV, cell),
        INPUT_GRADIENT: lambda: input_gradient_cell(solution, cell),
        KERNEL_GRADIENT: lambda: kernel_gradient_cell(solution, (*divmod(cell[0], per_kernel), *cell[1:])),
        BIAS_GRADIENT: lambda: bias_gradient_cell(solution, cell[2]),
    }
    return makers[key]() if key in makers else None
