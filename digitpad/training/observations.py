"""Observations of a run since its first step, including the time before it was resumed, for the hints."""

import math
import statistics
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from digitpad.training.controls import ControlValues
from digitpad.training.events import (
    ControlChanged,
    EpochCompleted,
    Event,
    LayersMeasured,
    StepCompleted,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.history import RunHistory
from digitpad.training.plan import RunPlan

#: Losses are compared as means over this many steps, and more with small batches, whose losses scatter more: at least
#: over this many images.
_STEPS, _IMAGES = 10, 100

_RATE_CONTROLS = {"learning_rate", "learning_rate_factor"}
_REGULARISATION_CONTROLS = {"dropout", "weight_decay"}
#: A loss that has risen counts as recovered below this share of the initial loss.
_RECOVERED = 0.75


@dataclass(frozen=True, slots=True)
class Rise:
    """A rise of the loss above the initial loss.

    Attributes
    ----------
    step
        The step at which it was noticed.
    rate
        The learning rate that was set then: the highest of the steps that can have caused it.
    """

    step: int
    rate: float


class Observations:
    """Collects the events of one run.

    Parameters
    ----------
    plan
        The plan of the run.

    Attributes
    ----------
    window
        Number of steps over which losses are averaged.
    started, stopped, layers
        The last event of each kind; None before the first.
    epochs
        All of them.
    values
        Values that were changed during the run.
    steps
        Number of steps taken.
    rate
        Learning rate of the last step, or of the next one after a change; None before the first step.
    steps_since_change
        Steps since the last change of the learning rate, or since the start.
    was_changed
        Whether the learning rate was changed.
    rise
        The last rise of the loss; None if there was none, or the loss has recovered from it.
    highest_rate
        The highest learning rate that was set for a step; 0 before the first step.
    regularised_at
        The number of epochs after which dropout or L2 penalty were changed last; None if they were not.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self.window = max(_STEPS, math.ceil(_IMAGES / plan.settings.batch_size))
        self.started: TrainingStarted | None = None
        self.stopped: TrainingStopped | None = None
        self.layers: LayersMeasured | None = None
        self.epochs: list[EpochCompleted] = []
        self.values = ControlValues()
        self.steps = 0
        self.rate: float | None = None
        self.steps_since_change = 0
        self.was_changed = False
        self.rise: Rise | None = None
        self.highest_rate = 0.0
        self.regularised_at: int | None = None
        # A step changes the weights, and with them the loss of the next step: hence one more than the losses.
        self._rates: deque[float] = deque(maxlen=self.window + 1)
        self._was_high = False
        self._measured_since_change = False
        self._first: list[float] = []
        self._first_since_change: list[float] = []
        self._recent: deque[float] = deque(maxlen=self.window)
        self._recent_accuracies: deque[float] = deque(maxlen=self.window)
        self._lowest = float("inf")

    def recall(self, history: RunHistory) -> None:
        """Process the events before the run was resumed."""
        # A change names the first step that follows it; a step comes before what is measured after it.
        events: list[tuple[int, int, Event]] = [
            *((change.step, 0, change) for change in history.changes),
            *((step.step, 1, step) for step in history.steps),
            *((look.step, 2, look) for look in history.layers),
            *((epoch.step, 3, epoch) for epoch in history.epochs),
        ]
        for _number, _order, event in sorted(events, key=lambda entry: entry[:2]):
            self.hear(event)

    def hear(self, event: Event) -> None:
        """Process an event."""
        match event:
            case TrainingStarted():
                self.started = event
            case StepCompleted():
                self._hear_step(event)
            case EpochCompleted():
                self.epochs.append(event)
            case LayersMeasured():
                self.layers, self._measured_since_change = event, True
            case ControlChanged():
                self._hear_change(event)
            case TrainingStopped():
                self.stopped = event
            case _:
                pass

    @property
    def set_rate(self) -> float:
        """The learning rate in force: the highest of the schedule, times later changes."""
        settings = self._plan.settings
        base = settings.learning_rate if self.values.learning_rate is None else self.values.learning_rate
        return base * self.values.learning_rate_factor

    @property
    def has_recent_losses(self) -> bool:
        """Whether `recent_loss` covers a whole window."""
        return len(self._recent) == self.window

    @property
    def recent_loss(self) -> float:
        """The mean loss over the last steps."""
        return statistics.fmean(self._recent)

    @property
    def recent_accuracy(self) -> float:
        """The mean accuracy over the last steps."""
        return statistics.fmean(self._recent_accuracies)

    @property
    def first_loss(self) -> float:
        """The initial loss: a mean over the first steps, unless it rose immediately."""
        # With small batches, the loss of the first one says little.
        at_once = self._first[: math.ceil(self.window / _STEPS)]
        return min(statistics.fmean(self._first), statistics.fmean(at_once))

    @property
    def loss_since_change(self) -> float:
        """Mean loss over the first steps after the last change of the learning rate."""
        return statistics.fmean(self._first_since_change)

    @property
    def lowest_loss(self) -> float:
        """The lowest mean over a window of steps."""
        return self._lowest

    @property
    def has_forgotten(self) -> bool:
        """Whether the loss has been low and is almost as high as at the start again."""
        return self._lowest < 0.5 * self.first_loss and self.recent_loss > 0.9 * self.first_loss

    @property
    def is_high(self) -> bool:
        """Whether the loss is far above the initial loss, or back there after it has been low."""
        if not self.has_recent_losses or self.steps <= self.window:
            return False
        return self.recent_loss > 1.5 * self.first_loss or self.has_forgotten

    @property
    def recent_highest_rate(self) -> float:
        """The highest learning rate that can have caused the last losses, or the next one."""
        return max(self.set_rate, *self._rates, 0.0)

    @property
    def update_ratio(self) -> float | None:
        """Median of update over weight of all layers; None if none was measured with this learning rate."""
        if self.layers is None or not self._measured_since_change:
            return None
        ratios = [layer.update_ratio for layer in self.layers.layers if layer.update_ratio is not None]
        return statistics.median(ratios) if ratios else None

    def _hear_step(self, event: StepCompleted) -> None:
        self.steps = event.step
        self.steps_since_change += 1
        self.rate = event.learning_rate
        self._recent.append(event.loss)
        self._recent_accuracies.append(event.accuracy)
        for first in (self._first, self._first_since_change):
            if len(first) < self.window:
                first.append(event.loss)
        self._rates.append(self.set_rate)
        self.highest_rate = max(self.highest_rate, self.set_rate)
        if self.has_recent_losses:
            self._lowest = min(self._lowest, self.recent_loss)
            self._watch_rise()

    def _watch_rise(self) -> None:
        """Note what the loss rose with. A rise ends well below where it began, since the loss may hover there."""
        high, rate = self.is_high, max(self._rates)
        if high and not self._was_high and (self.rise is None or rate >= self.rise.rate):
            self.rise = Rise(self.steps, rate)
        elif self.rise is not None and self.recent_loss < _RECOVERED * self.first_loss:
            self.rise = None
        self._was_high = high

    def _hear_change(self, event: ControlChanged) -> None:
        before = self.set_rate
        change: dict[str, Any] = {event.name: event.new}
        self.values = replace(self.values, **change)
        if event.name in _RATE_CONTROLS:
            self.was_changed = True
            self.steps_since_change, self._first_since_change = 0, []
            self._measured_since_change = False
            # The next step may diverge, and then no event has its rate.
            if self.rate is not None:
                self.rate *= self.set_rate / before
        elif event.name in _REGULARISATION_CONTROLS:
            self.regularised_at = len(self.epochs)
