"""Progress of background work."""

import queue
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

_BETWEEN_NEWS = 0.05  # seconds
_LEAST_ELAPSED = 1.0  # seconds after which the time left is estimated

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """Progress of background work.

    Attributes
    ----------
    doing
        Description of the current work.
    done, total
        Number of items, such as images or points of a curve; a total of 0 if it is not known.
    seconds_left
        The time that the rest takes; None if it is not known.
    """

    doing: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class StoppedError(Exception):
    """Ends work whose result is no longer needed; nobody waits for it."""


class ProgressReporter:
    """Called with numbers of items, reports progress with the time left, at a rate that the eye can follow.

    Parameters
    ----------
    doing
        Description of the work.
    show
        Receives a `WorkProgress`, at most twenty per second.
    stopped
        Whether the work is no longer needed. Then the next call raises `StoppedError`.
    """

    def __init__(
        self, doing: str, show: Callable[[WorkProgress], object], stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self._doing, self._show, self._stopped = doing, show, stopped
        self._started = time.monotonic()
        self._last = 0
        self._told_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Report that `done` of `total` items are done. A smaller number than before begins other work.

        Raises
        ------
        StoppedError
            If the work is no longer needed.
        """
        if self._stopped():
            raise StoppedError
        now = time.monotonic()
        if done < self._last:
            self._started = now
        self._last = done
        if now - self._told_at < _BETWEEN_NEWS:
            return
        self._told_at = now
        elapsed = now - self._started
        left = elapsed / done * (total - done) if done and elapsed >= _LEAST_ELAPSED else None
        self._show(WorkProgress(self._doing, done, total, left))


def following_work(doing: str, work: Callable[[Callable[[int, int], None]], T]) -> Generator[WorkProgress, None, T]:
    """Call a function in a thread of its own, yield its progress, and return its result.

    Parameters
    ----------
    doing
        Description of the work.
    work
        Called with a function that it calls with the number of items done, and of all.

    Yields
    ------
    WorkProgress
        The progress. Closing the generator ends the work at its next report of progress.

    Raises
    ------
    BaseException
        What the function raises.
    """
    told: queue.SimpleQueue[WorkProgress | None] = queue.SimpleQueue()
    closed = threading.Event()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        with _Ended(errors, told):
            results.append(work(ProgressReporter(doing, told.put, closed.is_set)))

    thread = threading.Thread(target=run, name="digitpad-following", daemon=True)
    thread.start()
    try:
        while (progress := told.get()) is not None:
            yield progress
    finally:
        closed.set()
        thread.join()
    if errors:
        raise errors[0]
    return results[0]


class _Ended:
    """Reports that the work of a thread has ended, and what was raised in it."""

    def __init__(self, errors: list[BaseException], told: "queue.SimpleQueue[WorkProgress | None]") -> None:
        self._errors, self._told = errors, told

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        if error is not None:
            self._errors.append(error)
        self._told.put(None)
        return True
