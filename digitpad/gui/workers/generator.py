"""A thread that iterates a generator and reports its results, at a rate that the eye can follow."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from digitpad.gui.workers.base import Worker
from digitpad.gui.workers.progress import WorkProgress

_BETWEEN_NEWS = 0.05  # seconds


class GeneratorWorker(Worker):
    """Iterates one job; it can be interrupted between any two steps.

    Parameters
    ----------
    open_job
        Creates the job; called in the thread.

    Signals
    -------
    progressed
        A `WorkProgress`, at most twenty per second.
    answered
        Everything else that the job yields, in order.
    """

    progressed = Signal(object)
    answered = Signal(object)

    def __init__(self, open_job: Callable[[], Iterator[object]], parent: QObject | None = None) -> None:
        super().__init__("generatorWorker", parent)
        self._open_job = open_job

    def work(self) -> None:
        """Iterate the job, in the new thread."""
        told_at = 0.0
        for step in self._open_job():
            if self.isInterruptionRequested():
                return
            if not isinstance(step, WorkProgress):
                self.answered.emit(step)
            elif time.monotonic() - told_at > _BETWEEN_NEWS:
                told_at = time.monotonic()
                self.progressed.emit(step)
