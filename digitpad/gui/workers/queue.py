"""Jobs in a thread, one after the other: each is done, also those that wait when the window closes."""

from collections import deque
from collections.abc import Callable
from threading import Condition

from PySide6.QtCore import QObject, Signal

from digitpad.gui.workers.base import Worker

Job = Callable[[], object]


class QueueWorker(Worker):
    """Does jobs in the order in which they were put; the thread starts with the first one.

    Parameters
    ----------
    name
        Its objectName.

    Signals
    -------
    result_ready
        What a job returned, in the order of the jobs.
    """

    result_ready = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(name, parent)
        self._condition = Condition()
        self._jobs: deque[Job] = deque()
        self._working = False
        self._ending = False

    @property
    def busy(self) -> bool:
        """Whether a job is waiting or in progress."""
        with self._condition:
            return bool(self._jobs) or self._working

    def put(self, job: Job) -> None:
        """Do a job when those before it are done.

        Parameters
        ----------
        job
            Called in the thread. It must not raise: an exception is a bug, is reported, and ends the thread until the
            next job.
        """
        if self.isFinished():
            self._working = False
        with self._condition:
            self._jobs.append(job)
            self._condition.notify()
        if not self.isRunning():
            self.start()

    def interrupt(self) -> None:
        """End when all jobs are done."""
        super().interrupt()
        with self._condition:
            self._ending = True
            self._condition.notify()

    def work(self) -> None:
        """Do jobs until all are done and the end was requested."""
        while (job := self._next()) is not None:
            self.result_ready.emit(job())

    def _next(self) -> Job | None:
        with self._condition:
            self._working = False
            while not self._jobs and not self._ending:
                self._condition.wait()
            if not self._jobs:
                return None
            self._working = True
            return self._jobs.popleft()
