"""Saving the maps: every layer as a picture, and all numbers in one file, as `digitpad features` saves them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from digitpad.explain.frame import Frame
from digitpad.export.feature_pictures import SavedFeatures, save_features
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, Progress
from digitpad.gui.workspace.settings import Settings

if TYPE_CHECKING:
    from digitpad.gui.features.tab import FeaturesTab

SAVE = "save"


class MapFiles(QObject):
    """Asks for a folder and saves there, in the background.

    Parameters
    ----------
    tab
        Whose frame is saved.
    settings
        Remembers the folder.
    background
        Where it is done.

    Signals
    -------
    message
        A `Message`: what was saved, or why not.
    """

    message = Signal(object)

    def __init__(self, tab: "FeaturesTab", settings: Settings, background: LatestWorker) -> None:
        super().__init__(tab)
        self._tab = tab
        self._settings = settings
        self._background = background
        background.result_ready.connect(self._receive)
        sentence = "Save every layer as a picture and all numbers as one .npz file"
        self.save = make_action(tab, "featuresSave", "Save maps…", ["Ctrl+S"], sentence, self._ask)

    def save_to(self, folder: Path) -> None:
        """Save the frame that is shown now."""
        frame = self._tab.frame
        if frame is None:
            self.message.emit(Message("There is no network to look into; choose a model first."))
            return
        self._settings.folder = folder
        self._background.ask(SAVE, partial(_save, frame, folder))

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self._tab, "Choose a folder for the maps", str(self._settings.folder))
        dialog.setObjectName("saveMapsDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Save here")
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
            self.message.emit(
                Message(f"{count} pictures and {saved.archive.name} are in {saved.archive.parent}.", "info")
            )
        elif outcome.trouble:
            self.message.emit(Message(outcome.trouble))


def _save(frame: Frame, folder: Path, _progress: Progress) -> object:
    """Save what the command line would: all activations, under the names of containers too."""
    arrays = {name: array[None] for name, array in frame.activations.items()}
    for alias, name in frame.structure.aliases.items():
        arrays[alias] = arrays[name]
    return save_features(arrays, folder)
