"""The runs as a table: name and notes can be edited in place, a tick lays a run's curves beside the present ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.percent import percent
from digitpad.training.runs import Run, UnreadableRun

if TYPE_CHECKING:
    from pathlib import Path

AnyRun = Run | UnreadableRun
Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("Compare", "Name", "Date", "Accuracy", "Epochs", "State", "Notes")
_COMPARE, _NAME, _DATE, _ACCURACY, _EPOCHS, _STATE, _NOTES = range(7)
_NOWHERE = QModelIndex()


class RunTable(QAbstractTableModel):
    """What the list of runs shows.

    Signals
    -------
    compared
        Other runs are ticked now.
    refused
        Why a name or notes could not be kept.
    """

    compared = Signal()
    refused = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._runs: list[AnyRun] = []
        self._ticked: set[Path] = set()

    @property
    def runs(self) -> list[AnyRun]:
        """All rows."""
        return self._runs

    @property
    def ticked(self) -> list[Run]:
        """The runs whose curves are to be seen."""
        return [run for run in self._runs if isinstance(run, Run) and run.folder in self._ticked]

    def show_runs(self, runs: Sequence[AnyRun]) -> None:
        """Show these."""
        self.beginResetModel()
        self._runs = list(runs)
        self._ticked &= {run.folder for run in runs}
        self.endResetModel()

    def untick_all(self) -> None:
        """Compare with none."""
        self._ticked.clear()
        self.layoutChanged.emit()
        self.compared.emit()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many runs there are."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell."""
        flags = super().flags(index)
        if not isinstance(self._runs[index.row()], Run):
            return flags
        if index.column() == _COMPARE:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in {_NAME, _NOTES} else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        run, column = self._runs[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == _COMPARE and isinstance(run, Run):
            return Qt.CheckState.Checked if run.folder in self._ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in {_ACCURACY, _EPOCHS}:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.trouble if isinstance(run, UnreadableRun) else f"{run.folder}\n{run.info.message}".strip()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return _text(run, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a run, or keep its new name or notes."""
        run = self._runs[index.row()]
        if not isinstance(run, Run):
            return False
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == _COMPARE:
            self._ticked ^= {run.folder}
            self.dataChanged.emit(index, index)
            self.compared.emit()
            return True
        if role != Qt.ItemDataRole.EditRole or value == _text(run, index.column()):
            return False
        try:
            if index.column() == _NAME:
                run.rename(str(value))
            else:
                run.set_notes(str(value))
        except DigitpadError as error:
            self.refused.emit(str(error))
            return False
        self.dataChanged.emit(index, index)
        return True


def _text(run: AnyRun, column: int) -> str:
    if isinstance(run, UnreadableRun):
        return {_NAME: run.folder.name, _STATE: "cannot be read", _NOTES: run.trouble}.get(column, "")
    info = run.info
    share = info.train_accuracy if info.validation_accuracy is None else info.validation_accuracy
    return {
        _NAME: info.name,
        _DATE: _moment(info.created),
        _ACCURACY: "" if share is None else percent(share),
        _EPOCHS: f"{info.epochs} of {info.plan.settings.epochs}",
        _STATE: str(info.status),
        _NOTES: info.notes,
    }.get(column, "")


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
