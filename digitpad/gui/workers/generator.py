"""The thread that evaluates: it goes through a job and tells what came of it, not more often than eyes can follow."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QThread, Signal

from digitpad.errors import DigitpadError
from digitpad.gui.workers.progress import Progress

_STACK = 8 << 20  # bytes: BLAS wants more than a thread of Qt's has everywhere
_BETWEEN_NEWS = 0.05  # seconds


class GeneratorWorker(QThread):
    """Goes through one job; it can be stopped between any two of its steps.

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
    failed
        Why the job could not be done, in a sentence for a person.
    """

    progressed = Signal(object)
    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, open_job: Callable[[], Iterator[object]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluationThread")
        self.setStackSize(_STACK)
        self._open_job = open_job

    def run(self) -> None:
        """Do the job; called by Qt in the new thread."""
        told_at = 0.0
        try:
            for step in self._open_job():
                if self.isInterruptionRequested():
                    return
                if not isinstance(step, Progress):
                    self.answered.emit(step)
                elif time.monotonic() - told_at > _BETWEEN_NEWS:
                    told_at = time.monotonic()
                    self.progressed.emit(step)
        except DigitpadError as error:
            self.failed.emit(str(error))
