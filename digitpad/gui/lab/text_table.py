"""A table of texts under titles, such as the classes of a loss or the layers of a network."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, text_font

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class _TextModel(QAbstractTableModel):
    """The rows, some of them bold."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._view = parent
        self._header: tuple[str, ...] = ()
        self._rows: list[tuple[str, ...]] = []
        self._left = 1
        self._bold: set[int] = set()

    def show_rows(self, header: Sequence[str], rows: Sequence[Sequence[str]], left: int, bold: Sequence[int]) -> None:
        self.beginResetModel()
        self._header, self._rows = tuple(header), [tuple(row) for row in rows]
        self._left, self._bold = left, set(bold)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self._header)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """Return the title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return self._header[section]
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return the text, its alignment and its font."""
        if not index.isValid():
            return None
        match role:
            case _Role.DisplayRole:
                return self._rows[index.row()][index.column()]
            case _Role.TextAlignmentRole if index.column() >= self._left:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _Role.FontRole if index.row() in self._bold and isinstance(self._view, QWidget):
                return text_font(self._view.font(), bold=True)
        return None


class TextTable(QTableView):
    """A table without grid, in which a row can be chosen.

    Parameters
    ----------
    name, spoken, tip
        Its objectName, accessible name and tooltip.

    Signals
    -------
    chosen
        The number of the row that was chosen.
    """

    chosen = Signal(int)

    def __init__(self, name: str, spoken: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._texts = _TextModel(self)
        self._quiet = False
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setModel(self._texts)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    def show_rows(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, bold: Sequence[int] = ()
    ) -> None:
        """Show rows under titles; the columns from `left` on hold numbers, and some rows are bold."""
        current = max(self.currentIndex().row(), 0)
        self._quiet = True
        self._texts.show_rows(header, rows, left, bold)
        if rows:
            self.selectRow(min(current, len(rows) - 1))
        self._quiet = False
        self.updateGeometry()

    def choose(self, row: int) -> None:
        """Choose a row."""
        self.selectRow(row)

    def sizeHint(self) -> QSize:
        """Return room for the rows, up to some number."""
        lines = min(self._texts.rowCount(), 12) + 1
        return QSize(px(50 * SPACE), lines * (self.fontMetrics().height() + px(14)) + px(2 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few rows."""
        return QSize(px(30 * SPACE), px(14 * SPACE))

    @Slot(QModelIndex)
    def _row_changed(self, index: QModelIndex) -> None:
        if index.isValid() and not self._quiet:
            self.chosen.emit(index.row())
