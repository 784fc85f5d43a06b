"""The layers of a network as a table: kind, arguments, output shape, weights and receptive field."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QBrush

from digitpad.gui.widgets.theme import Theme
from digitpad.training.editing import Analysis, LayerRow
from digitpad.training.layer_kinds import KINDS
from digitpad.translation import gettext as _

Index = QModelIndex | QPersistentModelIndex

COLUMNS = (
    str(QT_TRANSLATE_NOOP("LayerList", "Name")),
    str(QT_TRANSLATE_NOOP("LayerList", "Layer")),
    str(QT_TRANSLATE_NOOP("LayerList", "Arguments")),
    str(QT_TRANSLATE_NOOP("LayerList", "Output")),
    str(QT_TRANSLATE_NOOP("LayerList", "Weights")),
    str(QT_TRANSLATE_NOOP("LayerList", "Receptive field")),
)
_NOWHERE = QModelIndex()
_HIDDEN = {"in_channels", "in_features", "num_features", "initializer", "bias"}


class LayerList(QAbstractTableModel):
    """Shows an `Analysis`; a layer that fails is in the colour of errors, with the reason as its tooltip."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._analysis = Analysis(())

    @property
    def analysis(self) -> Analysis:
        """The displayed analysis."""
        return self._analysis

    def show_analysis(self, analysis: Analysis) -> None:
        """Show another network, or the same one changed."""
        if len(analysis.rows) != len(self._analysis.rows):
            self.beginResetModel()
            self._analysis = analysis
            self.endResetModel()
            return
        self._analysis = analysis
        self.dataChanged.emit(self.index(0, 0), self.index(len(analysis.rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many layers there are."""
        return 0 if parent.isValid() else len(self._analysis.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the data of a cell."""
        row = self._analysis.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(row)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.row() == self._analysis.failing:
            return QBrush(self._theme.colour("error"))
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.trouble or self._cells(row)[index.column()]
        return None

    def _cells(self, row: LayerRow) -> tuple[str, ...]:
        kind = KINDS.get(row.type)
        labels = {field.name: _(field.label) for field in kind.fields} if kind is not None else {}
        chosen = ", ".join(
            f"{labels.get(key, key)} {value}"
            for key, value in row.arguments.items()
            if key not in _HIDDEN and not isinstance(value, list | dict)
        )
        shape = "" if row.output_shape is None else _times(row.output_shape)
        if row.trouble:
            shape = self.tr("does not fit")
        sees = "" if row.receptive_field is None else _times(row.receptive_field)
        title = _(kind.title) if kind is not None else row.type
        return row.name, title, chosen, shape, f"{row.parameters:,}" if row.parameters else "", sees


def _times(sizes: Sequence[int]) -> str:
    return " × ".join(str(size) for size in sizes)
