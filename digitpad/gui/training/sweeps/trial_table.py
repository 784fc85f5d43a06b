"""The trials of a sweep as a table that can be sorted by every column."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from digitpad.gui.widgets.percent import percent
from digitpad.sweeps.plans import in_words, shown_value
from digitpad.sweeps.record import SweepInfo, Trial, TrialStatus
from digitpad.sweeps.variables import display_name

if TYPE_CHECKING:
    from collections.abc import Sequence

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_STATUS = {
    TrialStatus.WAITING: str(QT_TRANSLATE_NOOP("TrialTable", "waiting")),
    TrialStatus.RUNNING: str(QT_TRANSLATE_NOOP("TrialTable", "running")),
    TrialStatus.PAUSED: str(QT_TRANSLATE_NOOP("TrialTable", "paused")),
    TrialStatus.DROPPED: str(QT_TRANSLATE_NOOP("TrialTable", "dropped")),
    TrialStatus.FINISHED: str(QT_TRANSLATE_NOOP("TrialTable", "finished")),
    TrialStatus.DIVERGED: str(QT_TRANSLATE_NOOP("TrialTable", "diverged")),
    TrialStatus.FAILED: str(QT_TRANSLATE_NOOP("TrialTable", "failed")),
}
_HEADINGS = {
    "number": str(QT_TRANSLATE_NOOP("TrialTable", "Trial")),
    "status": str(QT_TRANSLATE_NOOP("TrialTable", "State")),
    "accuracy": str(QT_TRANSLATE_NOOP("TrialTable", "Accuracy")),
    "loss": str(QT_TRANSLATE_NOOP("TrialTable", "Loss")),
    "epochs": str(QT_TRANSLATE_NOOP("TrialTable", "Epochs")),
    "seconds": str(QT_TRANSLATE_NOOP("TrialTable", "Seconds")),
    "parameters": str(QT_TRANSLATE_NOOP("TrialTable", "Parameters")),
}
_FIRST = ("number", "status", "accuracy")
_LAST = ("loss", "epochs", "seconds", "parameters")
_ORDER = Qt.ItemDataRole.UserRole


def status_text(trial: Trial) -> str:
    """Return the status of a trial in words, with the share that is done while it runs."""
    text = QCoreApplication.translate("TrialTable", _STATUS[trial.status])
    return f"{text} {percent(trial.progress)}" if trial.status is TrialStatus.RUNNING else text


class TrialTable(QAbstractTableModel):
    """What the list of trials shows: a row for each, a column for each setting that varies."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._trials: Sequence[Trial] = ()
        self._settings: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What is in the columns: names of figures, and of settings after `set:`."""
        return (*_FIRST, *(f"set:{name}" for name in self._settings), *_LAST)

    def show_sweep(self, info: SweepInfo | None) -> None:
        """Show the trials of a sweep; rows of the same trials stay selected."""
        trials: Sequence[Trial] = () if info is None else info.trials
        settings = () if info is None else tuple(info.space)
        same = settings == self._settings and len(trials) == len(self._trials)
        if not same:
            self.beginResetModel()
        self._trials, self._settings = trials, settings
        if not same:
            self.endResetModel()
        elif trials:
            self.dataChanged.emit(self.index(0, 0), self.index(len(trials) - 1, len(self.columns) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many trials there are."""
        return 0 if parent.isValid() else len(self._trials)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the headings."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        column = self.columns[section]
        return self.tr(_HEADINGS[column]) if column in _HEADINGS else display_name(column.removeprefix("set:"))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the data of a cell."""
        trial, column = self._trials[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(trial, column)
        if role == _ORDER:
            return _key(trial, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (in_words(trial.values), trial.message)))
        if role == Qt.ItemDataRole.TextAlignmentRole and column != "status":
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class SortedTrials(QSortFilterProxyModel):
    """Sorts the trials by any column; cells without a value come last in both directions."""

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells."""
        first, second = left.data(_ORDER), right.data(_ORDER)
        if first is None or second is None:
            return second is None if self.sortOrder() == Qt.SortOrder.AscendingOrder else first is None
        if type(first) is not type(second):
            first, second = str(first), str(second)
        return bool(first < second)


def _text(trial: Trial, column: str) -> str:
    if column.startswith("set:"):
        name = column.removeprefix("set:")
        return shown_value(trial.values[name]) if name in trial.values else "–"
    accuracy, loss = trial.validation_accuracy, trial.validation_loss
    return {
        "number": str(trial.number),
        "status": status_text(trial),
        "accuracy": "" if accuracy is None else percent(accuracy),
        "loss": "" if loss is None else f"{loss:.4f}",
        "epochs": str(trial.epochs),
        "seconds": f"{trial.seconds:.1f}",
        "parameters": f"{trial.parameters:,}" if trial.parameters else "",
    }[column]


def _key(trial: Trial, column: str) -> Any:
    """Return what a cell is sorted by; None for an empty one."""
    if column.startswith("set:"):
        value = trial.values.get(column.removeprefix("set:"))
        return float(value) if isinstance(value, int) else value
    return {
        "number": trial.number,
        "status": status_text(trial),
        "accuracy": trial.validation_accuracy,
        "loss": trial.validation_loss,
        "epochs": trial.epochs,
        "seconds": trial.seconds,
        "parameters": trial.parameters or None,
    }[column]
