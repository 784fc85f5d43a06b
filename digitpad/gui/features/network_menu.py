"""The menu of networks to look into: those in files, the checkpoints of runs, and the one in training."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.message_bar import Message
from digitpad.models.model_file import CLASSIFICATION, Model, bundled_models, load_model, user_models

if TYPE_CHECKING:
    from digitpad.training.runs import CheckpointFile, Run

_MOST_RUNS = 12
_MOST_CHECKPOINTS = 24


@dataclass(frozen=True, slots=True, eq=False)
class NamedModel:
    """A model, and what to call it."""

    model: Model
    name: str


class NetworkMenu(QMenu):
    """Offers networks; what is there is looked up each time it opens.

    Signals
    -------
    chosen
        A `NamedModel`.
    closed
        No network is wanted any more.
    browse_requested
        A file is to be chosen in a dialog.
    message
        A `Message`: a network could not be loaded.
    """

    chosen = Signal(object)
    closed = Signal()
    browse_requested = Signal()
    message = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("networkMenu")
        self._closable = False
        self.aboutToShow.connect(self.fill)

    def offer_closing(self, *, on: bool) -> None:
        """Offer to stop comparing."""
        self._closable = on

    @Slot()
    def fill(self) -> None:
        """Look up what there is."""
        self.clear()
        for title, files in (("With digitpad", bundled_models()), ("Your own", user_models())):
            if files:
                self.addSection(title)
            for path in files:
                action = self.addAction(path.stem)
                action.setObjectName(f"network-{path.stem}")
                action.triggered.connect(partial(self.load, path))
        self._fill_runs()
        self.addSeparator()
        browse = self.addAction("A model file…")
        browse.setObjectName("networkBrowse")
        browse.triggered.connect(self.browse_requested)
        if self._closable:
            close = self.addAction("Stop comparing")
            close.setObjectName("networkClose")
            close.triggered.connect(self.closed)

    def load(self, path: Path) -> None:
        """Choose the model in a file; one that cannot be loaded is complained of."""
        try:
            model = load_model(path)
            _check(model)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self.chosen.emit(NamedModel(model, path.stem))

    def _fill_runs(self) -> None:
        from digitpad.training.runs import Run, RunStore

        runs = [run for run in RunStore().all() if isinstance(run, Run)][:_MOST_RUNS]
        if runs:
            self.addSection("Checkpoints of your runs")
        for run in runs:
            checkpoints = run.checkpoints()[-_MOST_CHECKPOINTS:]
            if not checkpoints:
                continue
            menu = self.addMenu(run.info.name or run.folder.name)
            for checkpoint in checkpoints:
                action = menu.addAction(_words(checkpoint))
                action.triggered.connect(partial(self._load_checkpoint, run, checkpoint))

    def _load_checkpoint(self, run: "Run", checkpoint: "CheckpointFile") -> None:
        try:
            model = run.model(checkpoint)
            _check(model)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self.chosen.emit(NamedModel(model, f"{run.info.name or run.folder.name}, {_words(checkpoint)}"))


def _words(checkpoint: "CheckpointFile") -> str:
    epoch = "" if checkpoint.epoch is None else f", epoch {checkpoint.epoch}"
    return f"step {checkpoint.step:,}{epoch}"


def _check(model: Model) -> None:
    if model.metadata.task != CLASSIFICATION:
        raise DigitpadError(f"{model.name} finds ink on pages and does not read digits; choose a model that reads.")
