"""A thread that goes through a generator and tells what comes of it, not more often than eyes can follow."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from digitpad.gui.workers.base import Worker
from digitpad.gui.workers.progress import Progress

_BETWEEN_NEWS = 0.05  # seconds


class GeneratorWorker(Worker):
    """Goes through one job; it can be interrupted between any two of its steps.

    Parameters
    ----------
    open_job
        Begins the job; called in the thread.

    Signals
    -------
    progressed
        A `Progress`, at most twenty a second.
    answered
        Whatever else the job yields, in order.
    """

    progressed = Signal(object)
    answered = Signal(object)

    def __init__(self, open_job: Callable[[], Iterator[object]], parent: QObject | None = None) -> None:
        super().__init__("generatorWorker", parent)
        self._open_job = open_job

    def work(self) -> None:
        """Do the job, in the new thread."""
        told_at = 0.0
        for step in self._open_job():
            if self.isInterruptionRequested():
                return
            if not isinstance(step, Progress):
                self.answered.emit(step)
            elif time.monotonic() - told_at > _BETWEEN_NEWS:
                told_at = time.monotonic()
                self.progressed.emit(step)
