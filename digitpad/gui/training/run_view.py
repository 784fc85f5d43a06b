"""The data that the window shows about a run: curves, progress and layer statistics, from events or a history."""

import math

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP

from digitpad.charts.series import Series, Smoothed
from digitpad.training.events import (
    ControlChanged,
    EpochCompleted,
    Event,
    LayerMeasure,
    LayersMeasured,
    StepCompleted,
    TrainingStarted,
    TrainingStopped,
    ValidationProgress,
)
from digitpad.training.history import RunHistory

#: The measurements of each layer, with their names in the window.
LAYER_FIGURES = {
    "gradient_norm": str(QT_TRANSLATE_NOOP("CurvesPanel", "Gradient norm")),
    "weight_norm": str(QT_TRANSLATE_NOOP("CurvesPanel", "Weight norm")),
    "update_ratio": str(QT_TRANSLATE_NOOP("CurvesPanel", "Update / weight")),
    "dead_share": str(QT_TRANSLATE_NOOP("CurvesPanel", "Dead units")),
}
_SPEED_OVER = 1.0  # seconds of training that the speed is taken from


class RunView:
    """The data of one run.

    Parameters
    ----------
    window
        Over about how many steps the curves of batches are smoothed.

    Attributes
    ----------
    loss, accuracy, rate, cross_entropy
        By step: of each batch. The last one only where labels are smoothed (see `StepCompleted`).
    smooth_loss, smooth_accuracy, smooth_cross_entropy
        The same, smoothed.
    train_loss, train_accuracy, validation_loss, validation_accuracy, validation_cross_entropy
        By step: of each epoch.
    changes
        The changes made during the run.
    layers
        By figure, then by layer: a series by step.
    latest_layers
        The last measurement.
    started, step, epoch, stopped, validating
        The last event of each kind; None before the first. `validating` ends with its epoch.
    images_per_second
        Over about the last second of training.
    """

    def __init__(self, window: float) -> None:
        self.loss, self.accuracy, self.rate, self.cross_entropy = Series(), Series(), Series(), Series()
        self.smooth_loss, self.smooth_accuracy = Smoothed(self.loss, window), Smoothed(self.accuracy, window)
        self.smooth_cross_entropy = Smoothed(self.cross_entropy, window)
        self.train_loss, self.train_accuracy = Series(), Series()
        self.validation_loss, self.validation_accuracy = Series(), Series()
        self.validation_cross_entropy = Series()
        self.changes: list[ControlChanged] = []
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
        for smoothed in (self.smooth_loss, self.smooth_accuracy, self.smooth_cross_entropy):
            smoothed.window = window

    def hear(self, event: Event) -> None:
        """Add the data of an event."""
        match event:
            case StepCompleted():
                self._hear_step(event)
            case EpochCompleted():
                self._hear_epoch(event)
            case ControlChanged():
                self.changes.append(event)
            case LayersMeasured():
                self._hear_layers(event)
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
        """Smooth the points added since the last call."""
        self.smooth_loss.follow()
        self.smooth_accuracy.follow()
        self.smooth_cross_entropy.follow()

    @property
    def seconds_left(self) -> float | None:
        """The estimated remaining time of the run; None if there is no estimate yet."""
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
        if event.cross_entropy is not None:
            self.cross_entropy.append(event.step, event.cross_entropy)
        self.seconds += event.seconds
        self._images += event.images
        self._measured_over += event.seconds
        if self._measured_over >= _SPEED_OVER or not self.images_per_second:
            self.images_per_second = self._images / max(self._measured_over, 1e-9)
        if self._measured_over >= _SPEED_OVER:
            self._images, self._measured_over = 0, 0.0

    def _hear_epoch(self, event: EpochCompleted) -> None:
        self.epoch, self.validating = event, None
        self.train_loss.append(event.step, event.train_loss)
        self.train_accuracy.append(event.step, event.train_accuracy)
        for series, value in (
            (self.validation_loss, event.validation_loss),
            (self.validation_accuracy, event.validation_accuracy),
            (self.validation_cross_entropy, event.validation_cross_entropy),
        ):
            if value is not None:
                series.append(event.step, value)

    def _hear_layers(self, event: LayersMeasured) -> None:
        self.latest_layers = event.layers
        for layer in event.layers:
            self._hear_layer(event.step, layer)

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


def record_of(history: RunHistory, window: float) -> RunView:
    """Return the view of a saved run, already smoothed.

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
        plain = [(event.step, event.cross_entropy) for event in steps if event.cross_entropy is not None]
        if plain:
            record.cross_entropy.extend(*np.array(plain, float).T)
        record.step = steps[-1]
        record.seconds = sum(event.seconds for event in steps)
    events: list[Event] = [*history.epochs, *history.layers, *history.changes]
    for event in events:
        record.hear(event)
    record.follow()
    return record
