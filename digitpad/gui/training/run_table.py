"""The runs as a table: name and notes can be edited in place; a tick compares a run's curves with the current ones."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.percent import percent
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, UnreadableRun

if TYPE_CHECKING:
    from pathlib import Path

AnyRun = Run | UnreadableRun
Index = QModelIndex | QPersistentModelIndex

COLUMNS = (
    str(QT_TRANSLATE_NOOP("RunTable", "Compare")),
    str(QT_TRANSLATE_NOOP("RunTable", "Name")),
    str(QT_TRANSLATE_NOOP("RunTable", "Date")),
    str(QT_TRANSLATE_NOOP("RunTable", "Accuracy")),
    str(QT_TRANSLATE_NOOP("RunTable", "Epochs")),
    str(QT_TRANSLATE_NOOP("RunTable", "State")),
    str(QT_TRANSLATE_NOOP("RunTable", "Notes")),
)
_STATES = {
    RunStatus.NEW: str(QT_TRANSLATE_NOOP("RunTable", "new")),
    RunStatus.RUNNING: str(QT_TRANSLATE_NOOP("RunTable", "running")),
    RunStatus.FINISHED: str(QT_TRANSLATE_NOOP("RunTable", "finished")),
    RunStatus.INTERRUPTED: str(QT_TRANSLATE_NOOP("RunTable", "stopped")),
    RunStatus.EARLY_STOPPING: str(QT_TRANSLATE_NOOP("RunTable", "stopped early")),
    RunStatus.DIVERGED: str(QT_TRANSLATE_NOOP("RunTable", "diverged")),
    RunStatus.FAILED: str(QT_TRANSLATE_NOOP("RunTable", "failed")),
    RunStatus.BROKEN_OFF: str(QT_TRANSLATE_NOOP("RunTable", "interrupted")),
}
_COMPARE, _NAME, _DATE, _ACCURACY, _EPOCHS, _STATE, _NOTES = range(7)
_NOWHERE = QModelIndex()


class RunTable(QAbstractTableModel):
    """What the list of runs shows.

    Signals
    -------
    compared
        The set of checked runs has changed.
    refused
        Why a name or notes could not be saved.
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
        """The runs whose curves are compared."""
        return [run for run in self._runs if isinstance(run, Run) and run.folder in self._ticked]

    def show_runs(self, runs: Sequence[AnyRun]) -> None:
        """Show these runs; rows of unchanged runs stay, including a cell being edited and the selection."""
        same = [run.folder for run in runs] == [run.folder for run in self._runs]
        if not same:
            self.beginResetModel()
        self._runs = list(runs)
        self._ticked &= {run.folder for run in runs}
        if not same:
            self.endResetModel()
        elif runs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(runs) - 1, len(COLUMNS) - 1))

    def untick_all(self) -> None:
        """Uncheck all runs."""
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
            return self.tr(COLUMNS[section])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return the flags of a cell."""
        flags = super().flags(index)
        if not isinstance(self._runs[index.row()], Run):
            return flags
        if index.column() == _COMPARE:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in {_NAME, _NOTES} else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the data of a cell."""
        run, column = self._runs[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == _COMPARE and isinstance(run, Run):
            return Qt.CheckState.Checked if run.folder in self._ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in {_ACCURACY, _EPOCHS}:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.trouble if isinstance(run, UnreadableRun) else f"{run.folder}\n{run.info.message}".strip()
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return self._text(run, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Check a run, or save its new name or notes."""
        run = self._runs[index.row()]
        if not isinstance(run, Run):
            return False
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == _COMPARE:
            self._ticked ^= {run.folder}
            self.dataChanged.emit(index, index)
            self.compared.emit()
            return True
        if role != Qt.ItemDataRole.EditRole or value == self._text(run, index.column()):
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

    def _text(self, run: AnyRun, column: int) -> str:
        if isinstance(run, UnreadableRun):
            said = {_NAME: run.folder.name, _STATE: self.tr("cannot be read"), _NOTES: run.trouble}
            return said.get(column, "")
        info = run.info
        share = info.train_accuracy if info.validation_accuracy is None else info.validation_accuracy
        return {
            _NAME: run.display_name(),
            _DATE: _moment(info.created),
            _ACCURACY: "" if share is None else percent(share),
            _EPOCHS: self.tr("{done} of {all}").format(done=info.epochs, all=info.plan.settings.epochs),
            _STATE: self.tr(_STATES[info.status]),
            _NOTES: info.notes,
        }.get(column, "")


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
