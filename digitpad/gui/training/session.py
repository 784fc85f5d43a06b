"""One training at a time: its thread, its events and its controls.

The window's side of a training. The mailbox of the thread is emptied ten times a second; all signals are emitted in the
GUI thread.
"""

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.gui.training.control_card import State
from digitpad.gui.training.pause_control import RunUntil
from digitpad.gui.training.run_view import RunView
from digitpad.gui.training.thread import Past, TrainingThread
from digitpad.training.advisor import Advisor
from digitpad.training.events import Event, RecordingTrouble, StopReason, TrainingStarted, TrainingStopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from digitpad.data.lazy_pictures import Progress
    from digitpad.training.live import LiveRun
    from digitpad.training.run import Run

_TICK = 100  # milliseconds: each redraw of the curves takes time from the training
#: The thread switch interval in seconds. Each call into Qt reacquires the GIL, and with the default of 5 ms, painting
#: with forty calls could wait for a fifth of a second.
_TURN = 0.0005


class Session(QObject):
    """Starts, pauses, steps and stops trainings.

    Signals
    -------
    state_changed
        The `State`.
    opening
        A `WorkProgress`: how far the data of a run are opened.
    began
        The `LiveRun` that was opened.
    started
        The run takes its first step, and its folder says that it is running.
    recalled
        The run is an earlier one that goes on: `record` is another now, with its past in it.
    ticked
        Something was heard; `record` knows what.
    published
        A `Snapshot` of the network as it is now. The next one follows when `picture_was_shown` says that this was
        dealt with.
    remarked
        What the user should know of the data of a run, as a sentence.
    error
        An error, as a sentence; everything else continues.
    ended
        The training and its thread have ended.
    """

    state_changed = Signal(object)
    opening = Signal(object)
    began = Signal(object)
    started = Signal()
    recalled = Signal()
    ticked = Signal()
    published = Signal(object)
    remarked = Signal(str)
    error = Signal(str)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: TrainingThread | None = None
        self._live: LiveRun | None = None
        self._state = State.IDLE
        self._failed = False
        self._usual_turn = sys.getswitchinterval()
        self._unheard: list[Event] = []
        self.record: RunView | None = None
        self.advisor: Advisor | None = None
        #: The run that `record` is about; None before it is open.
        self.run: Run | None = None
        #: The same of the run before, which stays if the next cannot be opened.
        self._last: tuple[RunView | None, Advisor | None, Run | None] = (None, None, None)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._listen)

    @property
    def state(self) -> State:
        """What the training is doing."""
        return self._state

    @property
    def live(self) -> "LiveRun | None":
        """The run that is open; None before it is and after its end."""
        return self._live

    @property
    def is_on(self) -> bool:
        """Whether there is a training, running or paused."""
        return self._thread is not None

    def start(self, open_run: "Callable[[Progress], LiveRun]", passage: RunUntil, window: float) -> None:
        """Start a training, unless there is one.

        Parameters
        ----------
        open_run
            Opens the run; called in the thread, with a function for the progress.
        passage
            How far to go.
        window
            Over how many steps the curves are smoothed.
        """
        if self._thread is not None:
            return
        self._last = self.record, self.advisor, self.run
        self.record, self.advisor, self.run = RunView(window), None, None
        self._unheard.clear()
        self._failed = False
        thread = self._thread = TrainingThread(open_run, passage, window, self)
        thread.opening.connect(self._show_opening)
        thread.opened.connect(self._open)
        thread.held.connect(self._hold)
        thread.published.connect(self._publish)
        thread.failed.connect(self._fail)
        thread.finished.connect(self._finish)
        self._show(State.OPENING)
        self._usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        self._timer.start()
        thread.start()

    def hold(self) -> None:
        """Pause the training after the current event."""
        if self._thread is not None and self._state in {State.OPENING, State.RUNNING}:
            self._thread.pause.allow(RunUntil.CLOSED)
            self._show(State.PAUSING)

    def go_on(self, passage: RunUntil = RunUntil.OPEN) -> None:
        """Let a paused training continue this far."""
        if self._thread is not None and self._state in {State.PAUSED, State.PAUSING}:
            self._show(State.RUNNING)
            self._thread.pause.allow(passage)

    def stop(self) -> None:
        """Stop the training after the current step; the result is kept."""
        if self._thread is None or self._state is State.STOPPING:
            return
        self._show(State.STOPPING)
        if self._live is not None:
            self._live.stop()
            self._thread.pause.allow(RunUntil.OPEN)
        else:
            self._thread.interrupt()

    def shut_down(self) -> None:
        """Stop the training immediately, save its state, and wait for its end."""
        self._timer.stop()
        thread = self._thread
        if thread is not None:
            thread.finished.disconnect(self._finish)
            thread.shut_down()
            self._thread = self._live = None
            sys.setswitchinterval(self._usual_turn)

    def change(self, name: str, value: float) -> None:
        """Change a control of the running training (see `ControlValues`)."""
        if self._live is None:
            return
        try:
            self._live.controls.change(**{name: value})
        except DigitpadError as error:
            self.error.emit(str(error))

    # Signals of the thread

    @Slot(object)
    def _show_opening(self, progress: object) -> None:
        if self._live is None and self._state is not State.STOPPING:
            self.opening.emit(progress)

    @Slot(object)
    def _open(self, live: "LiveRun") -> None:
        self._live = live
        self.run = live.run
        if self.advisor is None:
            # Of a run that goes on, the advisor comes with its past.
            self.advisor = Advisor(live.run.info.plan)
            for event in self._unheard:
                self.advisor.hear(event)
        self._unheard.clear()
        if self._state is State.OPENING:
            self._show(State.RUNNING)
        elif self._state is State.STOPPING:
            live.stop()
        self.began.emit(live)

    @Slot()
    def _hold(self) -> None:
        self._listen()
        if self._state in {State.PAUSING, State.RUNNING, State.OPENING}:
            self._show(State.PAUSED)

    @Slot(object)
    def _publish(self, snapshot: object) -> None:
        self.published.emit(snapshot)

    def picture_was_shown(self) -> None:
        """Report that the last snapshot was shown, so that the next one can be made."""
        if self._thread is not None:
            self._thread.picture_was_shown()

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._failed = True
        self.error.emit(sentence)

    @Slot()
    def _finish(self) -> None:
        self._listen()
        self._timer.stop()
        thread, record = self._thread, self.record
        self._thread = self._live = None
        sys.setswitchinterval(self._usual_turn)
        if thread is not None:
            thread.deleteLater()
        if self.run is None and self._last[0] is not None:
            self.record, self.advisor, self.run = self._last
        if record is not None and record.stopped is None and not self._failed and self._state is not State.STOPPING:
            self.error.emit(self.tr("Training stopped unexpectedly. Saved progress is in Runs."))
        self._show(State.IDLE)
        self.ended.emit()

    @Slot()
    def _listen(self) -> None:
        """Empty the mailbox."""
        if self._thread is None or self.record is None:
            return
        mail = self._thread.take_mail()
        for item in mail:
            if isinstance(item, Past):
                self.record, self.advisor = item.record, item.advisor
                self.recalled.emit()
            elif isinstance(item, RecordingTrouble):
                self.error.emit(item.message)
            else:
                self._hear(self.record, item)
        if mail:
            self.ticked.emit()

    def _hear(self, record: RunView, event: Event) -> None:
        """Pass an event on to the curves and the hints, and report what the user should know of it."""
        record.hear(event)
        if self.advisor is not None:
            self.advisor.hear(event)
        else:
            # The worker reports separately that the run is open, perhaps after the first events.
            self._unheard.append(event)
        if isinstance(event, TrainingStarted):
            # What was changed is expected, and stands beside Start.
            for remark in (remark for remark in event.remarks if remark not in event.changes):
                self.remarked.emit(remark)
            self.started.emit()
        elif isinstance(event, TrainingStopped) and event.reason is StopReason.DIVERGED:
            self.error.emit(event.message)

    def _show(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)
