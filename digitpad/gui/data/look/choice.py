"""The field that chooses a dataset: bundled and installed ones, one's own, and any folder or file."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.data.installed import find_fashion_mnist
from digitpad.data.orientation import orientations
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings

_FOLDER, _FILE = "folder:", "file:"
_BUNDLED = {
    "mnist": str(QT_TRANSLATE_NOOP("DataChoice", "MNIST")),
    "pen": str(QT_TRANSLATE_NOOP("DataChoice", "Pen ink")),
    "fashion-mnist": str(QT_TRANSLATE_NOOP("DataChoice", "Fashion-MNIST")),
    "styles": str(QT_TRANSLATE_NOOP("DataChoice", "Synthetic digits")),
    "manners": str(QT_TRANSLATE_NOOP("DataChoice", "Pen ink in particular manners")),
    "non-digits": str(QT_TRANSLATE_NOOP("DataChoice", "Synthetic non-digits")),
    "figures": str(QT_TRANSLATE_NOOP("DataChoice", "Hand-drawn figures and letters")),
}
_OTHERS = {
    _FOLDER: str(QT_TRANSLATE_NOOP("DataChoice", "Folder of images or IDX files…")),
    _FILE: str(QT_TRANSLATE_NOOP("DataChoice", "Ink, CSV or NPZ file…")),
}


class DataChoice(ComboBox):
    """Chooses a dataset.

    Signals
    -------
    chosen_data
        The source of the dataset, for `digitpad.data.sources.open_dataset`.
    """

    chosen_data = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(theme, "lookData", self.tr("Dataset"), self.tr("Dataset to look at"), parent)
        self._settings = settings
        self._collections: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._shown = "mnist"
        self._fill()
        self.activated.connect(self._activated)

    @property
    def source(self) -> str:
        """The source of the chosen dataset."""
        return self._shown

    def offer_collections(self, names: Mapping[str, str]) -> None:
        """List collections, by their sources, after the bundled datasets."""
        self._collections = dict(names)
        self._fill()

    def open(self, source: str) -> None:
        """Add a folder or a file, if it is not listed yet, and choose it."""
        if self.findData(source) < 0:
            for spec in orientations(source):
                self._own[spec] = one_line(Path(spec).name)
        self._shown = source
        self._fill()
        self.chosen_data.emit(source)

    def _fill(self) -> None:
        known = {source: self.tr(text) for source, text in _BUNDLED.items() if _is_there(source)}
        others = {word: self.tr(text) for word, text in _OTHERS.items()}
        self.offer(known | self._collections | self._own | others)
        self.choose(self._shown)

    @Slot()
    def _activated(self) -> None:
        word = self.chosen
        if word in _OTHERS:
            self.choose(self._shown)
            self._ask(word)
        elif word != self._shown:
            self._shown = word
            self.chosen_data.emit(word)

    def _ask(self, word: str) -> None:
        title = self.tr("Choose a folder of images") if word == _FOLDER else self.tr("Choose a file of images or ink")
        dialog = QFileDialog(self.window(), title, str(self._settings.folder))
        dialog.setObjectName("lookFolderDialog" if word == _FOLDER else "lookFileDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if word == _FOLDER:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([self.tr("Datasets (*.jsonl *.csv *.npz)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self._selected)
        dialog.open()

    @Slot(str)
    def _selected(self, name: str) -> None:
        self._settings.folder = Path(name).parent
        self.open(name)


def _is_there(source: str) -> bool:
    """Return whether a bundled dataset can be opened; Fashion-MNIST may not be installed."""
    if source != "fashion-mnist":
        return True
    try:
        find_fashion_mnist()
    except DigitpadError:
        return False
    return True
