"""A matrix as a table of Qt: numbers with colours, some of them framed, covered or to be edited."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from digitpad.copying.numbers import show
from digitpad.explain.colours import DIVERGING, SEQUENTIAL
from digitpad.gui.widgets.theme import Theme

Numbers = NDArray[np.float64]
Cell = tuple[int, int, int]
"""Matrix, row and column."""

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
#: The strongest colour leaves some of the ground, on which the text stays readable.
_STRENGTH = 0.8


class GridModel(QAbstractTableModel):
    """Matrices of one size below each other, with an empty row between two of them.

    Parameters
    ----------
    theme
        The colours.
    editable
        Whether numbers can be typed into the cells.

    Signals
    -------
    typed
        Matrix, row, column and the text that was typed into a cell.
    """

    typed = Signal(int, int, int, str)

    def __init__(self, theme: Theme, parent: QObject, *, editable: bool) -> None:
        super().__init__(parent)
        self._theme = theme
        self._editable = editable
        self._values: Numbers = np.zeros((0, 0, 0))
        self._limit = 1.0
        self._signed = False
        self._digits = 4
        self._covered: set[Cell] = set()
        theme.changed.connect(self._repaint)

    @property
    def values(self) -> Numbers:
        """The numbers, (matrices, rows, columns)."""
        return self._values

    def show_values(self, values: Numbers, digits: int, covered: Collection[Cell] = ()) -> None:
        """Show numbers, float64 (matrices, rows, columns), of which some are covered."""
        same = values.shape == self._values.shape
        if not same:
            self.beginResetModel()
        self._values = values
        self._digits = digits
        self._covered = set(covered)
        self._limit = float(np.abs(values).max()) if values.size else 1.0
        self._signed = bool(values.size and values.min() < 0)
        if same:
            self._repaint()
        else:
            self.endResetModel()

    def cell_at(self, index: _Index) -> Cell | None:
        """Return the cell of an index; None between two matrices."""
        if not index.isValid() or not self._values.size:
            return None
        matrix, row = divmod(index.row(), self._values.shape[1] + 1)
        return None if row == self._values.shape[1] else (matrix, row, index.column())

    def index_of(self, cell: Cell) -> QModelIndex:
        """Return the index of a cell."""
        return self.index(cell[0] * (self._values.shape[1] + 1) + cell[1], cell[2])

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of rows, with those between the matrices."""
        matrices, rows, _columns = self._values.shape
        return 0 if (parent is not None and parent.isValid()) or not matrices else matrices * (rows + 1) - 1

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else self._values.shape[2]

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return whether a cell can be chosen and edited."""
        cell = self.cell_at(index)
        if cell is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self._editable or cell in self._covered else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return the text and the colours of a cell."""
        cell = self.cell_at(index)
        if cell is None:
            return None
        hidden = cell in self._covered
        value = float(self._values[cell])
        if role in {_Role.DisplayRole, _Role.EditRole}:
            return "" if hidden else show(value, self._digits)
        makers: dict[int, Callable[[], object]] = {
            _Role.TextAlignmentRole: lambda: Qt.AlignmentFlag.AlignCenter,
            _Role.BackgroundRole: lambda: QBrush(self._theme.colour("field") if hidden else self._colour(value)),
            _Role.ForegroundRole: lambda: QBrush(self._ink(self._colour(value))),
            _Role.AccessibleTextRole: lambda: self._spoken(cell, hidden=hidden),
        }
        return makers[role]() if role in makers else None

    def setData(self, index: _Index, value: object, role: int = _Role.EditRole) -> bool:
        """Pass on what was typed; the page reads it, and shows the matrix that follows."""
        cell = self.cell_at(index)
        if cell is None or role != _Role.EditRole:
            return False
        text = str(value)
        if text != self.data(index, _Role.EditRole):
            self.typed.emit(*cell, text)
        return True

    def _spoken(self, cell: Cell, *, hidden: bool) -> str:
        """Return what a screen reader says of a cell."""
        value = self.tr("covered") if hidden else show(float(self._values[cell]), self._digits)
        return self.tr("row {row}, column {column}: {value}").format(row=cell[1], column=cell[2], value=value)

    def _colour(self, value: float) -> QColor:
        """Return the ground of a number: blue below and orange above zero, or teal where no number is negative."""
        share = abs(value) / self._limit * _STRENGTH if self._limit else 0.0
        strong = DIVERGING.stops[0 if value < 0 else 2] if self._signed else SEQUENTIAL.stops[1]
        ground = self._theme.colour("surface")
        mixed = (
            round(part + (full - part) * share)
            for part, full in zip((ground.red(), ground.green(), ground.blue()), strong, strict=True)
        )
        return QColor(*mixed)

    def _ink(self, ground: QColor) -> QColor:
        """Return black or white, whichever contrasts more."""
        light = 0.299 * ground.red() + 0.587 * ground.green() + 0.114 * ground.blue()
        return QColor("#1c222b" if light > 128 else "#ffffff")

    def _repaint(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
