"""A matrix with its title, its size and, where it can be typed, a line for the whole of it."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.lab.grid_model import Cell, Numbers
from digitpad.gui.lab.grid_table import GridTable
from digitpad.gui.lab.matrix_line import MatrixLine
from digitpad.gui.widgets.cards import title
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.matrices import size_text


class GridColumn(QWidget):
    """A table of numbers under a title.

    Parameters
    ----------
    theme
        The colours.
    name
        What the objectNames begin with.
    text, tip
        The title, which is the accessible name too, and the tooltip.
    editable
        Whether numbers can be typed, also all at once.

    key
        Stands for the matrix in the signals.

    Attributes
    ----------
    table
        The table.

    Signals
    -------
    chosen
        The key, and matrix, row and column of the cell that was chosen.
    typed
        The same of a cell that was typed into, and the text.
    pasted
        The key of the table into which something was pasted.
    edited
        The line with the whole matrix was edited.
    refused
        Why a text was not pasted into the line.
    """

    chosen = Signal(str, int, int, int)
    typed = Signal(str, int, int, int, str)
    pasted = Signal(str)
    edited = Signal()
    refused = Signal(str)

    def __init__(
        self, theme: Theme, key: str, name: str, text: str, tip: str, parent: QWidget, *, editable: bool = False
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._title = title(text, self)
        self._size = QLabel(self)
        self._size.setProperty("muted", "true")
        self.table = GridTable(theme, name, text, tip, self, editable=editable)
        self._line: MatrixLine | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._title)
        column.addWidget(self._size)
        if editable:
            self._line = MatrixLine(self)
            self._line.setObjectName(f"{name}Line")
            self._line.setAccessibleName(self.tr("{matrix} as text").format(matrix=text))
            self._line.setToolTip(
                self.tr("The whole matrix: rows separated by semicolons, or pasted from a spreadsheet, Python or LaTeX")
            )
            self._line.setFixedHeight(4 * SPACE)
            self._line.setMinimumWidth(12 * SPACE)
            column.addWidget(self._line)
        column.addWidget(self.table, 0, Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.table.chosen.connect(self._chosen)
        self.table.typed.connect(self._typed)
        self.table.pasted.connect(self._pasted)
        if self._line is not None:
            self._line.editingFinished.connect(self.edited)
            self._line.refused.connect(self.refused)

    @property
    def text(self) -> str:
        """The whole matrix as it was typed; empty if it cannot be edited."""
        return "" if self._line is None else self._line.text().strip()

    @text.setter
    def text(self, text: str) -> None:
        if self._line is not None:
            self._line.setText(text)
            self._line.setCursorPosition(0)

    def retitle(self, text: str) -> None:
        """Change the title."""
        self._title.setText(text)
        self.table.setAccessibleName(text)

    def show_values(self, values: Numbers, digits: int = 4, covered: Collection[Cell] = ()) -> None:
        """Show numbers, float64 (matrices, rows, columns)."""
        size = size_text(values.shape[1:])
        if len(values) > 1:
            size = self.tr("{count} of {size}").format(count=len(values), size=size)
        self._size.setText(size)
        self.table.show_values(values, digits, covered)
        self.setVisible(True)

    @Slot(int, int, int)
    def _chosen(self, matrix: int, row: int, column: int) -> None:
        self.chosen.emit(self._key, matrix, row, column)

    @Slot(int, int, int, str)
    def _typed(self, matrix: int, row: int, column: int, text: str) -> None:
        self.typed.emit(self._key, matrix, row, column, text)

    @Slot()
    def _pasted(self) -> None:
        self.pasted.emit(self._key)
