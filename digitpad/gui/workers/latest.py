"""Work that takes longer than a screen refresh: in a thread, the newest request of each kind only.

A request that is overtaken by another of its kind is told to stop, and what it still brings is dropped: every request
has a number, and only the latest one's results are handed on.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.workers.base import Worker


class Progress:
    """What work gets to know whether to go on, and to hand on what it has so far."""

    def __init__(self, stop: Event, show: Callable[[object], None]) -> None:
        self._stop = stop
        self._show = show

    def stopped(self) -> bool:
        """Tell whether nobody waits for the result any more."""
        return self._stop.is_set()

    def show(self, partial: object) -> None:
        """Hand on what there is so far."""
        self._show(partial)


Work = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request, or so far.

    Attributes
    ----------
    kind, number
        Which request.
    result
        What the work returned, or showed.
    final
        Whether the work has ended.
    trouble
        Why there is no result, in words; empty if there is one.
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
    """Does work in a thread of its own, which begins with the first request.

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
        """Whether a request waits or is being worked on."""
        return self._thread is not None and self._thread.busy

    def ask(self, kind: str, work: Work) -> int:
        """Have work done; an earlier request of the same kind is forgotten.

        Parameters
        ----------
        kind
            What it is for, such as "occlusion".
        work
            Called in the thread. It must not touch anything that the GUI thread changes.

        Returns
        -------
        int
            The number of the request.
        """
        number = self._numbers.get(kind, 0) + 1
        self._numbers[kind] = number
        if self._thread is not None and self._thread.isFinished():
            # A fault of ours ended it; that was reported, and the next request shall not wait for ever.
            self.shut_down()
        if self._thread is None:
            self._thread = _Thread(self)
            self._thread.result_ready.connect(self._receive)
            self._thread.start()
        self._thread.put(_Request(kind, number, work))
        return number

    def forget(self, kind: str) -> None:
        """Have work of a kind stopped, and drop what it still brings."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        if self._thread is not None:
            self._thread.drop(kind)

    def shut_down(self) -> None:
        """Stop everything and wait for the thread to end."""
        if self._thread is not None:
            self._thread.shut_down()
            self._thread.deleteLater()
            self._thread = None

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if self._numbers.get(outcome.kind) == outcome.number:
            self.result_ready.emit(outcome)


class _Thread(Worker):
    """Works requests off, one after the other."""

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
        """Work until told to end."""
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
            result = request.work(Progress(request.stop, show))
        except DigitpadError as error:
            self.result_ready.emit(Outcome(request.kind, request.number, None, final=True, trouble=str(error)))
            return
        except Exception:
            # A fault of ours is reported elsewhere, as the thread ends; whoever waits must not wait for ever.
            self.result_ready.emit(Outcome(request.kind, request.number, None, final=True))
            raise
        if not request.stop.is_set():
            self.result_ready.emit(Outcome(request.kind, request.number, result, final=True))

    def _stop(self, kind: str) -> None:
        if self._current is not None and self._current.kind == kind:
            self._current.stop.set()
