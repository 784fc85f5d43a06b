"""Start, pause, one batch, one epoch, stop; and how far the training is."""

from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.training.run_view import RunView, duration
from digitpad.gui.widgets.actions import make_action, shown_key
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.theme import SPACE

_DOT = " · "


class State(Enum):
    """What the training is doing."""

    IDLE = "idle"
    OPENING = "opening"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"


_MAIN = {
    State.IDLE: ("Start", "Train with these settings"),
    State.OPENING: ("Pause", "Hold the training after the step under way"),
    State.RUNNING: ("Pause", "Hold the training after the step under way"),
    State.PAUSING: ("Continue", "Go on training"),
    State.PAUSED: ("Continue", "Go on training"),
    State.STOPPING: ("Start", "Train with these settings"),
}


class ControlCard(QFrame):
    """Holds the buttons and the progress.

    Signals
    -------
    main_asked, batch_asked, epoch_asked, stop_asked
        A button or its shortcut was pressed.
    """

    main_asked = Signal()
    batch_asked = Signal()
    epoch_asked = Signal()
    stop_asked = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("controlCard")
        self.setProperty("card", "true")
        self._state = State.IDLE
        self.main = make_action(
            owner, "actionTrainMain", "Start", ["F5"], "Train with these settings", self.main_asked.emit
        )
        self.batch = make_action(
            owner, "actionTrainBatch", "One batch", ["F7"], "Learn from one batch, then hold", self.batch_asked.emit
        )
        self.epoch = make_action(
            owner, "actionTrainEpoch", "One epoch", ["F8"], "Train to the end of the epoch", self.epoch_asked.emit
        )
        self.stop = make_action(
            owner,
            "actionTrainStop",
            "Stop",
            ["Shift+F5"],
            "End the training; what was learned is kept",
            self.stop_asked.emit,
        )
        self._buttons: list[QPushButton] = []
        self.main_button = self._button("trainMain", self.main, "Start")
        self.main_button.setProperty("role", "primary")
        self._buttons = [
            self.main_button,
            self._button("trainBatch", self.batch, "Batch"),
            self._button("trainEpoch", self.epoch, "Epoch"),
            self._button("trainStop", self.stop, "Stop"),
        ]
        self.place = QLabel("Ready", self)
        self.place.setObjectName("trainPlace")
        self.place.setMinimumWidth(1)
        self.pace = muted("", self)
        self.pace.setObjectName("trainPace")
        self.pace.setWordWrap(False)
        self.pace.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("trainBar")
        self.bar.setAccessibleName("Progress of the training")
        self.bar.setToolTip("How much of the training is done")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.bar.setRange(0, 1000)
        self._lay_out()
        self.show_state(State.IDLE)

    @property
    def state(self) -> State:
        """What the training is doing."""
        return self._state

    def show_state(self, state: State) -> None:
        """Show what can be done now."""
        self._state = state
        text, sentence = _MAIN[state]
        self.main.setText(text)
        self.main.setStatusTip(sentence)
        self.main.setToolTip(f"{sentence} ({shown_key(self.main)})")
        active = state not in {State.IDLE, State.STOPPING}
        self.main.setEnabled(state is not State.STOPPING)
        for action in (self.batch, self.epoch):
            action.setEnabled(state in {State.IDLE, State.PAUSED, State.PAUSING})
        self.stop.setEnabled(active)
        self._sync()

    def show_progress(self, record: RunView | None) -> None:
        """Say how far a run is; None before the first."""
        if record is None:
            self.place.setText("Ready")
            self.pace.setText("")
            self.bar.setValue(0)
            return
        if record.started is None:
            # The state after that tells of one that could not be opened.
            self.place.setText("Ready" if self._state is State.IDLE else "Opening the data…")
            self.pace.setText("")
            self.bar.setValue(0)
            return
        started, step = record.started, record.step
        total = started.epochs * started.batches
        done = step.step if step is not None else started.steps_done
        self.bar.setValue(round(1000 * done / total) if total else 0)
        self.place.setText(self._place(record, done))
        words = [f"{record.images_per_second:,.0f} images/s"] if record.images_per_second else []
        words += [duration(record.seconds)] if step is not None else []
        left = record.seconds_left
        if record.stopped is None and left is not None:
            words.append(f"{duration(left)} left")
        # In a narrow window the first of them goes first: how long it still takes is asked most often.
        metrics, room = self.pace.fontMetrics(), self.bar.width() - 2 * SPACE
        taken = self.place.fontMetrics().horizontalAdvance(self.place.text())
        while len(words) > 1 and taken + metrics.horizontalAdvance(_DOT.join(words)) > room:
            words.pop(0)
        self.pace.setText(_DOT.join(words))

    def _place(self, record: RunView, done: int) -> str:
        started = record.started
        if started is None:
            return ""
        if record.stopped is not None:
            accuracy = record.stopped.validation_accuracy
            held_out = "" if accuracy is None else f"{_DOT}{100 * accuracy:.2f} % in validation"
            return f"{record.stopped.reason.value} after {record.stopped.steps:,} steps{held_out}".capitalize()
        if record.validating is not None:
            return f"reading held-out images{_DOT}{record.validating.done:,} of {record.validating.total:,}"
        epoch, batch = divmod(max(0, done - 1), started.batches)
        held = {State.PAUSED: "held at ", State.PAUSING: "holding at ", State.STOPPING: "stopping at "}
        return (
            f"{held.get(self._state, '')}epoch {epoch + 1} of {started.epochs}{_DOT}"
            f"batch {batch + 1 if done else 0} of {started.batches}"
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        row.setSpacing(SPACE)
        for button in self._buttons:
            row.addWidget(button)
        words = QHBoxLayout()
        words.addWidget(self.place, 1)
        words.addWidget(self.pace)
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        column.addLayout(words)
        column.addWidget(self.bar)
        row.addSpacing(SPACE)
        row.addLayout(column, 1)

    def _button(self, name: str, action: QAction, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setFixedHeight(4 * SPACE)
        button.setMinimumWidth(8 * SPACE)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        action.changed.connect(self._sync)
        return button

    @Slot()
    def _sync(self) -> None:
        """Let the buttons say what their actions do."""
        for button, action in zip(self._buttons, (self.main, self.batch, self.epoch, self.stop), strict=False):
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(action.text())
        self.main_button.setText(self.main.text())
