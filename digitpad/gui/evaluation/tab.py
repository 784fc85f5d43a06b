"""The Evaluate tab: choose models and data, evaluate them in the background, and explore the results."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitpad.data.labels import are_digits
from digitpad.data.skipped import first_names
from digitpad.errors import DigitpadError
from digitpad.gui.evaluation.exporting import Exported, Picture, export_job, paint_pictures
from digitpad.gui.evaluation.figures import FiguresCard
from digitpad.gui.evaluation.job import CurvePoint, Measured, Step, evaluation_job, robustness_job
from digitpad.gui.evaluation.results import Results
from digitpad.gui.evaluation.setup import EvaluationSetup
from digitpad.gui.evaluation.views import VIEWS, view_texts
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.generator import GeneratorWorker
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace import catalogue
from digitpad.gui.workspace.catalogue import Entry
from digitpad.gui.workspace.model_data import data_of
from digitpad.gui.workspace.models import is_frame, read_model
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.workspace.models import LoadedModel
    from digitpad.models.model_file import Model


class EvaluationTab(TabPage):
    """Measures models.

    Parameters
    ----------
    theme
        The colours.
    workspace
        Provides the model in use, and shows images in Draw.

    Signals
    -------
    finished
        The work in the background is over: done, stopped or failed.
    """

    finished = Signal()

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluationTab")
        self._theme = theme
        self._workspace = workspace
        self._settings = settings = workspace.settings
        self._in_use: LoadedModel | None = None
        self._thread: GeneratorWorker | None = None
        self._asked_models: tuple[Path, ...] = ()
        self._measured_models: tuple[Path, ...] = ()
        self._failed = self._told = self._stopping = False
        self._painting: Iterator[Picture] = iter(())
        self._painted: list[Picture] = []
        self._target = Path()
        self._painter = QTimer(self)
        self._painter.setSingleShot(True)
        self._painter.setInterval(0)
        self._painter.timeout.connect(self._paint_next)
        self._make_actions()
        self.setup = EvaluationSetup(theme, settings, self.start, self.export, self)
        self.figures = FiguresCard(theme, self)
        self.results = Results(theme, workspace, self)
        self._lay_out()
        self.setup.changed.connect(self._clear_status)
        self.figures.model_chosen.connect(self.results.show_model)
        self.results.opened.connect(self._open_image)
        self.results.point_opened.connect(self._open_point)
        self.results.message.connect(self.message)
        workspace.networks_changed.connect(self._offer_models)
        workspace.collections.changed.connect(self._offer_collections)
        self._offer_models()
        self._offer_collections()
        self._show_running(running=False)

    @property
    def is_running(self) -> bool:
        """Whether something is being measured or written."""
        return self._thread is not None or self._painter.isActive()

    @Slot()
    def _offer_models(self) -> None:
        """List the available models; a model that was just chosen for use is selected."""
        in_use = self._workspace.in_use
        chosen = in_use if in_use is not self._in_use else None
        if in_use is None or chosen is not None or not self.setup.models:
            self._in_use = in_use
            self.setup.offer_models(self._known_models(), None if chosen is None else chosen.path)
            if chosen is not None and chosen.model is not None and not self.is_running:
                self._follow(chosen.model, chosen.path)
        self._follow_moment()

    def _follow_moment(self) -> None:
        """Select the moment that is replayed."""
        network = self._workspace.looked_at
        moment = None if network is None else network.moment
        if network is None or moment is None or moment.file is None:
            self.setup.follow_moment(None)
        elif self.isVisible():
            self.setup.follow_moment(moment.file, network.title)

    @Slot()
    def _offer_collections(self) -> None:
        self.setup.offer_collections(self._workspace.collections.entries)

    def _known_models(self) -> list[Entry]:
        """Return the models in files, then the runs."""
        entries = [*catalogue.bundled(), *catalogue.own(self._settings.recent_models)]
        try:
            return [*entries, *catalogue.runs(self._workspace.runs_folder)]
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return entries

    def showEvent(self, event: QShowEvent) -> None:
        """Add models that were saved or trained in the meantime, and collections."""
        super().showEvent(event)
        self._workspace.collections.refresh()
        self.setup.offer_models(self._known_models(), None)
        self._follow_moment()

    def shut_down(self) -> None:
        """Stop the work and wait for its end."""
        self._painter.stop()
        if self._thread is not None:
            self._thread.shut_down()
        self.results.shut_down()

    def evaluate(self, place: Path) -> None:
        """Evaluate a model, a run or one of its checkpoints on the chosen images, unless an evaluation is running."""
        if self.is_running:
            return
        self.setup.add_model(place)
        try:
            self._follow(*read_model(place))
        except DigitpadError as error:
            self.setup.show_status(str(error), error=True)
            return
        self.start.trigger()

    def _follow(self, model: "Model", place: Path) -> None:
        """Choose the data of a model's training; of a model of other classes without a record, say what to choose."""
        data, digits = data_of(model, place), are_digits(model.metadata.labels)
        self.setup.follow(data, digits=digits)
        if data is None and not digits:
            text = self.tr("{model} does not record its data. Choose data with its classes: {classes}.")
            classes = first_names([one_line(label) for label in model.metadata.labels])
            self.setup.show_status(text.format(model=one_line(model.name), classes=classes))

    # Actions

    def _make_actions(self) -> None:
        self.start = make_action(
            self,
            "actionEvaluate",
            self.tr("Evaluate"),
            ["Ctrl+E"],
            self.tr("Start or stop the evaluation"),
            self._start_or_stop,
        )
        self.robustness = make_action(
            self,
            "actionRobustness",
            self.tr("Measure robustness"),
            ["Ctrl+Alt+R"],
            self.tr("Measure the accuracy on shifted, rotated, scaled, bolder and noisy images"),
            self._measure_robustness,
        )
        self.export = make_action(
            self,
            "actionExportEvaluation",
            self.tr("Export…"),
            ["Ctrl+Shift+E"],
            self.tr("Export tables and pictures of the results"),
            self._ask_where,
        )
        self.mistakes = make_action(
            self,
            "actionWorstMistakes",
            self.tr("Worst mistakes"),
            ["Ctrl+Shift+M"],
            self.tr("Show the mistakes, the most confident first"),
            self._show_mistakes,
        )
        group = QActionGroup(self)
        self.views: list[QAction] = []
        for number, view in enumerate(VIEWS):
            name, tip = view_texts(view)
            action = make_action(
                self,
                f"actionView{view}",
                name,
                [f"Alt+{number + 1}"],
                tip,
                partial(self._view, number),
            )
            action.setCheckable(True)
            group.addAction(action)
            self.views.append(action)
        self.views[0].setChecked(True)

    def _lay_out(self) -> None:
        # The buttons may need two lines.
        bar = FlowLayout()
        bar.setSpacing(SPACE)
        buttons = [
            action_button(action, f"view{view}Button", action.text(), self)
            for action, view in zip(self.views, VIEWS, strict=True)
        ]
        for button in buttons:
            bar.addWidget(button)
        bar.add_stretch()
        buttons.append(action_button(self.mistakes, "worstMistakesButton", self.mistakes.text(), self))
        bar.addWidget(buttons[-1])
        measure = action_button(self.robustness, "measureRobustnessButton", self.robustness.text(), self.results)
        self.results.robustness.corner.addWidget(measure, 0, Qt.AlignmentFlag.AlignHCenter)
        self.results.robustness.corner.addStretch(1)
        # The results were created before the buttons above them; the tab order follows the layout.
        for before, after in pairwise([*self.figures.buttons, *buttons]):
            self.setTabOrder(before, after)
        self.setTabOrder(self.results.robustness.charts[-1], measure)
        right = QVBoxLayout()
        right.setSpacing(SPACE + SPACE // 2)
        right.addWidget(self.figures)
        right.addLayout(bar)
        right.addWidget(self.results, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.setup)
        row.addLayout(right, 1)

    @Slot()
    def _start_or_stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._thread.interrupt()
            self.setup.show_status(self.tr("Stopping…"))
            return
        if self.is_running:
            return
        models = self.setup.models
        if not models:
            self.setup.show_status(self.tr("No model is chosen; choose one above."), error=True)
            return
        self._asked_models = models
        self._run(partial(evaluation_job, models, self.setup.chosen_data))

    @Slot()
    def _measure_robustness(self) -> None:
        measured = self.results.measured
        if not self.is_running and measured is not None:
            self.results.robustness.clear_curves()
            self.views[VIEWS.index("Robustness")].trigger()
            self._run(partial(robustness_job, measured))

    def _view(self, number: int) -> None:
        self.results.show_view(number)

    @Slot()
    def _show_mistakes(self) -> None:
        self.results.show_mistakes()

    @Slot()
    def _ask_where(self) -> None:
        if self.results.measured is None:
            self.message.emit(Message(self.tr("There are no results to export yet; press Evaluate first."), "info"))
            return
        dialog = QFileDialog(
            self.window(), self.tr("Choose the folder for the exported results"), str(self._settings.folder)
        )
        dialog.setObjectName("exportEvaluationDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def export_to(self, folder: str) -> None:
        """Export tables and pictures into a new subfolder of this folder."""
        measured = self.results.measured
        if self.is_running or measured is None:
            return
        self._settings.folder = Path(folder)
        self._painting = paint_pictures(self._theme, measured.evaluations, self.results.robustness.curves)
        self._painted = []
        self._target = Path(folder)
        self._show_running(running=True)
        self.setup.show_progress(WorkProgress(self.tr("Drawing the pictures")))
        self._painter.start()

    @Slot()
    def _paint_next(self) -> None:
        """Paint one picture, and the next one in another turn of the event loop; then write the files."""
        measured = self.results.measured
        picture = next(self._painting, None)
        if picture is not None:
            self._painted.append(picture)
            self._painter.start()
        elif measured is not None:
            curves = self.results.robustness.curves
            self._run(partial(export_job, self._target, measured, curves, tuple(self._painted)))

    @Slot(object, str, int)
    def _open_image(self, pixels: NDArray[np.float32], name: str, model: int) -> None:
        """Show an image in Draw, read by the model that it was evaluated with."""
        path = self._measured_models[model]
        in_use, looked_at = self._workspace.in_use, self._workspace.looked_at
        moment = None if looked_at is None else looked_at.moment
        is_replayed = moment is not None and moment.file == path
        if in_use is not None and in_use.path == path.resolve():
            self._workspace.look_at_in_use()
        elif is_replayed or is_frame(path):
            if not is_replayed:
                self._workspace.look_at(path)
        elif self._workspace.use(path):
            text = self.tr("Now using {name}, the model of these results.")
            self.message.emit(Message(text.format(name=path.stem), "info"))
        self._workspace.show_pixels(pixels, name)
        self.tab_wanted.emit("Draw")

    @Slot(object, str)
    def _open_point(self, pixels: NDArray[np.float32], name: str) -> None:
        """Show an image of the map of points in Draw, read by the network that the map shows."""
        self._workspace.show_pixels(pixels, name)
        self.tab_wanted.emit("Draw")

    # The work

    def _run(self, job: Callable[[], Iterator[object]]) -> None:
        thread = GeneratorWorker(job, self)
        thread.setObjectName("evaluationThread")
        thread.progressed.connect(self._show_progress)
        thread.answered.connect(self._take)
        thread.failed.connect(self._fail)
        thread.finished.connect(self._end)
        self._thread = thread
        self._failed = self._told = self._stopping = False
        self._show_running(running=True)
        self.setup.show_progress(WorkProgress(self.tr("Starting")))
        thread.start()

    @Slot(object)
    def _show_progress(self, progress: WorkProgress) -> None:
        # Progress that was sent before the work was stopped may arrive afterwards.
        if self._thread is not None and not self._stopping:
            self.setup.show_progress(progress)

    @Slot(object)
    def _take(self, step: Step | Exported) -> None:
        if self._stopping:
            return
        if isinstance(step, CurvePoint):
            self.results.robustness.add_point(step.model, step.point)
        elif isinstance(step, Measured):
            self._measured_models = self._asked_models
            self.figures.show_evaluations(step.evaluations)
            self.results.show_measured(step)
            self._tell_about(step)
        elif isinstance(step, Exported):
            text = self.tr("Exported {count} file(s) to {folder}.", "", step.count)
            self.message.emit(Message(text.format(count=step.count, folder=step.folder), "info"))

    @Slot(str)
    def _fail(self, text: str) -> None:
        self._failed = True
        self.setup.show_status(text, error=True)

    @Slot()
    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.deleteLater()
        self.setup.show_progress(None)
        self._show_running(running=False)
        if self._stopping and not self._failed:
            self.setup.show_status(self.tr("Stopped. The previous results are unchanged."))
        elif not self._failed and not self._told:
            self.setup.show_status("")
        self.finished.emit()

    def _tell_about(self, measured: Measured) -> None:
        """Report what the figures do not show: remarks on the images, and whether they are of a single class."""
        for remark in measured.images.remarks:
            self.message.emit(Message(remark, "info"))
        alone = measured.one_class
        if alone is not None:
            self._told = True
            self.setup.show_status(
                self.tr(
                    "All images are of one class, {label}: the results show its recall, but not the precision."
                ).format(label=alone)
            )

    @Slot()
    def _clear_status(self) -> None:
        if self._thread is None:
            self.setup.show_status("")

    def _show_running(self, *, running: bool) -> None:
        text = self.tr("Stop") if running else self.tr("Evaluate")
        self.start.setText(text)
        self.start.setIconText(text)
        measured = self.results.measured is not None
        self.robustness.setEnabled(measured and not running)
        self.export.setEnabled(measured and not running)
        self.mistakes.setEnabled(measured)
