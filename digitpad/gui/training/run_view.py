"""What the window knows of a run: the curves, where it is, how its layers are doing. Fed with events, or a history."""

import math

import numpy as np

from digitpad.gui.training.series import Series, Smoothed
from digitpad.training.events import (
    EpochCompleted,
    Event,
    LayerMeasure,
    LayersMeasured,
    StepCompleted,
    TrainingStarted,
    TrainingStopped,
    ValidationProgress,
)
from digitpad.training.history import History

#: What is measured of every layer, and what the window calls it.
LAYER_FIGURES = {
    "gradient_norm": "gradient norm",
    "weight_norm": "weight norm",
    "update_ratio": "update / weight",
    "dead_share": "dead units",
}
_SPEED_OVER = 1.0  # seconds of training that the speed is taken from


class RunView:
    """All that was heard of one run.

    Parameters
    ----------
    window
        Over about how many steps the curves of batches are smoothed.

    Attributes
    ----------
    loss, accuracy, rate
        By step: of each batch.
    smooth_loss, smooth_accuracy
        The same, smoothed.
    train_loss, train_accuracy, validation_loss, validation_accuracy
        By step: of each epoch.
    layers
        By figure, then by layer: a series by step.
    latest_layers
        What was measured last.
    started, step, epoch, stopped, validating
        The last event of each kind; None before the first. `validating` ends with its epoch.
    images_per_second
        Over about the last second of training.
    """

    def __init__(self, window: float) -> None:
        self.loss, self.accuracy, self.rate = Series(), Series(), Series()
        self.smooth_loss, self.smooth_accuracy = Smoothed(self.loss, window), Smoothed(self.accuracy, window)
        self.train_loss, self.train_accuracy = Series(), Series()
        self.validation_loss, self.validation_accuracy = Series(), Series()
        self.layers: dict[str, dict[str, Series]] = {figure: {} for figure in LAYER_FIGURES}
        self.latest_layers: tuple[LayerMeasure, ...] = ()
        self.started: TrainingStarted | None = None
        self.step: StepCompleted | None = None
        self.epoch: EpochCompleted | None = None
        self.stopped: TrainingStopped | None = None
        self.validating: ValidationProgress | None = None
        self.seconds = 0.0
        self.images_per_second = 0.0
        self._images = 0
        self._measured_over = 0.0

    @property
    def window(self) -> float:
        """Over about how many steps the curves of batches are smoothed."""
        return self.smooth_loss.window

    @window.setter
    def window(self, window: float) -> None:
        self.smooth_loss.window = self.smooth_accuracy.window = window

    def hear(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case StepCompleted():
                self._hear_step(event)
            case EpochCompleted():
                self.epoch, self.validating = event, None
                self.train_loss.append(event.step, event.train_loss)
                self.train_accuracy.append(event.step, event.train_accuracy)
                if event.validation_loss is not None and event.validation_accuracy is not None:
                    self.validation_loss.append(event.step, event.validation_loss)
                    self.validation_accuracy.append(event.step, event.validation_accuracy)
            case LayersMeasured():
                self.latest_layers = event.layers
                for layer in event.layers:
                    self._hear_layer(event.step, layer)
            case TrainingStarted():
                self.started = event
                for series in (self.loss, self.accuracy, self.rate):
                    # All at once, so that a long run needs no more memory at its end than at its start.
                    series.reserve(event.epochs * event.batches)
            case ValidationProgress():
                self.validating = event
            case TrainingStopped():
                self.stopped, self.validating = event, None
            case _:
                pass

    def follow(self) -> None:
        """Smooth what has come since the last call."""
        self.smooth_loss.follow()
        self.smooth_accuracy.follow()

    @property
    def seconds_left(self) -> float | None:
        """About how long the rest of the run will take; None before it can be told."""
        if self.started is None or self.step is None or not self.images_per_second:
            return None
        done = (self.step.epoch - 1) * self.started.training_count + self.step.batch * self.started.batch_size
        to_come = max(0, self.started.epochs * self.started.training_count - done)
        return to_come / self.images_per_second

    def _hear_step(self, event: StepCompleted) -> None:
        self.step = event
        self.loss.append(event.step, event.loss)
        self.accuracy.append(event.step, event.accuracy)
        self.rate.append(event.step, event.learning_rate)
        self.seconds += event.seconds
        self._images += event.images
        self._measured_over += event.seconds
        if self._measured_over >= _SPEED_OVER or not self.images_per_second:
            self.images_per_second = self._images / max(self._measured_over, 1e-9)
        if self._measured_over >= _SPEED_OVER:
            self._images, self._measured_over = 0, 0.0

    def _hear_layer(self, step: int, layer: LayerMeasure) -> None:
        dead = layer.dead_units / layer.units if layer.units and layer.dead_units is not None else None
        for figure, value in (
            ("gradient_norm", layer.gradient_norm),
            ("weight_norm", layer.weight_norm),
            ("update_ratio", layer.update_ratio),
            ("dead_share", dead),
        ):
            if value is not None and math.isfinite(value):
                self.layers[figure].setdefault(layer.name, Series()).append(step, value)


def record_of(history: History, window: float) -> RunView:
    """Return the record of a run as its folder keeps it, smoothed already.

    Parameters
    ----------
    history
        Its tables.
    window
        See `RunView`.
    """
    record = RunView(window)
    steps = history.steps
    if steps:
        numbers = np.array([(event.step, event.loss, event.accuracy, event.learning_rate) for event in steps], float)
        record.loss.extend(numbers[:, 0], numbers[:, 1])
        record.accuracy.extend(numbers[:, 0], numbers[:, 2])
        record.rate.extend(numbers[:, 0], numbers[:, 3])
        record.step = steps[-1]
        record.seconds = sum(event.seconds for event in steps)
    for epoch in history.epochs:
        record.hear(epoch)
    for look in history.layers:
        record.hear(look)
    record.follow()
    return record


def duration(seconds: float) -> str:
    """Return a time as a person says it: "12 s", "1 min 36 s", "2 h 5 min"."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
