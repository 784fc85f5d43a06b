"""The thread that trains.

It iterates the events of a `LiveRun`, puts them into a mailbox that the window empties ten times a second,
and waits at the gate between them. Pictures of the network are copies, made between two events.
"""

import importlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Signal

from digitpad.data.lazy_pictures import Progress
from digitpad.gui.training.pause_control import PauseControl, RunUntil
from digitpad.gui.training.run_view import RunView, record_of
from digitpad.gui.workers.base import Worker
from digitpad.gui.workers.progress import ProgressReporter, StoppedError
from digitpad.models.model_file import CLASSIFICATION
from digitpad.reading.recognizer import Recognizer
from digitpad.training.advisor import Advisor
from digitpad.training.events import Event, StepCompleted, TrainingStarted, TrainingStopped
from digitpad.training.live import LiveRun

_BETWEEN_PICTURES = 0.4  # seconds
_SIDE = 28


@dataclass(frozen=True, slots=True, eq=False)
class NetworkCopy:
    """The network in training as it was after a step.

    Attributes
    ----------
    recognizer
        Reads with a copy of its weights.
    step
        Number of steps taken.
    """

    recognizer: Recognizer
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The history of a resumed run before it continues.

    Attributes
    ----------
    record
        Its curves.
    advisor
        Has heard all of it.
    """

    record: RunView
    advisor: Advisor


class TrainingThread(Worker):
    """Trains one run, from its start (or where it was left) to its end.

    Parameters
    ----------
    open_run
        Opens the data and the run's folder, which may take seconds: called in the thread, with a function that it calls
        with the number of pictures examined, and of all.
    passage
        How far the training may go at first.
    window
        Over how many steps the curves of a resumed run's past are smoothed.

    Signals
    -------
    opening
        A `WorkProgress`: how far the data are opened.
    opened
        The `LiveRun`, before its first event.
    held
        The training waits at the gate.
    published
        A `NetworkCopy` of the network as it is now.
    """

    opening = Signal(object)
    opened = Signal(object)
    held = Signal()
    published = Signal(object)

    def __init__(
        self,
        open_run: Callable[[Progress], LiveRun],
        passage: RunUntil = RunUntil.OPEN,
        window: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__("trainingThread", parent)
        self._open_run = open_run
        self._window = window
        self._mail: deque[Event | Past] = deque()
        self._published_at = 0.0
        self._step = 0
        self._stale = False
        self._shown = threading.Event()
        self._shown.set()
        self.pause = PauseControl(passage)

    def take_mail(self) -> list[Event | Past]:
        """Return the events since the last call, in order; those of a resumed run come after its past."""
        mail: list[Event | Past] = []
        while self._mail:
            mail.append(self._mail.popleft())
        return mail

    def picture_was_shown(self) -> None:
        """Report that the last copy of the network was shown, so that the next one can be made."""
        self._shown.set()

    def interrupt(self) -> None:
        """Stop the training after the current event; its last state is saved first."""
        super().interrupt()
        self.pause.leave()

    def work(self) -> None:
        """Train, in the new thread."""
        # The window imports it, with all of the explanations, when it shows the first network; that takes many frames.
        importlib.import_module("digitpad.gui.workspace.page_reader")
        doing = QCoreApplication.translate("TrainingThread", "Opening the data")
        try:
            live = self._open_run(ProgressReporter(doing, self.opening.emit, self.isInterruptionRequested))
        except StoppedError:
            return
        self.opened.emit(live)
        events = live.events()
        try:
            for event in events:
                if isinstance(event, TrainingStarted):
                    self._step = event.steps_done
                    if event.steps_done:
                        self._mail.append(_past_of(live, self._window))
                self._mail.append(event)
                self._look(live, event)
                if self.isInterruptionRequested():
                    break
        finally:
            # What was not asked for any more is saved here.
            events.close()

    def _look(self, live: LiveRun, event: Event) -> None:
        """Handle what is due between two events: a copy of the network, or a pause."""
        over = isinstance(event, TrainingStopped)
        self._stale = self._stale or over or isinstance(event, StepCompleted)
        if isinstance(event, StepCompleted):
            self._step = event.step
        elif isinstance(event, TrainingStopped):
            # Of a training that has diverged, the last good weights are kept: those of an earlier step.
            self._step = event.steps
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
        # Ink is read in one size, and pictures in any.
        shape, pictures = model.architecture.input_shape, model.metadata.preprocessing.is_picture
        readable = model.metadata.task == CLASSIFICATION and (pictures or shape == (1, _SIDE, _SIDE))
        self._stale = False
        if readable:
            self._shown.clear()
            self.published.emit(NetworkCopy(Recognizer(model), self._step))


def _past_of(live: LiveRun, window: float) -> Past:
    history = live.run.history()
    advisor = Advisor(live.run.info.plan)
    advisor.recall(history)
    return Past(record_of(history, window), advisor)
