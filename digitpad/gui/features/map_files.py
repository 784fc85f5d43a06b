"""Saving the maps: every layer as a picture, and all numbers in one file, like `digitpad features`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.explain.frame import Frame
from digitpad.export.feature_pictures import SavedFeatures, save_features
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.settings import Settings

SAVE = "save"


class MapFiles(QObject):
    """Asks for a folder and saves the maps there, in the background.

    Parameters
    ----------
    owner
        The owner of the action's shortcut.
    frame
        Returns the frame to save; None if there is none.
    settings
        Settings that remember the folder.
    background
        The background worker.

    Signals
    -------
    message
        A `Message`: what was saved, or why not.
    """

    message = Signal(object)

    def __init__(
        self, owner: QWidget, frame: Callable[[], Frame | None], settings: Settings, background: LatestWorker
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._frame = frame
        self._settings = settings
        self._background = background
        background.result_ready.connect(self._receive)
        sentence = self.tr("Save every layer as an image and all numbers as one .npz file")
        self.save = make_action(owner, "featuresSave", self.tr("Save maps…"), ["Ctrl+S"], sentence, self._ask)

    def save_to(self, folder: Path) -> None:
        """Save the current frame."""
        frame = self._frame()
        if frame is None:
            self.message.emit(Message(self.tr("There is no network to save the maps of; choose a model first.")))
            return
        self._settings.folder = folder
        self._background.ask(SAVE, partial(_save, frame, folder))

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self._owner, self.tr("Choose a folder for the maps"), str(self._settings.folder))
        dialog.setObjectName("saveMapsDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Save here"))
        dialog.fileSelected.connect(self._save_to)
        dialog.open()

    @Slot(str)
    def _save_to(self, name: str) -> None:
        self.save_to(Path(name))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind != SAVE:
            return
        if isinstance(outcome.result, SavedFeatures):
            saved = outcome.result
            count = len(saved.pictures)
            text = self.tr("Saved %n image(s) and {archive} in {folder}.", "", count)
            text = text.format(archive=saved.archive.name, folder=saved.archive.parent)
            self.message.emit(Message(text, "info"))
        elif outcome.trouble:
            self.message.emit(Message(outcome.trouble))


def _save(frame: Frame, folder: Path, _progress: WorkContext) -> object:
    """Save what the command line would: all activations, including those of containers."""
    arrays = {name: array[None] for name, array in frame.activations.items()}
    for alias, name in frame.structure.aliases.items():
        arrays[alias] = arrays[name]
    return save_features(arrays, folder)
