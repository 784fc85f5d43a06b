"""Steps of a computation as a table: name, arithmetic and result."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from digitpad.copying.document import Step
from digitpad.copying.numbers import show
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import text_font

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class _StepsModel(QAbstractTableModel):
    """The steps, one of which is the result."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str, str]] = []
        self._bold = 0
        self._view = parent

    def show_steps(self, steps: Sequence[Step], digits: int, bold: int) -> None:
        self.beginResetModel()
        self._bold = bold % len(steps) if steps else 0
        self._rows = [
            (
                step.name,
                step.filled or step.formula,
                ""
                if step.value is None
                else f"{step.value:,}"
                if isinstance(step.value, int)
                else show(step.value, digits),
            )
            for step in steps
        ]
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of steps."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return the text, its alignment and its font."""
        if not index.isValid():
            return None
        match role:
            case _Role.DisplayRole:
                return self._rows[index.row()][index.column()]
            case _Role.TextAlignmentRole if index.column() == 2:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _Role.FontRole if index.row() == self._bold and isinstance(self._view, QWidget):
                return text_font(self._view.font(), bold=True)
        return None


class StepsTable(QTableView):
    """A table of steps, in which long arithmetic is scrolled.

    Parameters
    ----------
    name, spoken, tip
        Its objectName, accessible name and tooltip.
    """

    def __init__(self, name: str, spoken: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._steps = _StepsModel(self)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setModel(self._steps)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_steps(self, steps: Sequence[Step], digits: int, bold: int = -1) -> None:
        """Show steps instead of those before; `bold` is the number of the step with the result."""
        self._steps.show_steps(steps, digits, bold)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines."""
        return QSize(px(240), px(120))
