"""Makes looks: immediately if that takes less than a frame, otherwise in a worker, the newest first."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.look import Choice, Depth, Look
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.pace import Pace
from digitpad.gui.workspace.verdict import verdict_of

if TYPE_CHECKING:
    from digitpad.gui.workspace.page_reader import PageReader, Sight
    from digitpad.reading.number_reading import NumberReading

_READING = "reading"
_PATIENCE = 80  # milliseconds after which a view is told that a page is still being read


@dataclass(frozen=True, slots=True, eq=False)
class LookRequest:
    """A requested look: the state at the time of the request.

    Attributes
    ----------
    number
        The number of the request.
    page, network, reader
        The page, the network that reads it, and the reader of pages for this network.
    depth, choice
        How much of the network the views need, and the character of a number that they show.
    known
        The reading of this page by this network; None if it has not been read yet.
    """

    number: int
    page: Page
    network: LoadedModel
    reader: "PageReader"
    depth: Depth
    choice: Choice
    known: "NumberReading | None"


class LookMaker(QObject):
    """Makes one look for all changes in a turn of the event loop, and signals the result.

    The result of a request that is older than the last change is discarded, unless the change continues the same page.
    While the worker is busy, all requests go to it, because a network is used by one thread at a time.

    Parameters
    ----------
    wanted
        Returns the request for the current state, given its number; None if there is nothing to look at.

    Signals
    -------
    made
        The number of a request, and its `Look`.
    nothing_wanted
        The number of a request without anything to look at.
    lasting
        The `LookRequest` of a look that takes long.
    """

    made = Signal(int, object)
    nothing_wanted = Signal(int)
    lasting = Signal(object)

    def __init__(self, wanted: Callable[[int], LookRequest | None], parent: QObject) -> None:
        super().__init__(parent)
        self._wanted = wanted
        #: The number of the first request after the page or the network changed.
        self.fresh_since = 0
        self._number = 0
        self._oldest_welcome = 0
        self._awaited: LookRequest | None = None  # what the worker looks at
        self._again = False  # whether to look again when it is done
        self._pace = Pace()
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self._soon = self._timer(0, self._go)
        self._patience = self._timer(_PATIENCE, self._say_reading)

    @property
    def busy(self) -> bool:
        """Whether a look is pending."""
        return self._soon.isActive() or self._awaited is not None

    def forget_pace(self, multiply_adds: int | None = None) -> None:
        """Discard the recorded durations, because a network of another kind is used from now on.

        Parameters
        ----------
        multiply_adds
            Its operations for one digit; None if they are not known.
        """
        self._pace.forget(multiply_adds)

    def expect_training(self, *, on: bool) -> None:
        """Expect that a training runs at the same time, which delays every look, or that it has ended."""
        self._pace.in_training = on

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._soon.stop()
        self._patience.stop()
        self._awaited = None
        self._worker.shut_down()

    def change(self, *, fresh: bool = True, continues: bool = False) -> None:
        """Request a new look at the end of this turn of the event loop.

        Parameters
        ----------
        fresh
            Whether the previous reading is no longer valid.
        continues
            Whether the results of earlier looks may still be shown, as for a stroke that has grown since.
        """
        if fresh:
            self.fresh_since = self._number + 1
        if not continues:
            self._oldest_welcome = self._number + 1
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _go(self) -> None:
        """Make the look immediately, or pass it to the worker."""
        self._number += 1
        request = self._wanted(self._number)
        if request is None:
            self._put_off()
            self.nothing_wanted.emit(self._number)
        elif self._worker.busy or not self._pace.is_short(request.page):
            self._send(request)
        else:
            self._put_off()
            self._look_now(request)

    def _look_now(self, request: LookRequest) -> None:
        """Make a look in this thread."""
        try:
            look, seconds = _make_look(request)
        except Exception:
            # The error is reported elsewhere; the answer to another drawing must not stay on the screen.
            self.made.emit(request.number, Look(0, request.page, request.network))
            raise
        self._pace.note(request.page, seconds)
        self.made.emit(request.number, look)

    def _send(self, request: LookRequest) -> None:
        """Pass a look to the worker; while it makes one that can still be shown, the next one waits."""
        if self._awaited is not None and self._awaited.number >= self._oldest_welcome:
            self._again = True
            return
        self._awaited, self._again = request, False
        self._worker.ask(_READING, partial(_work, request))
        if not self._patience.isActive():
            self._patience.start()

    def _put_off(self) -> None:
        """Stop waiting for the worker, because its result is no longer needed."""
        self._patience.stop()
        if self._awaited is not None:
            self._awaited, self._again = None, False
            self._worker.forget(_READING)

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        request = self._awaited
        if request is None:
            return
        again, self._awaited, self._again = self._again, None, False
        self._patience.stop()
        if isinstance(outcome.result, tuple):
            look, seconds = outcome.result
            self._pace.note(request.page, seconds)
        else:
            look = Look(0, request.page, request.network)
        if request.number >= self._oldest_welcome:
            self.made.emit(request.number, look)
        if again and not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _say_reading(self) -> None:
        if self._awaited is not None:
            self.lasting.emit(self._awaited)

    def _timer(self, interval: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer


def _make_look(request: LookRequest) -> tuple[Look, float]:
    """Make a look; return it with its processor time in seconds.

    During training, a look spends more time waiting for the processor than computing. The worker would have to wait as
    well, and the answer would follow the pen later.
    """
    before = time.thread_time()
    try:
        sight = request.reader.look(request.page, request.depth, request.choice, request.known)
    except DigitpadError as error:
        look = Look(0, request.page, request.network, error=str(error))
    else:
        look = _look_of(request, sight)
    return look, time.thread_time() - before


def _look_of(request: LookRequest, sight: "Sight") -> Look:
    prediction, verdict = sight.prediction, None
    reader = request.network.reader
    # Nothing is ink 0; a picture may be black.
    if prediction is not None and (reader.reads_pictures or prediction.image.any()):
        verdict = verdict_of(prediction, reader)
    return Look(
        0,
        request.page,
        request.network,
        sight.reading,
        sight.place,
        prediction,
        sight.pixels,
        verdict,
        sight.frame,
        not_finite=sight.not_finite,
    )


def _work(request: LookRequest, _context: WorkContext) -> object:
    """Make a look in the worker."""
    return _make_look(request)
