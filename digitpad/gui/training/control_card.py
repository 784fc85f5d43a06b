"""The buttons for start, pause, one batch, one epoch and stop, and the progress of the training."""

from enum import Enum

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.training.run_view import RunView
from digitpad.gui.widgets.actions import make_action, shown_key
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.progress_text import duration, progress_text
from digitpad.training.events import StopReason, TrainingStopped

_DOT = " · "
_LINK = 18  # pixels: the height of a link


class State(Enum):
    """What the training is doing."""

    IDLE = "idle"
    OPENING = "opening"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"


_START = (
    str(QT_TRANSLATE_NOOP("ControlCard", "Start")),
    str(QT_TRANSLATE_NOOP("ControlCard", "Train with these settings")),
)
_PAUSE = (
    str(QT_TRANSLATE_NOOP("ControlCard", "Pause")),
    str(QT_TRANSLATE_NOOP("ControlCard", "Pause the training after the current step")),
)
_CONTINUE = (
    str(QT_TRANSLATE_NOOP("ControlCard", "Continue")),
    str(QT_TRANSLATE_NOOP("ControlCard", "Continue the training")),
)
_MAIN = {
    State.IDLE: _START,
    State.OPENING: _PAUSE,
    State.RUNNING: _PAUSE,
    State.PAUSING: _CONTINUE,
    State.PAUSED: _CONTINUE,
    State.STOPPING: _START,
}


