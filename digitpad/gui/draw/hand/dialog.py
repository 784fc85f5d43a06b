"""The dialog that adapts the network to My hand, shows what that changes, and keeps the result or not."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.adaptation.keeping import Kept, keep, usual_name
from digitpad.adaptation.learning import AdaptationSettings, Protection
from digitpad.adaptation.session import LearnedHand
from digitpad.gui.draw.hand.learning import Preparation, learning
from digitpad.gui.draw.hand.results import Results
from digitpad.gui.widgets.cards import bring_up, dialog_button, muted, title
from digitpad.gui.widgets.fields import CheckBox
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.gui.workers.generator import GeneratorWorker
from digitpad.gui.workers.progress import WorkProgress
from digitpad.training.runs import RunStore

if TYPE_CHECKING:
    from digitpad.models.model_file import Model


class LearningDialog(QDialog):
    """Adapts a model to the drawings of a collection.

    Parameters
    ----------
    theme
        The theme.
    preparation
        The replay, prepared or not.
    model
        The model in use.
    folder
        The collection.
    runs
        The folder of the runs, which receive the film; None uses the user's.

    Signals
    -------
    kept
        A `Kept`: the model was kept.
    """

    kept = Signal(object)

    def __init__(
        self, theme: Theme, preparation: Preparation, model: "Model", folder: Path, runs: Path | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme, self._preparation, self._model, self._folder = theme, preparation, model, folder
        self._store = RunStore(runs)
        self._settings = AdaptationSettings()
        self._learned: LearnedHand | None = None
        self._worker: GeneratorWorker | None = None
        self._keeper: FunctionWorker | None = None
        self._results: Results | None = None
        self.setObjectName("learningDialog")
        self.setWindowTitle(self.tr("Learn my hand"))
        self._lay_out()

    @property
    def learned(self) -> LearnedHand | None:
        """The last result; None while it is computed."""
        return self._learned

    @property
    def is_busy(self) -> bool:
        """Whether a network is being adapted or kept."""
        return self._worker is not None or self._keeper is not None

    def begin(self) -> None:
        """Show the dialog, and adapt the network."""
        bring_up(self)
        self._start()

    def shut_down(self) -> None:
        """Stop, and wait for the end of the threads."""
        for worker in (self._worker, self._keeper):
            if worker is not None:
                worker.shut_down()
        self._worker = self._keeper = None

    def reject(self) -> None:
        """Cancel the adaptation, or discard the result."""
        worker = self._worker
        if worker is not None:
            worker.interrupt()
        super().reject()

    # Parts

    def _lay_out(self) -> None:
        self._heading = title("", self)
        self._heading.setObjectName("learningHeading")
        self._time = muted("", self)
        self._time.setWordWrap(False)
        self.forgetting = CheckBox(
            self._theme,
            "withoutReplay",
            self.tr("Without replay"),
            self.tr("Learn from the drawings alone, to see what the network forgets then"),
            self,
        )
        self.forgetting.toggled.connect(self._protect)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._heading)
        head.addWidget(self._time)
        head.addStretch(1)
        head.addWidget(self.forgetting)
        self._pages = QStackedWidget(self)
        self._waiting = self._make_waiting()
        self._pages.addWidget(self._waiting)
        self._error = muted("", self)
        self._error.setObjectName("learningError")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        column.addWidget(self._error)
        column.addLayout(self._make_foot())
        self.resize(760, 480)

    def _make_waiting(self) -> QWidget:
        """Return the page that shows the progress."""
        page = QWidget(self)
        self._doing = QLabel("", page)
        self._doing.setObjectName("learningDoing")
        self._doing.setWordWrap(True)
        self.bar = QProgressBar(page)
        self.bar.setObjectName("learningBar")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setToolTip(self.tr("How far the current work is"))
        self.bar.setTextVisible(False)
        waiting = QVBoxLayout(page)
        waiting.addStretch(1)
        waiting.addWidget(self._doing)
        waiting.addWidget(self.bar)
        waiting.addStretch(1)
        return page

    def _make_foot(self) -> QHBoxLayout:
        """Return the buttons and the name."""
        self._keep = dialog_button(
            "keepHand", self.tr("Keep"), self.tr("Keep it as a model of its own, and use it"), self._keep_model, self
        )
        self._keep.setProperty("role", "primary")
        self._longer = dialog_button(
            "tryLonger", self.tr("Try longer"), self.tr("Learn again, with twice as many steps"), self._try_longer, self
        )
        self._discard = dialog_button(
            "discardHand", self.tr("Discard"), self.tr("Keep nothing (Esc); the drawings stay"), self.reject, self
        )
        self.name = QLineEdit(self)
        self.name.setObjectName("handModelName")
        self.name.setAccessibleName(self.tr("Name of the model"))
        self.name.setToolTip(self.tr("The name under which the model is kept"))
        self.name.setFixedHeight(4 * SPACE)
        caption = muted(self.tr("kept as"), self)
        caption.setWordWrap(False)
        caption.setBuddy(self.name)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self._keep)
        foot.addWidget(self._longer)
        foot.addWidget(self._discard)
        foot.addStretch(1)
        foot.addWidget(caption)
        foot.addWidget(self.name, 2)
        return foot

    # Work

    @Slot()
    def _start(self) -> None:
        """Adapt the network with the present settings."""
        if self._worker is not None:
            # It starts again when this one has ended.
            self._worker.interrupt()
            return
        self._learned = None
        self._show_busy(busy=True)
        self._heading.setText(self.tr("Learning from my drawings"))
        self._time.setText("")
        self._error.setText("")
        self._doing.setText(self.tr("Reading the drawings"))
        self.bar.setRange(0, 0)
        self._pages.setCurrentWidget(self._waiting)
        job = partial(learning, self._preparation, self._model, self._folder, self._settings)
        worker = self._worker = GeneratorWorker(job, self)
        worker.progressed.connect(self._show_progress)
        worker.answered.connect(self._show_result)
        worker.failed.connect(self._show_error)
        worker.finished.connect(self._finish)
        worker.start()

    @Slot(object)
    def _show_progress(self, progress: WorkProgress) -> None:
        self._doing.setText(progress.doing)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    @Slot(object)
    def _show_result(self, learned: LearnedHand) -> None:
        if learned.settings != self._settings:
            return
        self._learned = learned
        count = len(learned.own.samples)
        self._heading.setText(self.tr("Learned from %n drawing(s)", "", count))
        self._time.setText(
            self.tr("in {seconds:.1f} s, {steps} steps · nothing is kept yet").format(
                seconds=learned.adapted.seconds, steps=learned.settings.steps
            )
        )
        if self._results is not None:
            self._results.deleteLater()
        self._results = Results(self._theme, learned, self)
        self._pages.addWidget(self._results)
        self._pages.setCurrentWidget(self._results)
        if not self.name.text():
            self.name.setText(usual_name(learned.base.name))
        self._error.setText(" ".join(learned.own.remarks))

    @Slot(str)
    def _show_error(self, error: str) -> None:
        self._error.setText(error)
        self._doing.setText(self.tr("Nothing was learned."))
        self.bar.setRange(0, 1)

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        if not self.isVisible():
            return
        if self._learned is None and not self._error.text():
            self._start()
        else:
            self._show_busy(busy=False)

    def _show_busy(self, *, busy: bool) -> None:
        has_result = not busy and self._learned is not None
        self._keep.setEnabled(has_result)
        self._longer.setEnabled(has_result)
        self.name.setEnabled(has_result)
        self._discard.setText(self.tr("Discard") if has_result else self.tr("Cancel"))

    @Slot()
    def _try_longer(self) -> None:
        self._settings = replace(self._settings, steps=2 * self._settings.steps)
        self._start()

    @Slot(bool)
    def _protect(self, forgetting: bool) -> None:
        protection = Protection.NONE if forgetting else Protection.REPLAY
        self._settings = replace(self._settings, protection=protection)
        self._start()

    @Slot()
    def _keep_model(self) -> None:
        if self._learned is None or self._keeper is not None:
            return
        self._error.setText("")
        self._show_busy(busy=True)
        work = partial(keep, self._learned, self.name.text(), store=self._store)
        worker = self._keeper = FunctionWorker(work, self)
        worker.done.connect(self._take_kept)
        worker.failed.connect(self._error.setText)
        worker.finished.connect(self._finish_keeping)
        worker.start()

    @Slot(object)
    def _take_kept(self, kept: Kept) -> None:
        self.kept.emit(kept)
        self.accept()

    @Slot()
    def _finish_keeping(self) -> None:
        worker, self._keeper = self._keeper, None
        if worker is not None:
            worker.deleteLater()
        self._show_busy(busy=False)
