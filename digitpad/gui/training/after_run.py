"""What is done with runs outside a training, in the background: reading a model, finding a run that a crash ended."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.training.runs import Run, RunStore

if TYPE_CHECKING:
    from pathlib import Path


class AfterRun(QObject):
    """Reads from the folders of runs, one after another.

    Signals
    -------
    model_loaded
        The `Model` of a run, and the run's folder.
    interrupted_found
        A `Run` that was interrupted.
    error
        Why something could not be read, in a sentence.
    """

    model_loaded = Signal(object, object)
    interrupted_found = Signal(object)
    error = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], object]]] = []
        self._worker: FunctionWorker | None = None
        self._then: Callable[[Any], object] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._worker is not None

    def load_model(self, run: Run) -> None:
        """Read the model of a run."""
        self._do(run.model, partial(self._take_model, run.folder))

    def look_for_interrupted(self, store: RunStore) -> None:
        """Find out whether the newest run was ended by a crash."""
        self._do(store.interrupted, self._take_interrupted)

    def finish(self) -> None:
        """Wait for the current read to end, and cancel the others."""
        self._waiting.clear()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()

    def _do(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        self._waiting.append((work, then))
        self._next()

    def _next(self) -> None:
        if self._worker is not None or not self._waiting:
            return
        work, self._then = self._waiting.pop(0)
        worker = self._worker = FunctionWorker(work, self)
        worker.done.connect(self._done)
        worker.failed.connect(self.error)
        worker.finished.connect(self._finished)
        worker.start()

    def _take_model(self, folder: "Path", model: object) -> None:
        self.model_loaded.emit(model, folder)

    def _take_interrupted(self, run: Run | None) -> None:
        if run is not None:
            self.interrupted_found.emit(run)

    @Slot(object)
    def _done(self, result: object) -> None:
        if self._then is not None:
            self._then(result)

    @Slot()
    def _finished(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        self._next()
