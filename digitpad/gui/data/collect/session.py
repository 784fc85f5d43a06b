"""Everything that the Collect page reads and writes, in one thread and in order, so that the window never waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.data.collections.store import CollectionStore
from digitpad.errors import DigitpadError
from digitpad.gui.data.collect.desk import Desk, DeskState
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.queue import QueueWorker

Act = Callable[[Desk], str | None]
"""Work at the desk; it returns what to say about it, if anything, and may raise DigitpadError."""


@dataclass(frozen=True, slots=True)
class _Report:
    """How a job ended.

    Attributes
    ----------
    token
        What was given with the job.
    state
        The state afterwards; None if it cannot be read.
    errors
        Why the job failed, or the state cannot be read.
    said
        What to say about the job.
    succeeded
        Whether the job itself was done.
    """

    token: object
    state: DeskState | None
    errors: tuple[str, ...]
    said: str
    succeeded: bool


class CollectionSession(QObject):
    """Does work on the collections.

    Parameters
    ----------
    store
        The collections.

    Signals
    -------
    changed
        The `DeskState`, after every job.
    message
        A `Message`.
    done
        The token of a job that succeeded.
    failed
        The token of a job that failed.
    progressed
        The number of things done, and of all, during long work.
    """

    changed = Signal(object)
    message = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    progressed = Signal(int, int)

    def __init__(self, store: CollectionStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = DeskState()
        self._desk = Desk(store, self.progressed.emit)
        self._worker = QueueWorker("collectionWorker", self)
        self._worker.result_ready.connect(self._receive)

    @property
    def busy(self) -> bool:
        """Whether something has not been saved yet."""
        return self._worker.busy

    def ask(self, act: Act, token: object = None) -> None:
        """Do something in the background, after everything that was asked before.

        Parameters
        ----------
        act
            The work.
        token
            What `done` or `failed` carries then; None for neither.
        """
        self._worker.put(partial(_report, self._desk, act, token))

    def shut_down(self) -> None:
        """Save what waits, stop long imports, and end."""
        self._desk.stop.set()
        if self._worker.isRunning():
            self._worker.shut_down()
        self._desk.close()

    @Slot(object)
    def _receive(self, report: _Report) -> None:
        if report.state is not None:
            self.state = report.state
            self.changed.emit(report.state)
        for error in report.errors:
            self.message.emit(Message(error))
        if report.said:
            self.message.emit(Message(report.said, "info"))
        if report.token is not None:
            (self.done if report.succeeded else self.failed).emit(report.token)


def _report(desk: Desk, act: Act, token: object) -> _Report:
    """Do a job, and read the state afterwards; called in the worker's thread."""
    errors: list[str] = []
    said = ""
    try:
        said = act(desk) or ""
    except DigitpadError as error:
        errors.append(str(error))
    succeeded = not errors
    state = None
    for _attempt in range(2):
        try:
            state = desk.state()
            break
        except DigitpadError as error:
            # The collection is closed now.
            if str(error) not in errors:
                errors.append(str(error))
    return _Report(token, state, tuple(errors), said, succeeded)