class ControlCard(QFrame):
    """Holds the buttons and the progress.

    Signals
    -------
    main_asked, batch_asked, epoch_asked, stop_asked
        A button or its shortcut was pressed.
    use_asked, evaluate_asked
        The model of the run that has ended is to be used, or evaluated.
    replay_asked
        The run is to be replayed.
    """

    main_asked = Signal()
    batch_asked = Signal()
    epoch_asked = Signal()
    stop_asked = Signal()
    use_asked = Signal()
    evaluate_asked = Signal()
    replay_asked = Signal()

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("controlCard")
        self.setProperty("card", "true")
        self._state = State.IDLE
        self.main = make_action(
            owner, "actionTrainMain", self.tr(_START[0]), ["F5"], self.tr(_START[1]), self.main_asked.emit
        )
        self.batch = make_action(
            owner,
            "actionTrainBatch",
            self.tr("One batch"),
            ["F7"],
            self.tr("Train on one batch, then pause"),
            self.batch_asked.emit,
        )
        self.epoch = make_action(
            owner,
            "actionTrainEpoch",
            self.tr("One epoch"),
            ["F8"],
            self.tr("Train to the end of the epoch, then pause"),
            self.epoch_asked.emit,
        )
        self.stop = make_action(
            owner,
            "actionTrainStop",
            self.tr("Stop"),
            ["Shift+F5"],
            self.tr("Stop the training and keep the weights"),
            self.stop_asked.emit,
        )
        self._buttons: list[QPushButton] = []
        self.main_button = self._button("trainMain", self.main, self.main.text())
        self.main_button.setProperty("role", "primary")
        self._buttons = [
            self.main_button,
            self._button("trainBatch", self.batch, self.tr("Batch")),
            self._button("trainEpoch", self.epoch, self.tr("Epoch")),
            self._button("trainStop", self.stop, self.stop.text()),
        ]
        self.place = LiveText(theme, "trainPlace", self.font(), "text", self, spoken=self.tr("State of the training"))
        self.place.show_text(self.tr("Ready"))
        self.pace = muted("", self)
        self.pace.setObjectName("trainPace")
        self.pace.setWordWrap(False)
        self.pace.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("trainBar")
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.bar.setToolTip(self.tr("Share of the training that is done"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.bar.setRange(0, 1000)
        self.use_button = self._link(
            "trainUse", self.tr("Use this model"), self.tr("Use the weights of this run in the Draw tab")
        )
        self.use_button.clicked.connect(self.use_asked)
        self.evaluate_button = self._link(
            "trainEvaluate",
            self.tr("Evaluate run"),
            self.tr("Evaluate this run on the images chosen in the Evaluate tab"),
        )
        self.evaluate_button.clicked.connect(self.evaluate_asked)
        self.replay_button = self._link(
            "trainReplay", self.tr("Replay"), self.tr("Look at any moment of this training (F9)")
        )
        self.replay_button.clicked.connect(self.replay_asked)
        self._lay_out()
        self.show_state(State.IDLE)
        self.offer_result(on=False)
        self.offer_replay(on=False)

    @property
    def state(self) -> State:
        """What the training is doing."""
        return self._state

    def show_state(self, state: State) -> None:
        """Show the available actions."""
        self._state = state
        text, sentence = map(self.tr, _MAIN[state])
        self.main.setText(text)
        self.main.setStatusTip(sentence)
        self.main.setToolTip(f"{sentence} ({shown_key(self.main)})")
        active = state not in {State.IDLE, State.STOPPING}
        self.main.setEnabled(state is not State.STOPPING)
        for action in (self.batch, self.epoch):
            action.setEnabled(state in {State.IDLE, State.PAUSED, State.PAUSING})
        self.stop.setEnabled(active)
        self._sync()

    def offer_result(self, *, on: bool) -> None:
        """Offer to use and to evaluate the model of the last run."""
        for button in (self.use_button, self.evaluate_button):
            button.setVisible(on)

    def offer_replay(self, *, on: bool) -> None:
        """Offer to replay the run, which may be in training."""
        self.replay_button.setVisible(on)

    @property
    def tab_chain(self) -> list[QWidget]:
        """What the Tab key reaches, in its order."""
        return [*self._buttons, self.use_button, self.evaluate_button, self.replay_button]

    def show_opening(self, progress: WorkProgress) -> None:
        """Show how far the data of a run are opened."""
        self.place.show_text(progress_text(progress))
        self.bar.setValue(round(1000 * progress.done / progress.total) if progress.total else 0)

    def show_progress(self, record: RunView | None) -> None:
        """Show the progress of a run; None before the first."""
        if record is None:
            self.place.show_text(self.tr("Ready"))
            self.pace.setText("")
            self.bar.setValue(0)
            return
        if record.started is None:
            self.place.show_text(self.tr("Ready") if self._state is State.IDLE else self.tr("Opening the data…"))
            self.pace.setText("")
            self.bar.setValue(0)
            return
        started, step = record.started, record.step
        total = started.epochs * started.batches
        done = step.step if step is not None else started.steps_done
        self.bar.setValue(round(1000 * done / total) if total else 0)
        self.place.show_text(self._place(record, done))
        words = []
        if record.images_per_second:
            words.append(self.tr("{count} images/s").format(count=f"{record.images_per_second:,.0f}"))
        words += [duration(record.seconds)] if step is not None else []
        left = record.seconds_left
        if record.stopped is None and left is not None:
            words.append(self.tr("{time} left").format(time=duration(left)))
        # In a narrow window the remaining time is kept longest, because it is the most important.
        metrics, room = self.pace.fontMetrics(), self.bar.width() - 2 * SPACE
        taken = self.place.fontMetrics().horizontalAdvance(self.place.text())
        while words and taken + metrics.horizontalAdvance(_DOT.join(words)) > room:
            words.pop(0)
        self.pace.setText(_DOT.join(words))

    def _place(self, record: RunView, done: int) -> str:
        started = record.started
        if started is None:
            return ""
        if record.stopped is not None:
            accuracy = record.stopped.validation_accuracy
            ended = self._ending(record.stopped)
            if accuracy is None:
                return ended
            score = self.tr("{share} % on validation images").format(share=f"{100 * accuracy:.2f}")
            return f"{ended}{_DOT}{score}"
        if record.validating is not None:
            return self.tr("validation · {done} of {total} images").format(
                done=f"{record.validating.done:,}", total=f"{record.validating.total:,}"
            )
        epoch, batch = divmod(max(0, done - 1), started.batches)
        place = self.tr("epoch {epoch} of {epochs} · batch {batch} of {batches}").format(
            epoch=epoch + 1, epochs=started.epochs, batch=batch + 1 if done else 0, batches=started.batches
        )
        held = {
            State.PAUSED: self.tr("paused at {place}"),
            State.PAUSING: self.tr("pausing at {place}"),
            State.STOPPING: self.tr("stopping at {place}"),
        }
        return held.get(self._state, "{place}").format(place=place)

    def _ending(self, stopped: TrainingStopped) -> str:
        match stopped.reason:
            case StopReason.FINISHED:
                return self.tr("Finished after %n step(s)", "", stopped.steps)
            case StopReason.EARLY_STOPPING:
                return self.tr("Stopped early after %n step(s)", "", stopped.steps)
            case StopReason.DIVERGED:
                return self.tr("Diverged after %n step(s)", "", stopped.steps)
            case StopReason.INTERRUPTED:
                return self.tr("Stopped after %n step(s)", "", stopped.steps)

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
        add_space(row, SPACE)
        row.addLayout(column, 1)
        links = QGridLayout()
        links.setSpacing(0)
        links.addWidget(self.use_button, 0, 0)
        links.addWidget(self.evaluate_button, 1, 0)
        links.addWidget(self.replay_button, 0, 1, 2, 1)
        row.addLayout(links)
        # The card keeps its height when the links come.
        margins = row.contentsMargins()
        self.setMinimumHeight(2 * _LINK + margins.top() + margins.bottom())

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setProperty("tight", "true")
        button.setFixedHeight(_LINK)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

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
        """Update the buttons to match their actions."""
        for button, action in zip(self._buttons, (self.main, self.batch, self.epoch, self.stop), strict=False):
            button.setEnabled(action.isEnabled())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(action.text())
        self.main_button.setText(self.main.text())
