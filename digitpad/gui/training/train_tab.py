"""The Train tab: settings on the left, curves in the middle, the drawn digit and the hints on the right."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.data.collections.store import dataset_title
from digitpad.data.lazy_pictures import Progress
from digitpad.errors import DigitpadError
from digitpad.gui.training.after_run import AfterRun
from digitpad.gui.training.control_card import ControlCard, State
from digitpad.gui.training.curve_export import CurveExport
from digitpad.gui.training.curves import CurvesPanel
from digitpad.gui.training.data_note import DataNote
from digitpad.gui.training.digit_card import DigitCard
from digitpad.gui.training.hint_card import HintCard
from digitpad.gui.training.layers_card import LayersCard
from digitpad.gui.training.pause_control import RunUntil
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.training.session import Session
from digitpad.gui.training.setup_card import TrainingSetup
from digitpad.gui.training.sweeps.opener import SweepsOpener
from digitpad.gui.training.thread import NetworkCopy
from digitpad.gui.training.train_columns import TrainColumns
from digitpad.gui.training.train_dialogs import TrainDialogs
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.look import Depth, Look
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace
from digitpad.training.film.limits import FilmLimits
from digitpad.training.film.reader import Film
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from digitpad.training.suiting import start_suited

if TYPE_CHECKING:
    from digitpad.models.model_file import Model
    from digitpad.training.hints import Hint


class TrainTab(TabPage):
    """Train a network, and watch it learn.

    Parameters
    ----------
    theme
        The colours.
    workspace
        Receives the network in training, and provides its reading of the drawing.

    Signals
    -------
    evaluation_wanted
        The folder of a run that is to be evaluated.
    """

    evaluation_wanted = Signal(object)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trainTab")
        self._theme = theme
        self._workspace = workspace
        settings = workspace.settings
        self._store = RunStore(workspace.runs_folder)
        self._snapshot_waits = False  # until the views have shown it
        self.editor = PlanEditor(RunPlan.quick(), self)
        self.session = Session(self)
        self.setup = TrainingSetup(theme, settings, self.editor, self)
        self.notice = InlineAlert("trainNotice", self)
        self.note = DataNote(self.editor, self)
        self.controls = ControlCard(theme, self)
        self.curves = CurvesPanel(theme, self)
        self.digit = DigitCard(theme, self)
        self.hints = HintCard(self)
        self.dialogs = TrainDialogs(theme, workspace, self.editor, self._store, self._smoothed_over, self)
        self.sweeps = SweepsOpener(theme, self.editor, self)
        self.export = CurveExport(theme, settings, self.curves, self.session, self)
        self._after_run = AfterRun(self)
        self._interrupted: Run | None = None
        self._lay_out()
        self._connect()
        self.show_look(workspace.look)
        self._after_run.look_for_interrupted(self._store)

    def shut_down(self) -> None:
        """Stop a training that is running; its state is saved and can be resumed."""
        self.session.shut_down()
        self.note.shut_down()
        self._workspace.end_training()
        self._after_run.finish()
        self.dialogs.shut_down()
        self.sweeps.shut_down()

    # Training

    @Slot()
    def start_or_hold(self) -> None:
        """Start a training, pause it, or continue it."""
        match self.session.state:
            case State.IDLE:
                self._start(RunUntil.OPEN)
            case State.PAUSED | State.PAUSING:
                self.session.go_on()
            case _:
                self.session.hold()

    def train_on(self, dataset: str) -> None:
        """Choose a dataset; during a training it applies to the next run, and a notice says so.

        Parameters
        ----------
        dataset
            Its name, as `open_dataset` takes it.
        """
        self.setup.use_data(dataset)
        if self.session.is_on:
            text = self.tr(
                "A training is running, and its data cannot change. {data} is chosen for the next run: stop this one, "
                "then press Start."
            )
            self.notice.say(text.format(data=one_line(dataset_title(dataset))))

    @Slot()
    def one_batch(self) -> None:
        """Train on one batch, then pause."""
        self._go(RunUntil.ONE_BATCH)

    @Slot()
    def one_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        self._go(RunUntil.ONE_EPOCH)

    def _go(self, passage: RunUntil) -> None:
        if self.session.is_on:
            self.session.go_on(passage)
        else:
            self._start(passage)

    def _start(self, passage: RunUntil) -> None:
        """Start a new run of the plan."""
        plan, chosen = self.editor.asked
        # Suited to the data again where they are opened, because they may have changed since they were read.
        begin = partial(start_suited, plan, chosen, self._store, self.note.opened, film=self._workspace.settings.film)
        self._begin(begin, passage, self.editor.plan)

    def _begin(self, open_run: Callable[[Progress], LiveRun], passage: RunUntil, plan: RunPlan) -> None:
        self.notice.clear()
        self.controls.offer_result(on=False)
        self.session.start(open_run, passage, self.curves.smoothed_over)
        self.setup.show_running(plan)
        self._show_progress()

    # Signals of the session

    @Slot(str)
    def _show_remark(self, sentence: str) -> None:
        """Show a remark on the data, unless it stands beside Start already."""
        if sentence not in self.note.text:
            self.notice.say(sentence)

    @Slot(object)
    def _began(self, live: LiveRun) -> None:
        """Replace the last run by the one that is open now."""
        self.setup.show_running(live.run.info.plan)
        self.curves.show_record(self.session.record)
        self.curves.show_plan(live.run.info.plan)
        self._show_layers()
        self.hints.forget()
        self.controls.offer_replay(on=self._workspace.settings.film.is_on)

    @Slot()
    def _use_result(self) -> None:
        """Use the model of the last run."""
        if self.session.run is not None:
            self._after_run.load_model(self.session.run)

    @Slot()
    def _evaluate_result(self) -> None:
        """Evaluate the model of the last run."""
        if self.session.run is not None:
            self.evaluation_wanted.emit(self.session.run.folder)

    @Slot()
    def _replay_run(self) -> None:
        """Replay the run that is in training, or the last one."""
        if self.session.run is not None:
            self._workspace.replay_asked.emit(self.session.run.folder)

    @Slot()
    def _show_layers(self) -> None:
        """Show the layers of the moment that is looked at, or the last ones of the run."""
        network, record = self._workspace.looked_at, self.session.record
        moment = None if network is None else network.moment
        if moment is None:
            self.layers.show_layers(() if record is None or self.session.run is None else record.latest_layers)
        else:
            self.layers.show_layers(moment.layers, moment.layers_step)

    @Slot(object)
    def _offer_to_resume(self, run: Run) -> None:
        """Offer to resume an interrupted run."""
        if self.session.is_on or self.session.run is not None:
            return
        self._interrupted = run
        sentence = self.tr("digitpad ended during the run {name}. Its progress was saved.")
        self.notice.offer(
            sentence.format(name=run.display_name()),
            self.tr("Resume"),
            self.tr("Resume the run from its last checkpoint"),
        )

    @Slot()
    def _resume_interrupted(self) -> None:
        if self._interrupted is not None:
            self.resume(self._interrupted)

    @Slot()
    def _tick(self) -> None:
        self._show_progress()
        record, advisor = self.session.record, self.session.advisor
        # Until the next run is open, all of the last one stays.
        if record is None or self.session.run is None or not self.isVisible():
            return
        self.curves.redraw_next()
        self._show_layers()
        if advisor is not None:
            self.hints.show_hints(advisor.hints())

    @Slot(object)
    def _show_state(self, state: State) -> None:
        self.controls.show_state(state)
        self._show_progress()

    @Slot(object)
    def _publish(self, snapshot: NetworkCopy) -> None:
        live = self.session.live
        if live is not None:
            run = live.run
            self._workspace.show_training(snapshot.recognizer, snapshot.step, run.folder, run.display_name())
        self._snapshot_waits = self._workspace.busy
        if not self._snapshot_waits:
            self.session.picture_was_shown()

    @Slot()
    def _end(self) -> None:
        self.dialogs.refresh_runs()
        run = self.session.run
        self.controls.offer_result(on=run is not None and bool(run.checkpoints()))
        self.controls.offer_replay(on=run is not None and Film.exists(run))
        self.setup.show_running(None)
        self._tick()
        self.curves.redraw()
        self._workspace.end_training()

    @Slot(object)
    def apply_cure(self, hint: "Hint") -> None:
        """Apply the fix of a hint, to the current training or to the plan of the next run."""
        cure, live = hint.cure, self.session.live
        if cure is None:
            return
        if cure.is_live and live is not None:
            cure.apply_to(live.controls)
            self.setup.show_controls(live.controls.values)
            return
        try:
            self.editor.use(cure.changed(self.setup.plan))
        except DigitpadError as error:
            self.notice.say(str(error))
            return
        text = self.tr("{change}: set. Press Start to train with it.")
        if self.session.is_on:
            text = self.tr("{change}: set for the next run.")
        self.message.emit(Message(text.format(change=cure.label), "info"))

    @Slot(object)
    def show_look(self, look: Look) -> None:
        """Show the reading of the drawing; while another tab is visible, later."""
        if self._snapshot_waits and not look.is_reading:
            self._snapshot_waits = False
            self.session.picture_was_shown()
        if not self.isVisible():
            return
        self.digit.show_look(look)
        self.setup.preview.show_image(look.pixels)

    @Slot(object, object)
    def _use_model(self, model: "Model", place: Path) -> None:
        """Use the model of a training."""
        if self._workspace.use_model(model, place):
            self.tab_wanted.emit("Draw")
            text = self.tr("Now using {name}. Save it as a model file to keep it in the list.")
            self.message.emit(Message(text.format(name=model.name), "info"))

    @Slot(object, object)
    def _look_inside(self, model: "Model", place: Path) -> None:
        """Look inside the network of a trial."""
        if self._workspace.use_model(model, place):
            self.tab_wanted.emit("Features")

    @Slot(object)
    def resume(self, run: Run) -> None:
        """Resume an earlier run."""
        if self.session.is_on:
            if self.dialogs.runs is not None:
                self.dialogs.runs.notice.say(self.tr("A training is running; stop it before you resume another."))
            return
        self._begin(partial(_resumed, run, self._workspace.settings.film), RunUntil.OPEN, run.info.plan)

    @Slot()
    def _recall(self) -> None:
        self.curves.show_record(self.session.record)
        if self.session.run is not None:
            self.curves.show_plan(self.session.run.info.plan)

    def _smoothed_over(self) -> float:
        return self.curves.smoothed_over

    def _show_progress(self) -> None:
        self.controls.show_progress(self.session.record)

    # Parts

    def _connect(self) -> None:
        controls, session = self.controls, self.session
        self._workspace.published.connect(self.show_look)
        self.digit.bars.threshold_moved.connect(self._workspace.move_threshold)
        controls.main_asked.connect(self.start_or_hold)
        controls.batch_asked.connect(self.one_batch)
        controls.epoch_asked.connect(self.one_epoch)
        controls.stop_asked.connect(session.stop)
        controls.use_asked.connect(self._use_result)
        controls.evaluate_asked.connect(self._evaluate_result)
        controls.replay_asked.connect(self._replay_run)
        self._workspace.networks_changed.connect(self._show_layers)
        self.notice.accepted.connect(self._resume_interrupted)
        self._after_run.model_loaded.connect(self._use_model)
        self._after_run.interrupted_found.connect(self._offer_to_resume)
        self._after_run.error.connect(self.notice.say)
        session.started.connect(self.dialogs.refresh_runs)
        session.state_changed.connect(self._show_state)
        session.opening.connect(controls.show_opening)
        session.began.connect(self._began)
        session.ticked.connect(self._tick)
        session.published.connect(self._publish)
        session.remarked.connect(self._show_remark)
        session.error.connect(self.notice.say)
        session.ended.connect(self._end)
        self.setup.live_changed.connect(session.change)
        session.recalled.connect(self._recall)
        self.curves.export_asked.connect(self.export.ask)
        self.curves.copy_as.message.connect(self.message)
        self.export.message.connect(self.message)
        self.export.error.connect(self.notice.say)
        self.setup.more_asked.connect(self.dialogs.show_more)
        self.setup.runs_asked.connect(self.dialogs.show_runs)
        self.setup.network_asked.connect(self.dialogs.edit_network)
        self.dialogs.resume_asked.connect(self.resume)
        self.dialogs.model_loaded.connect(self._use_model)
        self.dialogs.compared.connect(self.curves.overlay)
        self.dialogs.message.connect(self.message)
        self.setup.sweeps_asked.connect(self.sweeps.show)
        self.sweeps.model_loaded.connect(self._look_inside)
        self.sweeps.evaluation_asked.connect(self.evaluation_wanted)
        self.sweeps.replay_asked.connect(self._workspace.replay_asked)
        self._workspace.collections.changed.connect(self._offer_collections)
        self._offer_collections()
        self.editor.refused.connect(self.notice.say)
        self.editor.data_changed.connect(self.notice.clear)
        self.note.error.connect(self.notice.say)
        self.hints.cure_asked.connect(self.apply_cure)

    @Slot()
    def _offer_collections(self) -> None:
        self.setup.offer_collections(self._workspace.collections.entries)

    def _lay_out(self) -> None:
        # Its action belongs to the tab, so that the key works everywhere in it.
        distributions = make_action(
            self,
            "actionTrainDistributions",
            self.tr("Distributions…"),
            ["Ctrl+Shift+H"],
            self.tr("Histograms of weights, gradients and activations by layer"),
            self.dialogs.show_distributions,
        )
        self.layers = LayersCard(self._theme, distributions, self)
        columns = TrainColumns(
            self._theme,
            self.setup,
            (self.notice, self.controls, self.note),
            (self.curves, self.layers),
            (self.digit, self.hints),
            self,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(columns)
        chain = [*self.setup.tab_chain, *self.notice.tab_chain, *self.controls.tab_chain]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        self.curves.come_after(chain[-1])

    def showEvent(self, event: QShowEvent) -> None:
        """Update the tab after another tab was visible."""
        super().showEvent(event)
        self._workspace.collections.refresh()
        self._workspace.ask(self, Depth.ACTIVATIONS)
        if not self.session.is_on:
            self.note.look_again()
        self.show_look(self._workspace.look)
        if self.session.record is not None:
            self._tick()
            self.curves.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Request nothing while the tab is hidden."""
        self._workspace.ask(self, Depth.READING)
        super().hideEvent(event)


def _resumed(run: Run, film: FilmLimits, on_progress: Progress) -> LiveRun:
    return LiveRun.resume(run, film=film, on_progress=on_progress)
