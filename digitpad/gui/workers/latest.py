"""Long work in a thread: only the newest request of each kind counts.

A request that is replaced by another of its kind is told to stop, and its results are dropped: every request has a
number, and only results of the latest are passed on.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.workers.base import Worker
from digitpad.gui.workers.progress import StoppedError


class WorkContext:
    """The interface through which work checks whether to continue, and reports intermediate results."""

    def __init__(self, stop: Event, show: Callable[[object], None]) -> None:
        self._stop = stop
        self._show = show

    def stopped(self) -> bool:
        """Return whether the result is no longer needed."""
        return self._stop.is_set()

    def show(self, partial: object) -> None:
        """Report an intermediate result."""
        self._show(partial)


Work = Callable[[WorkContext], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result of a request, final or intermediate.

    Attributes
    ----------
    kind, number
        Kind and number of the request.
    result
        The final or intermediate result.
    final
        Whether the work has ended.
    trouble
        Why there is no result, as a sentence; empty if there is one.
    """

    kind: str
    number: int
    result: object
    final: bool
    trouble: str = ""


@dataclass(slots=True)
class _Request:
    kind: str
    number: int
    work: Work
    stop: Event = field(default_factory=Event)


class LatestWorker(QObject):
    """Does work in its own thread, which starts with the first request.

    Signals
    -------
    result_ready
        An `Outcome` of the latest request of its kind.
    """

    result_ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers: dict[str, int] = {}
        self._thread: _Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a request is waiting or in progress."""
        return self._thread is not None and self._thread.busy

    def ask(self, kind: str, work: Work) -> int:
        """Request work; an earlier request of the same kind is dropped.

        Parameters
        ----------
        kind
            The purpose, such as "occlusion".
        work
            Called in the thread. It must not access anything that the GUI thread changes.

        Returns
        -------
        int
            Number of the request.
        """
        number = self._numbers.get(kind, 0) + 1
        self._numbers[kind] = number
        if self._thread is not None and self._thread.isFinished():
            # A bug ended the thread and was reported; the next request must not wait for ever.
            self.shut_down()
        if self._thread is None:
            self._thread = _Thread(self)
            self._thread.result_ready.connect(self._receive)
            self._thread.start()
        self._thread.put(_Request(kind, number, work))
        return number

    def forget(self, kind: str) -> None:
        """Stop work of a kind, and drop its results."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        if self._thread is not None:
            self._thread.drop(kind)

    def shut_down(self) -> None:
        """Stop everything and wait for the end of the thread."""
        if self._thread is not None:
            self._thread.shut_down()
            self._thread.deleteLater()
            self._thread = None

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if self._numbers.get(outcome.kind) == outcome.number:
            self.result_ready.emit(outcome)


class _Thread(Worker):
    """Processes requests one after the other."""

    result_ready = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__("latestWorker", parent)
        self._condition = Condition()
        self._waiting: OrderedDict[str, _Request] = OrderedDict()
        self._current: _Request | None = None
        self._ending = False

    @property
    def busy(self) -> bool:
        with self._condition:
            return bool(self._waiting) or self._current is not None

    def put(self, request: _Request) -> None:
        with self._condition:
            self._stop(request.kind)
            self._waiting[request.kind] = request
            self._condition.notify()

    def drop(self, kind: str) -> None:
        with self._condition:
            self._stop(kind)
            self._waiting.pop(kind, None)

    def interrupt(self) -> None:
        super().interrupt()
        with self._condition:
            self._ending = True
            self._waiting.clear()
            if self._current is not None:
                self._current.stop.set()
            self._condition.notify()

    def work(self) -> None:
        """Process requests until stopped."""
        while (request := self._next()) is not None:
            self._do(request)

    def _next(self) -> _Request | None:
        with self._condition:
            self._current = None
            while not self._waiting and not self._ending:
                self._condition.wait()
            if self._ending:
                return None
            _, self._current = self._waiting.popitem(last=False)
            return self._current

    def _do(self, request: _Request) -> None:
        def show(partial: object) -> None:
            self.result_ready.emit(Outcome(request.kind, request.number, partial, final=False))

        try:
            result = request.work(WorkContext(request.stop, show))
        except DigitpadError as error:
            self.result_ready.emit(Outcome(request.kind, request.number, None, final=True, trouble=str(error)))
            return
        except StoppedError:
            # Nobody waits for the result.
            return
        except Exception:
            # A bug is reported elsewhere when the thread ends; waiting code must not wait for ever.
            self.result_ready.emit(Outcome(request.kind, request.number, None, final=True))
            raise
        if not request.stop.is_set():
            self.result_ready.emit(Outcome(request.kind, request.number, result, final=True))

    def _stop(self, kind: str) -> None:
        if self._current is not None and self._current.kind == kind:
            self._current.stop.set()
