"""Sharing: the server that the window starts and stops, and the board that listens to it.

Starting loads the server's libraries and binds a port, stopping waits for the connections to close: both happen in a
thread, in the order in which they are asked.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.workers.queue import QueueWorker

if TYPE_CHECKING:
    from collections.abc import Callable

    from digitpad.serving.board import Board

_THIS_COMPUTER = "127.0.0.1"
_CLEARED: dict[str, object] = {"type": "cleared"}
_NO_QUESTION: dict[str, object] = {"type": "question", "text": "", "label": None}


class RunningServer(Protocol):
    """What a server offers to the window."""

    @property
    def address(self) -> str:
        """The address of the page."""
        ...

    def announce(self, message: dict[str, object]) -> None:
        """Send a message to all pages, also to those that are opened later."""
        ...

    def stop(self) -> None:
        """Close all connections and wait for the end."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where to share.

    Attributes
    ----------
    host
        The address to bind.
    port
        The port.
    code
        What the address ends with; empty on this computer alone.
    """

    host: str
    port: int
    code: str = ""

    @classmethod
    def here(cls, port: int) -> "Place":
        """Return the place that only this computer reaches."""
        return cls(_THIS_COMPUTER, port)

    @property
    def is_local(self) -> bool:
        """Whether only this computer reaches the page."""
        return self.host == _THIS_COMPUTER


StartServer: TypeAlias = "Callable[[Place, Board], RunningServer]"
"""Starts a server that reports the participants' drawings to a board; raises DigitpadError if it cannot start."""


class Stage(Enum):
    """How far sharing is."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class _Report:
    """How a start or a stop has ended: the server that runs now, or why there is none."""

    server: RunningServer | None = None
    error: str = ""


class _Host:
    """Has the server; used by one thread at a time, so that no server is lost, whenever the window closes."""

    def __init__(self, start_server: StartServer) -> None:
        self._start_server = start_server
        self._server: RunningServer | None = None

    def start(self, place: Place, board: "Board") -> _Report:
        try:
            self._server = self._start_server(place, board)
        except DigitpadError as error:
            return _Report(error=str(error))
        return _Report(self._server)

    def stop(self) -> _Report:
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        return _Report()


class Sharing(QObject):
    """Starts and stops the server, and passes the teacher's questions to the board and to the pages.

    Parameters
    ----------
    start_server
        Starts the server; called in a thread.

    Signals
    -------
    changed
        `stage` has changed.
    failed
        Why sharing has failed, as a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, start_server: StartServer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = _Host(start_server)
        self._stage = Stage.OFF
        self._place = Place.here(0)
        self._question: dict[str, object] = _NO_QUESTION
        self._server: RunningServer | None = None  # to announce; what starts and stops it is the host
        self._worker = QueueWorker("sharing", self)
        self._worker.result_ready.connect(self._receive)
        self._worker.finished.connect(self._end)

    @cached_property
    def board(self) -> "Board":
        """The board, which is made when it is first used: the window opens without what it needs."""
        from digitpad.serving.board import Board

        return Board()

    @property
    def stage(self) -> Stage:
        """How far sharing is."""
        return self._stage

    @property
    def place(self) -> Place:
        """Where the page is, or was last."""
        return self._place

    @property
    def address(self) -> str:
        """The address of the page; empty while it is not shared."""
        return "" if self._server is None else self._server.address

    def start(self, place: Place) -> None:
        """Share the page, unless it is shared already.

        Parameters
        ----------
        place
            Where. For others on the network it needs a code.

        Raises
        ------
        ValueError
            If others can reach it without a code.
        """
        if not place.is_local and not place.code:
            raise ValueError("Sharing.start: a network address needs a code")
        if self._stage is Stage.OFF:
            self._place = place
            self._set_stage(Stage.STARTING)
            self._worker.put(partial(self._host.start, place, self.board))

    @Slot()
    def stop(self) -> None:
        """Stop sharing, if the page is shared."""
        if self._stage is Stage.ON:
            self._server = None
            self._set_stage(Stage.STOPPING)
            self._worker.put(self._host.stop)

    def ask(self, label: str | None, question: str = "") -> None:
        """Ask everyone to draw a class; None ends the question.

        Parameters
        ----------
        label
            The class.
        question
            The question in words, for the pages.
        """
        self.board.ask(label)
        self._announce(_NO_QUESTION if label is None else {"type": "question", "text": question, "label": label})

    def reset(self) -> None:
        """Begin with the next class: clear the board and all pages."""
        self.board.reset()
        self._announce(_NO_QUESTION)

    def _announce(self, question: dict[str, object]) -> None:
        """Clear all pages, and show a question on them; also on those of a server that starts later."""
        self._question = question
        if self._server is not None:
            self._server.announce(_CLEARED)
            self._server.announce(question)

    def shut_down(self) -> None:
        """End the server, because the window is closing; also one that is starting."""
        self._server = None
        if self._worker.isRunning():
            self._worker.put(self._host.stop)
            self._worker.shut_down()
        self._host.stop()

    def _set_stage(self, stage: Stage) -> None:
        self._stage = stage
        self.changed.emit()

    @Slot(object)
    def _receive(self, report: _Report) -> None:
        self._server = report.server
        if report.server is not None:
            report.server.announce(self._question)
        self._set_stage(Stage.OFF if report.server is None else Stage.ON)
        if report.error:
            self.failed.emit(report.error)

    @Slot()
    def _end(self) -> None:
        """Handle the end of the thread: a bug, which is reported elsewhere, or the end of the window."""
        if self._stage is not Stage.OFF:
            self._server = None
            self._set_stage(Stage.OFF)
