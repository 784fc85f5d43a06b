"""The list of the user's collections, read in the background and kept for all choosers of data."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext

_LIST = "collections"


class CollectionList(QObject):
    """Knows the user's collections.

    Parameters
    ----------
    folder
        Where they are; None uses the user's folder.

    Signals
    -------
    changed
        `entries` differ from those before.
    """

    changed = Signal()

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = CollectionStore(folder)
        #: The collections by name, as they were when they were last read.
        self.entries: tuple[CollectionEntry, ...] = ()
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)

    def refresh(self) -> None:
        """Read the list again; another process, or the Data tab, may have changed it."""
        self._worker.ask(_LIST, partial(_read, self.store))

    def shut_down(self) -> None:
        """Wait for the end of the thread."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, tuple) and outcome.result != self.entries:
            self.entries = outcome.result
            self.changed.emit()


def _read(store: CollectionStore, _context: WorkContext) -> object:
    return tuple(store.all())
