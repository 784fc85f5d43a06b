"""Sweeps in the window: the trials as a table, parallel coordinates and accuracy over cost, with one selection.

A sweep that was started on the command line is shown like any other. A trial is an ordinary run: it opens in Features,
Evaluate and the replay.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.training.sweeps.cost_chart import CostChart
from digitpad.gui.training.sweeps.new_sweep import NewSweepDialog, SweepChoice
from digitpad.gui.training.sweeps.parallel_coordinates import ParallelCoordinates
from digitpad.gui.training.sweeps.process import conduct, obstacle
from digitpad.gui.training.sweeps.trial_table import SortedTrials, TrialTable
from digitpad.gui.training.sweeps.watcher import Seen, SweepWatcher
from digitpad.gui.widgets.cards import bring_up, dialog_button, muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.row_table import row_table
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.sweeps.planning import fixed_by, plan_sweep
from digitpad.sweeps.record import SweepInfo, SweepStatus
from digitpad.sweeps.store import Sweep, SweepStore
from digitpad.training.film.reader import Film
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run

_WIDTHS = (56, 112, 80, 104, 104)


class SweepsDialog(QDialog):
    """Shows the sweeps, and starts new ones.

    Parameters
    ----------
    theme
        The colours.
    store
        The sweeps.
    plan
        Returns the plan of the Train tab, whose settings all trials of a new sweep share.

    Signals
    -------
    model_loaded
        The `Model` of a trial and the folder of its run.
    evaluation_asked, replay_asked
        The folder of the run of a trial.
    """

    model_loaded = Signal(object, object)
    evaluation_asked = Signal(object)
    replay_asked = Signal(object)

    def __init__(self, theme: Theme, store: SweepStore, plan: Callable[[], RunPlan], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sweepsDialog")
        self.setWindowTitle(self.tr("Sweeps"))
        self._theme, self._store, self._plan = theme, store, plan
        self._info: SweepInfo | None = None
        self._folder: Path | None = None
        self._under = self._chosen = 0
        self._worker: FunctionWorker | None = None
        self._then: Callable[[Any], object] | None = None
        self._form: NewSweepDialog | None = None
        self._started: set[Path] = set()
        self.watcher = SweepWatcher(store, self)
        self.notice = InlineAlert("sweepsNotice", self)
        self.table = TrialTable(self)
        self._sorted = SortedTrials(self)
        self._sorted.setSourceModel(self.table)
        tip = self.tr("Click a heading to sort; point at a trial to see it in the charts")
        self.view = row_table(self._sorted, "trialsTable", self.tr("Trials"), tip, _WIDTHS, self)
        self.lines = ParallelCoordinates(theme, self)
        self.costs = CostChart(theme, self)
        self._make_controls()
        self._lay_out()
        self._connect()
        self.resize(1000, 600)
        self._show_nothing()

    @property
    def chosen(self) -> int:
        """The number of the selected trial; 0 for none."""
        return self._chosen

    @property
    def is_busy(self) -> bool:
        """Whether something is read or checked in the background."""
        return self._worker is not None

    def shut_down(self) -> None:
        """End the background work; a sweep that this window started stops, and can be resumed."""
        self.watcher.shut_down()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()
        for folder in self._started:
            with contextlib.suppress(DigitpadError):
                sweep = Sweep(folder)
                if sweep.is_running():
                    sweep.request_stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the sweeps while they are visible."""
        super().showEvent(event)
        self.watcher.switch(on=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing while hidden."""
        super().hideEvent(event)
        self.watcher.switch(on=False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the form, too."""
        super().closeEvent(event)
        if self._form is not None:
            self._form.close()

    # Actions

    @Slot()
    def ask(self) -> None:
        """Ask what a new sweep is to vary, or say why none can be started."""
        self.notice.clear()
        trouble = obstacle()
        if trouble:
            self.notice.say(trouble)
            return
        if self._form is None:
            self._form = NewSweepDialog(self._theme, self._describe_fixed, self)
            self._form.chosen.connect(self.start)
        self._form.show_settings()
        bring_up(self._form)

    @Slot(object)
    def start(self, choice: SweepChoice) -> None:
        """Check all trials of a new sweep in the background, then start it."""
        if self._worker is None and self._form is not None:
            self._form.show_checking(on=True)
            self._do(partial(_create, self._store, self._plan(), choice), self._follow)

    @Slot()
    def stop_or_resume(self) -> None:
        """Stop the sweep that is shown, or resume it."""
        self.notice.clear()
        if self._folder is None or self._info is None:
            return
        try:
            sweep = Sweep(self._folder)
            if self._info.status is SweepStatus.RUNNING:
                sweep.request_stop()
                self._go.setEnabled(False)
            elif obstacle():
                self.notice.say(obstacle())
            else:
                conduct(sweep)
                self._started.add(self._folder)
        except DigitpadError as error:
            self.notice.say(str(error))

    @Slot()
    def use(self) -> None:
        """Use the network of the selected trial."""
        run = self._run()
        if run is not None and self._worker is None:
            self._do(run.model, partial(self._take_model, run.folder))

    @Slot()
    def evaluate(self) -> None:
        """Evaluate the selected trial."""
        run = self._run()
        if run is not None:
            self.evaluation_asked.emit(run.folder)

    @Slot()
    def replay(self) -> None:
        """Replay the training of the selected trial."""
        run = self._run()
        if run is not None:
            self.replay_asked.emit(run.folder)

    @Slot(int)
    def select(self, number: int) -> None:
        """Select a trial in all views."""
        if number == self._chosen:
            return
        self._chosen = number
        index = self._sorted.mapFromSource(self.table.index(number - 1, 0)) if number else QModelIndex()
        self.view.setCurrentIndex(index)
        self._mark()
        self._offer()

    @Slot(int)
    def hover(self, number: int) -> None:
        """Mark the trial under the pointer in all views."""
        self._under = number
        self._mark()

    # Parts

    def _make_controls(self) -> None:
        self._sweeps = ComboBox(
            self._theme, "sweepChoice", self.tr("Sweep"), self.tr("The sweep whose trials are shown"), self
        )
        self._cost = ComboBox(
            self._theme, "costChoice", self.tr("Cost"), self.tr("What is along the horizontal axis"), self
        )
        self._cost.offer(
            {"seconds": self.tr("Training time"), "parameters": self.tr("Parameters"), "epochs": self.tr("Epochs")}
        )
        self._new = dialog_button(
            "newSweep", self.tr("New sweep…"), self.tr("Train with many settings at the same time"), self.ask, self
        )
        self._go = dialog_button("stopSweep", self.tr("Stop"), "", self.stop_or_resume, self)
        self._use = dialog_button(
            "useTrial", self.tr("Open in Features"), self.tr("Look inside the network of this trial"), self.use, self
        )
        self._evaluate = dialog_button(
            "evaluateTrial",
            self.tr("Evaluate"),
            self.tr("Evaluate this trial in the Evaluate tab"),
            self.evaluate,
            self,
        )
        self._replay = dialog_button(
            "replayTrial", self.tr("Replay"), self.tr("Look at any moment of this training"), self.replay, self
        )
        self._state = QLabel(self)
        self._state.setObjectName("sweepState")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._facts = muted("", self)
        self._facts.setObjectName("trialFacts")
        self._facts.setTextFormat(Qt.TextFormat.PlainText)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self._sweeps.setMinimumWidth(24 * SPACE)
        top.addWidget(self._sweeps)
        top.addWidget(self._new)
        top.addWidget(self._go)
        top.addWidget(self._state, 1)
        right = QWidget(self)
        charts = QVBoxLayout(right)
        charts.setContentsMargins(0, 0, 0, 0)
        charts.setSpacing(SPACE)
        charts.addWidget(self.lines, 3)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(muted(self.tr("Accuracy over"), self))
        self._cost.setMinimumWidth(18 * SPACE)
        head.addWidget(self._cost)
        head.addStretch(1)
        charts.addLayout(head)
        charts.addWidget(self.costs, 2)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setObjectName("sweepsSplitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.view)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self._facts, 1)
        for button in (self._use, self._evaluate, self._replay):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addLayout(top)
        column.addWidget(self.notice)
        column.addWidget(splitter, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.view.setMouseTracking(True)
        self.view.entered.connect(self._enter)
        self.view.selectionModel().selectionChanged.connect(self._take_selection)
        for chart in (self.lines, self.costs):
            chart.hovered.connect(self.hover)
            chart.selected.connect(self.select)
        self._cost.activated.connect(self._choose_cost)
        self._sweeps.activated.connect(self._choose_sweep)
        self.watcher.seen.connect(self._show)

    @Slot(QModelIndex)
    def _enter(self, index: QModelIndex) -> None:
        self.hover(self._sorted.mapToSource(index).row() + 1)

    @Slot(QItemSelection, QItemSelection)
    def _take_selection(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = selected.indexes()
        if rows:
            self.select(self._sorted.mapToSource(rows[0]).row() + 1)

    @Slot()
    def _choose_cost(self) -> None:
        self.costs.choose(self._cost.chosen)

    @Slot()
    def _choose_sweep(self) -> None:
        self._chosen = self._under = 0
        self.watcher.follow(Path(self._sweeps.chosen))

    @Slot(object)
    def _show(self, seen: Seen) -> None:
        """Show what is known about the sweeps."""
        entries = {str(folder): name for folder, name in seen.names}
        if [self._sweeps.itemData(place) for place in range(self._sweeps.count())] != list(entries):
            self._sweeps.offer(entries)
        self._sweeps.choose(str(seen.folder))
        if seen.folder != self._folder:
            self._chosen = self._under = 0
        self._folder, self._info = seen.folder, seen.info
        if seen.info is None:
            self._show_nothing()
            return
        for part in (self.table, self.lines, self.costs):
            part.show_sweep(seen.info)
        self._state.setText(self._in_words(seen.info))
        running = seen.info.status is SweepStatus.RUNNING
        self._go.setText(self.tr("Stop") if running else self.tr("Resume"))
        self._go.setToolTip(
            self.tr("Stop the sweep; running trials are saved, and it can be resumed")
            if running
            else self.tr("Train the trials that are left")
        )
        self._go.setEnabled(running or seen.info.status is not SweepStatus.FINISHED)
        if seen.error:
            self.notice.say(seen.error)
        self._mark()
        self._offer()

    def _show_nothing(self) -> None:
        for part in (self.table, self.lines, self.costs):
            part.show_sweep(None)
        self._state.setText(self.tr("There are no sweeps yet."))
        self._go.setEnabled(False)
        self._offer()

    def _in_words(self, info: SweepInfo) -> str:
        over = sum(trial.status.is_over for trial in info.trials)
        text = self.tr("{done} of {count} trials have ended").format(done=over, count=len(info.trials))
        best = info.best
        if best is not None and best.validation_accuracy is not None:
            text += " · " + self.tr("best: trial {number}, {accuracy}").format(
                number=best.number, accuracy=percent(best.validation_accuracy)
            )
        return text

    def _mark(self) -> None:
        for chart in (self.lines, self.costs):
            chart.mark(self._under, self._chosen)

    def _offer(self) -> None:
        """Offer what can be done with the selected trial."""
        run = self._run(quiet=True)
        trial = None if self._info is None or not self._chosen else self._info.trials[self._chosen - 1]
        self._facts.setText(
            self.tr("Select a trial to open it.") if trial is None else trial.message or (run.info.name if run else "")
        )
        trained = run is not None and trial is not None and trial.epochs > 0
        self._use.setEnabled(trained)
        self._evaluate.setEnabled(trained)
        self._replay.setEnabled(run is not None and Film.exists(run))

    def _run(self, *, quiet: bool = False) -> Run | None:
        """Return the run of the selected trial; None, and a sentence unless `quiet`, if it has none."""
        if self._info is None or self._folder is None or not 0 < self._chosen <= len(self._info.trials):
            return None
        try:
            return Sweep(self._folder).run(self._info.trials[self._chosen - 1])
        except DigitpadError as error:
            if not quiet:
                self.notice.say(str(error))
            return None

    def _describe_fixed(self) -> str:
        plan = self._plan()
        text = self.tr("All other settings are those of the Train tab: {network} on {data}, epochs: {epochs}.")
        return text.format(network=plan.architecture.name, data=plan.dataset, epochs=plan.settings.epochs)

    def _follow(self, folder: Path) -> None:
        """Show a sweep that has just been started."""
        if self._form is not None:
            self._form.accept()
        self._started.add(folder)
        self.watcher.follow(folder)

    def _take_model(self, folder: Path, model: object) -> None:
        self.model_loaded.emit(model, folder)

    # The background

    def _do(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        self._then = then
        worker = self._worker = FunctionWorker(work, self)
        worker.done.connect(self._done)
        worker.failed.connect(self._fail)
        worker.finished.connect(self._finish)
        worker.start()

    @Slot(object)
    def _done(self, result: object) -> None:
        if self._then is not None:
            self._then(result)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        form = self._form
        (form.notice if form is not None and form.isVisible() else self.notice).say(sentence)

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        if self._form is not None:
            self._form.show_checking(on=False)


def _create(store: SweepStore, plan: RunPlan, choice: SweepChoice) -> Path:
    """Check a new sweep, write its record and start its process; return its folder."""
    info, _sentence = plan_sweep(choice.request(fixed_by(plan)))
    sweep = store.create(info)
    conduct(sweep)
    return sweep.folder
