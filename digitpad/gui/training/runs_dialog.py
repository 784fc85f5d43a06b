"""All runs: compare, rename, resume, go back, use, evaluate, save, delete and restore them.

What takes time (weights, long histories) is read in the background; nothing is overwritten.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from digitpad.errors import DigitpadError
from digitpad.gui.training.film_limits import FilmLimitsRow
from digitpad.gui.training.report_dialog import ReportDialog
from digitpad.gui.training.run_facts import facts_about
from digitpad.gui.training.run_table import RunTable
from digitpad.gui.training.run_view import RunView, record_of
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import bring_up, dialog_button, muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.files import MODEL_FILTER
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.row_table import row_table
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.gui.workspace.catalogue import run_names
from digitpad.gui.workspace.settings import Settings
from digitpad.training.film.limits import films_size
from digitpad.training.film.reader import Film
from digitpad.training.run import checkpoint_name
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import CheckpointFile, Run, RunStore, TrashedRun, UnreadableRun

_LATEST = "latest"
_GO_ON = str(
    QT_TRANSLATE_NOOP("RunsDialog", "Continue training from here; a finished run gets the same number of epochs again")
)
_DIVERGED = str(
    QT_TRANSLATE_NOOP("RunsDialog", "This run diverged and would diverge again; return to one of its checkpoints")
)
_RUNNING = str(QT_TRANSLATE_NOOP("RunsDialog", "This run is running; stop it first"))
_MOST_TRASHED = 10  # runs: those deleted before them are gone for good
_WIDTHS = (80, 160, 136, 80, 72, 112)


class RunsDialog(QDialog):
    """Shows the runs of a store.

    Parameters
    ----------
    theme
        The current colours.
    store
        The store of the runs.
    settings
        Where the limits of films are kept.
    window
        Returns over how many steps curves are smoothed.

    Signals
    -------
    resume_asked
        The `Run` to resume.
    model_loaded
        The `Model` of a run to read with, and where it is: the run's folder, or one of its checkpoints.
    replay_asked
        The folder of the run to replay.
    compared
        Records by name: the runs whose curves are compared with the current ones.
    """

    resume_asked = Signal(object)
    model_loaded = Signal(object, object)
    replay_asked = Signal(object)
    compared = Signal(object)

    def __init__(
        self, theme: Theme, store: RunStore, settings: Settings, window: Callable[[], float], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("runsDialog")
        self.setWindowTitle(self.tr("Runs"))
        self._theme, self._store, self._window = theme, store, window
        self._errand: FunctionWorker | None = None
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], object]]] = []
        # What was deleted on another day can still be restored.
        self._trashed: list[TrashedRun] = sorted(store.trash(), key=lambda run: run.folder.name)
        self._records: dict[Path, RunView] = {}
        self._files: dict[str, CheckpointFile] = {}
        self._entries: dict[str, str] = {}
        self._described: Path | None = None
        self.table = RunTable(self)
        tip = self.tr("Tick a run to compare it; double-click (or press F2) to edit a name or notes")
        self.view = row_table(self.table, "runsTable", self.tr("Runs"), tip, _WIDTHS, self)
        self.notice = InlineAlert("runsNotice", self)
        self.films = FilmLimitsRow(settings, self)
        self._empty = muted(self.tr("There are no runs yet; each training is kept here."), self)
        self._make_controls()
        self._lay_out()
        self.table.compared.connect(self._compare)
        self.table.refused.connect(self.notice.say)
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.resize(880, 520)

    @property
    def current(self) -> Run | UnreadableRun | None:
        """The run that is chosen."""
        row = self.view.currentIndex().row()
        return self.table.runs[row] if 0 <= row < len(self.table.runs) else None

    @property
    def is_busy(self) -> bool:
        """Whether something is read or written in the background."""
        return self._errand is not None

    @Slot()
    def refresh(self) -> None:
        """List the runs as they are now."""
        chosen = self.current
        try:
            runs = self._store.all()
        except DigitpadError as error:
            self.notice.say(str(error))
            return
        self.table.show_runs(runs)
        self._empty.setVisible(not runs)
        folder = chosen.folder if chosen is not None else None
        row = next((row for row, run in enumerate(runs) if run.folder == folder), 0)
        if self.view.currentIndex().row() != row:
            self.view.setCurrentIndex(self.table.index(row, 1))
        self._choose()
        if all(then != self.films.show_taken for _, then in self._waiting):
            self._waiting.append((partial(films_size, self._store.folder), self.films.show_taken))
            self._next()

    def finish(self) -> None:
        """Wait for background work to end."""
        for dialog in self.findChildren(ReportDialog):
            dialog.finish()
        self._waiting.clear()
        errand, self._errand = self._errand, None
        if errand is not None:
            errand.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        """Update the list if it is visible."""
        super().showEvent(event)
        self.refresh()

    # Actions

    @Slot()
    def load(self) -> None:
        """Use the chosen run's weights."""
        run = self.current
        if isinstance(run, Run):
            checkpoint = self._checkpoint()
            self._do(
                partial(run.model, checkpoint),
                partial(self._take_model, run.folder if checkpoint is None else checkpoint.path),
            )

    @Slot()
    def replay(self) -> None:
        """Replay the chosen run in the main window."""
        run = self.current
        if isinstance(run, Run):
            self.replay_asked.emit(run.folder)

    @Slot()
    def save(self) -> None:
        """Ask where the weights are to be saved."""
        run = self.current
        if not isinstance(run, Run):
            return
        dialog = QFileDialog(self, self.tr("Save as a model file"), f"{run.info.name}.safetensors")
        dialog.setObjectName("saveRunDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([MODEL_FILTER])
        dialog.setDefaultSuffix("safetensors")
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    @Slot(str)
    def save_to(self, path: str) -> None:
        """Save the weights; the dialog has asked whether a file may be replaced."""
        run = self.current
        if isinstance(run, Run):
            work = partial(run.save_model, Path(path), self._checkpoint(), overwrite=True)
            self._do(work, partial(self._tell, self.tr("Saved {path}.").format(path=path)))

    @Slot()
    def report(self) -> None:
        """Ask for a report about the ticked runs; without any, about the chosen one."""
        run = self.current
        runs = self.table.ticked or ([run] if isinstance(run, Run) else [])
        if runs:
            bring_up(ReportDialog(self._theme, runs, self))

    @Slot()
    def go_on(self) -> None:
        """Train on: from the end, or from a checkpoint as a new run; a finished run gets as many epochs again."""
        run, checkpoint = self.current, self._checkpoint()
        if not isinstance(run, Run):
            return
        files = run.checkpoints()
        if checkpoint is None and run.info.status is RunStatus.FINISHED and files:
            # As a new run: the finished one stays as it is.
            epochs = run.info.epochs + run.info.plan.settings.epochs
            self._do(partial(self._store.branch, run, files[-1], epochs=epochs), self._resume_branch)
        elif checkpoint is None:
            self.resume_asked.emit(run)
        else:
            self._do(partial(self._store.branch, run, checkpoint), self._resume_branch)

    @Slot()
    def delete(self) -> None:
        """Delete the chosen run; it can be restored."""
        run = self.current
        if run is None:
            return
        self.notice.clear()
        try:
            self._trashed.append(self._store.delete(run))
            for old in self._trashed[:-_MOST_TRASHED]:
                old.purge()
            del self._trashed[:-_MOST_TRASHED]
        except DigitpadError as error:
            self.notice.say(str(error))
        self.refresh()
        self._compare()

    @Slot()
    def undo(self) -> None:
        """Restore the run that was deleted last."""
        if not self._trashed:
            return
        self.notice.clear()
        try:
            self._trashed[-1].restore()
        except DigitpadError as error:
            self.notice.say(str(error))
            return
        self._trashed.pop()
        self.refresh()

    # Parts

    def _make_controls(self) -> None:
        self._checkpoints = ComboBox(
            self._theme,
            "checkpointChoice",
            self.tr("Checkpoint"),
            self.tr("The end of the run, or a checkpoint to return to"),
            self,
        )
        self._checkpoints.currentIndexChanged.connect(self._offer_to_go_on)
        self._load = dialog_button(
            "loadRun", self.tr("Use this model"), self.tr("Use these weights in the Draw tab"), self.load, self
        )
        self._save = dialog_button(
            "saveRun", self.tr("Save as model…"), self.tr("Save these weights as a model file"), self.save, self
        )
        self._go_on = dialog_button("resumeRun", self.tr("Resume"), self.tr(_GO_ON), self.go_on, self)
        self._replay = dialog_button(
            "replayRun", self.tr("Replay"), self.tr("Look at any moment of this training"), self.replay, self
        )
        self._report = dialog_button(
            "reportRun",
            self.tr("Report…"),
            self.tr("Write a report about the ticked runs, or about this run if none is ticked"),
            self.report,
            self,
        )
        self._delete = dialog_button(
            "deleteRun", self.tr("Delete"), self.tr("Delete the run; Undo restores it (Del)"), self.delete, self
        )
        self._undo = dialog_button(
            "undoDelete", self.tr("Undo delete"), self.tr("Restore the run deleted last (Ctrl+Z)"), self.undo, self
        )
        make_action(self.view, "deleteRunKey", self.tr("Delete"), ["Del"], self.tr("Delete the run"), self.delete)
        make_action(self, "undoDeleteKey", self.tr("Undo"), ["Ctrl+Z"], self.tr("Restore a deleted run"), self.undo)
        self._facts = QLabel(self)
        self._facts.setObjectName("runFacts")
        self._facts.setProperty("muted", "true")
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self._checkpoints.setFixedWidth(26 * SPACE)
        row.addWidget(self._checkpoints)
        for button in (self._load, self._save, self._go_on, self._replay, self._report):
            row.addWidget(button)
        row.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("runsClose")
        close.setAccessibleName(self.tr("Close the runs"))
        close.setToolTip(self.tr("Close (Esc)"))
        close.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(self.notice)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        column.addWidget(self._facts)
        column.addLayout(row)
        column.addWidget(self.films)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self._delete)
        foot.addWidget(self._undo)
        foot.addStretch(1)
        foot.addWidget(buttons)
        column.addLayout(foot)

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, *_: QModelIndex) -> None:
        """Enable the actions that apply to the chosen run."""
        run = self.current
        entries = {_LATEST: self.tr("latest")}
        self._files = {}
        if isinstance(run, Run):
            for file in reversed(run.checkpoints()):
                self._files[str(file.step)] = file
                accuracy = file.validation_accuracy
                name = checkpoint_name(file)
                entries[str(file.step)] = name if accuracy is None else f"{name} · {percent(accuracy)}"
        if entries != self._entries:
            chosen, self._entries = self._checkpoints.chosen, entries
            self._checkpoints.offer(entries)
            if run is not None and run.folder == self._described:
                self._checkpoints.choose(chosen)
        self._described = None if run is None else run.folder
        self._facts.setText(facts_about(run))
        sound = isinstance(run, Run)
        for widget in (self._checkpoints, self._load, self._save):
            widget.setEnabled(sound)
        self._offer_to_go_on()
        self._replay.setEnabled(isinstance(run, Run) and Film.exists(run))
        self._report.setEnabled(sound or bool(self.table.ticked))
        self._delete.setEnabled(run is not None)
        self._undo.setEnabled(bool(self._trashed))

    @Slot()
    def _offer_to_go_on(self) -> None:
        """Offer to train on, unless the run would only diverge again or is running."""
        run = self.current
        latest = isinstance(run, Run) and self._checkpoint() is None
        status = run.info.status if isinstance(run, Run) else None
        diverged, running = latest and status is RunStatus.DIVERGED, latest and status is RunStatus.RUNNING
        self._go_on.setEnabled(isinstance(run, Run) and not diverged and not running)
        self._go_on.setToolTip(self.tr(_DIVERGED if diverged else _RUNNING if running else _GO_ON))

    def _checkpoint(self) -> CheckpointFile | None:
        """Return the checkpoint that is chosen; None for the end."""
        return self._files.get(self._checkpoints.chosen)

    @Slot()
    def _compare(self) -> None:
        """Have the curves of the ticked runs shown; those not read yet are read first."""
        for run in self.table.ticked:
            if run.folder not in self._records:
                self._do(partial(_read_record, run, self._window()), partial(self._keep_record, run.folder))
                return
        ticked = self.table.ticked
        records = [self._records[run.folder] for run in ticked]
        self.compared.emit(dict(zip(run_names(ticked), records, strict=True)))

    def _keep_record(self, folder: Path, record: RunView) -> None:
        self._records[folder] = record
        self._compare()

    def _take_model(self, place: Path, model: object) -> None:
        self.model_loaded.emit(model, place)

    def _resume_branch(self, run: Run) -> None:
        self.refresh()
        self.resume_asked.emit(run)

    def _tell(self, sentence: str, _result: object) -> None:
        self._facts.setText(sentence)

    # The background

    def _do(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Run a task in the background, after the pending ones."""
        self.notice.clear()
        self._waiting.append((work, then))
        self._next()

    def _next(self) -> None:
        if self._errand is not None or not self._waiting:
            return
        work, self._then = self._waiting.pop(0)
        errand = self._errand = FunctionWorker(work, self)
        errand.done.connect(self._done)
        errand.failed.connect(self._fail)
        errand.finished.connect(self._finished)
        errand.start()

    @Slot(object)
    def _done(self, result: object) -> None:
        self._then(result)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self.notice.say(sentence)
        self.table.untick_all()

    @Slot()
    def _finished(self) -> None:
        errand, self._errand = self._errand, None
        if errand is not None:
            errand.deleteLater()
        self._next()


def _read_record(run: Run, window: float) -> RunView:
    return record_of(run.history(), window)
