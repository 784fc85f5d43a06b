"""Follows sweeps on disk, in another thread: the list of them, and the record of the one that is shown."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.training.sweeps.process import last_error
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.sweeps.record import FILE, SweepInfo, SweepStatus
from digitpad.sweeps.store import Sweep, SweepStore

_BETWEEN_READINGS = 1000  # milliseconds


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known about the sweeps.

    Attributes
    ----------
    names
        Folders and names of all readable sweeps, the newest first.
    folder
        The folder of the sweep that is shown; None without any.
    info
        Its record; None if it cannot be read.
    error
        What is wrong with it, or what its process has complained of; "" for nothing.
    """

    names: tuple[tuple[Path, str], ...]
    folder: Path | None
    info: SweepInfo | None
    error: str


class SweepWatcher(QObject):
    """Reads the sweeps once per second while it is on.

    Parameters
    ----------
    store
        The sweeps.

    Signals
    -------
    seen
        `Seen`, whenever something is different.
    """

    seen = Signal(object)

    def __init__(self, store: SweepStore, parent: QObject) -> None:
        super().__init__(parent)
        self._reader = _Reader(store)
        self._folder: Path | None = None
        self._last: Seen | None = None
        self._worker: FunctionWorker | None = None
        self._again = False
        self._timer = QTimer(self)
        self._timer.setInterval(_BETWEEN_READINGS)
        self._timer.timeout.connect(self.look)

    def switch(self, *, on: bool) -> None:
        """Begin or end to read."""
        if on:
            self._timer.start()
            self.look()
        else:
            self._timer.stop()

    def follow(self, folder: Path | None) -> None:
        """Show another sweep; None shows the newest."""
        self._folder = folder
        self.look()

    @Slot()
    def look(self) -> None:
        """Read now, or as soon as the reading in progress has ended."""
        if self._worker is not None:
            self._again = True
            return
        self._again = False
        worker = self._worker = FunctionWorker(partial(self._reader.read, self._folder), self)
        worker.done.connect(self._take)
        worker.finished.connect(self._finish)
        worker.start()

    def shut_down(self) -> None:
        """End the thread."""
        self._timer.stop()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()

    @Slot(object)
    def _take(self, seen: Seen) -> None:
        if seen != self._last:
            self._last = seen
            self.seen.emit(seen)

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        if self._again:
            self.look()


class _Reader:
    """Reads sweeps; a record that has not changed is not read again. Used by one thread at a time."""

    def __init__(self, store: SweepStore) -> None:
        self._store = store
        self._known: dict[Path, tuple[int, Sweep]] = {}

    def read(self, folder: Path | None) -> Seen:
        """Return what is known about the sweeps, and about the one in a folder; None for the newest."""
        try:
            folders = self._store.folders()
        except DigitpadError as error:
            return Seen((), None, None, str(error))
        sweeps = [sweep for sweep in map(self._sweep, folders) if sweep is not None]
        sweeps.sort(key=lambda sweep: sweep.info.created, reverse=True)
        names = tuple((sweep.folder, sweep.info.name) for sweep in sweeps)
        wanted = sweeps[0].folder if sweeps and folder is None else folder
        shown = next((sweep for sweep in sweeps if sweep.folder == wanted), None)
        if shown is None:
            return Seen(names, wanted, None, "")
        info = shown.info
        trouble = "" if info.status in {SweepStatus.RUNNING, SweepStatus.FINISHED} else last_error(shown.folder)
        return Seen(names, shown.folder, info, trouble)

    def _sweep(self, folder: Path) -> Sweep | None:
        """Return a sweep, or None if it cannot be read at the moment."""
        try:
            changed = (folder / FILE).stat().st_mtime_ns
            known = self._known.get(folder)
            if known is None or known[0] != changed:
                known = self._known[folder] = changed, Sweep(folder)
        except (OSError, DigitpadError):
            return None
        return known[1]
