"""The thread that trains.

It iterates the events of a `LiveRun`, puts them into a mailbox that the window empties ten times a second,
and waits at the gate between them. Pictures of the network are copies, made between two events.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from digitpad.errors import DigitpadError
from digitpad.gui.training.pause_control import PauseControl, RunUntil
from digitpad.gui.training.run_view import RunView, record_of
from digitpad.models.model_file import CLASSIFICATION
from digitpad.reading.recognizer import Recognizer
from digitpad.training.events import Event, StepCompleted, TrainingStarted, TrainingStopped
from digitpad.training.live import LiveRun

_STACK = 8 << 20  # bytes: BLAS wants more than a thread of Qt's has everywhere
_BETWEEN_PICTURES = 0.4  # seconds
_SIDE = 28


class TrainingThread(QThread):
    """Trains one run, from its start (or where it was left) to its end.

    Parameters
    ----------
    open_run
        Opens the data and the run's folder, which may take seconds: called in the thread.
    passage
        How far the training may go at first.
    window
        Over how many steps the curves of a resumed run's past are smoothed.

    Signals
    -------
    opened
        The `LiveRun`, before its first event.
    held
        The training waits at the gate.
    published
        A `Recognizer` with a copy of the network as it is now.
    failed
        Why the run could not be opened or go on, in a sentence for a person.
    """

    opened = Signal(object)
    held = Signal()
    published = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        open_run: Callable[[], LiveRun],
        passage: RunUntil = RunUntil.OPEN,
        window: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trainingThread")
        self.setStackSize(_STACK)
        self._open_run = open_run
        self._window = window
        self._mail: deque[Event | RunView] = deque()
        self._published_at = 0.0
        self._stale = False
        self._shown = threading.Event()
        self._shown.set()
        self.pause = PauseControl(passage)

    def take_mail(self) -> list[Event | RunView]:
        """Return the events since the last call, in order; before them, of a resumed run, the record of its past."""
        mail: list[Event | RunView] = []
        while self._mail:
            mail.append(self._mail.popleft())
        return mail

    def picture_was_shown(self) -> None:
        """Say that the last picture of the network was dealt with, so that another is welcome."""
        self._shown.set()

    def leave(self) -> None:
        """Break the training off after the event under way; its last state is saved first."""
        self.requestInterruption()
        self.pause.leave()

    def run(self) -> None:
        """Train; called by Qt in the new thread."""
        try:
            live = self._open_run()
            self.opened.emit(live)
            events = live.events()
            try:
                for event in events:
                    if isinstance(event, TrainingStarted) and event.steps_done:
                        self._mail.append(record_of(live.run.history(), self._window))
                    self._mail.append(event)
                    self._look(live, event)
                    if self.isInterruptionRequested():
                        break
            finally:
                # What was not asked for any more is saved here.
                events.close()
        except DigitpadError as error:
            self.failed.emit(str(error))

    def _look(self, live: LiveRun, event: Event) -> None:
        """Do what is due between two events: a picture, a pause."""
        over = isinstance(event, TrainingStopped)
        self._stale = self._stale or over or isinstance(event, StepCompleted)
        now = time.monotonic()
        waits = self.pause.must_wait(event) and not over
        due = now - self._published_at > _BETWEEN_PICTURES and self._shown.is_set()
        if self._stale and (due or waits or over):
            self._publish(live)
            self._published_at = now
        if waits:
            self.held.emit()
            self.pause.wait()

    def _publish(self, live: LiveRun) -> None:
        model = live.snapshot_model()
        readable = model.metadata.task == CLASSIFICATION and model.architecture.input_shape == (1, _SIDE, _SIDE)
        self._stale = False
        if readable:
            self._shown.clear()
            self.published.emit(Recognizer(model))
