"""The arithmetic of the cell that is chosen: its operands beside each other, and the sums below them."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.copying.numbers import show
from digitpad.gui.lab.grid_column import GridColumn
from digitpad.gui.lab.steps_table import StepsTable
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.layer_reference import LayerReferenceLine
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.lab.convolution_terms import CellFunction, CellSum


class CellCard(QWidget):
    """Shows how a cell is computed.

    Parameters
    ----------
    theme
        The colours.

    Signals
    -------
    step_wanted
        The next cell should be shown.
    walk_wanted
        Whether to go on from cell to cell.
    cover_wanted
        Whether the results should be covered.
    """

    step_wanted = Signal()
    walk_wanted = Signal(bool)
    cover_wanted = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        frame = card("labCellCard", self)
        self._title = title("", frame)
        self._value = QLabel(frame)
        self._value.setProperty("warm", "true")
        self._value.setFont(text_font(self.font(), bold=True))
        self._verdict = muted("", frame)
        self._verdict.setObjectName("labVerdict")
        tip = self.tr("The numbers that are multiplied cell by cell")
        self._operand_area = QWidget(frame)
        self._operands = [
            GridColumn(theme, name, name, text, tip, self._operand_area)
            for name, text in (
                ("labValues", self.tr("Patch")),
                ("labWeights", self.tr("Kernel")),
                ("labProducts", self.tr("Products")),
            )
        ]
        self._steps = StepsTable(
            "labSteps", self.tr("Arithmetic"), self.tr("Each row of the products, the bias, and the sum"), frame
        )
        self._walk = self._button("labWalk", self.tr("Walk"), self.tr("Go from cell to cell"), checkable=True)
        self._next = self._button("labStep", self.tr("Next cell"), self.tr("Go to the next cell of the output"))
        self._cover = self._button(
            "labCover",
            self.tr("Cover the answer"),
            self.tr("Type the results yourself; each is checked"),
            checkable=True,
        )
        self.copy = CopyMenu("labCopy", frame)
        self.reference = LayerReferenceLine(theme, "labStageReference", frame)
        self._walk.toggled.connect(self.walk_wanted)
        self._next.clicked.connect(self.step_wanted)
        self._cover.toggled.connect(self.cover_wanted)
        self._lay_out(frame)

    def show_cell(self, cell: CellSum | CellFunction | None, digits: int) -> None:
        """Show how a cell is computed; None shows nothing, because it is given or covered."""
        self._title.setText("" if cell is None else cell.title)
        self._value.setText("" if cell is None else f"= {show(cell.value, digits)}")
        self._steps.show_steps(() if cell is None else cell.steps(digits), digits)
        self._operand_area.setVisible(isinstance(cell, CellSum))
        if isinstance(cell, CellSum):
            names = (cell.values_name, cell.weights_name, self.tr("products"))
            parts = (
                np.stack([term.values for term in cell.terms]),
                np.stack([term.weights for term in cell.terms]),
                np.stack([term.products for term in cell.terms]),
            )
            for column, name, values in zip(self._operands, names, parts, strict=True):
                column.retitle(name[:1].upper() + name[1:])
                column.show_values(values, digits)

    def say(self, verdict: str) -> None:
        """Show the feedback on an answer."""
        self._verdict.setText(verdict)

    def stop(self) -> None:
        """Stop walking, and uncover the answers."""
        self._walk.setChecked(False)
        self._cover.setChecked(False)

    def _button(self, name: str, text: str, tip: str, *, checkable: bool = False) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self, frame: QWidget) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._value)
        grids = FlowLayout(self._operand_area)
        grids.setSpacing(SPACE)
        for column in self._operands:
            grids.addWidget(column)
        row = FlowLayout()
        row.setSpacing(SPACE)
        for button in (self._walk, self._next, self._cover, self.copy):
            row.addWidget(button)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        inside.setSpacing(SPACE)
        inside.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE)
        middle.addWidget(self._operand_area, 1)
        middle.addWidget(self._steps, 1)
        inside.addLayout(middle, 1)
        inside.addWidget(self._verdict)
        inside.addWidget(self.reference)
        inside.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
