"""The field that chooses a dataset: bundled and installed ones, one's own, and any folder or file."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.data.collections.store import CollectionEntry
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.datasets import dataset_dialog, dialog_entries, offered_datasets
from digitpad.gui.workspace.settings import Settings


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
        self._collections: tuple[CollectionEntry, ...] = ()
        self._shown = "mnist"
        self._fill()
        self.activated.connect(self._activated)

    @property
    def source(self) -> str:
        """The source of the chosen dataset."""
        return self._shown

    def offer_collections(self, entries: Sequence[CollectionEntry]) -> None:
        """List the user's collections."""
        if tuple(entries) != self._collections:
            self._collections = tuple(entries)
            self._fill()

    def open(self, source: str) -> None:
        """Add a folder or a file, if it is not listed yet, and choose it."""
        self._settings.remember_dataset(source)
        self._shown = source
        self._fill()
        self.chosen_data.emit(source)

    def _fill(self) -> None:
        own = (*self._settings.recent_datasets, self._shown)
        self.offer(offered_datasets(self._collections, own) | dialog_entries())
        self.choose(self._shown)

    @Slot()
    def _activated(self) -> None:
        word = self.chosen
        if word in dialog_entries():
            self.choose(self._shown)
            self._ask(word)
        elif word != self._shown:
            self._shown = word
            self.chosen_data.emit(word)

    def _ask(self, word: str) -> None:
        dialog = dataset_dialog(word, "look", str(self._settings.folder), self.window())
        dialog.fileSelected.connect(self._selected)
        dialog.open()

    @Slot(str)
    def _selected(self, name: str) -> None:
        self._settings.folder = Path(name).parent
        self.open(name)
