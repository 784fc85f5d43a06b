"""The events of a training run: frozen records.

`Trainer.run()` yields one `TrainingStarted`, then `StepCompleted` after every batch and `EpochCompleted` after every
epoch, and one `TrainingStopped` at the end, whatever happens. In between come `ControlChanged` before the first step
that follows a change, `LayersMeasured` from time to time, and `ValidationProgress` between validation batches, so that
events follow each other closely. Events contain plain numbers, never live arrays, so they may be kept, printed or sent
to another thread.
"""

from dataclasses import dataclass
from enum import StrEnum

from digitpad.training.histograms import Histogram

_MANY_DEAD = 2 / 3


class StopReason(StrEnum):
    """Why a run ended."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    EARLY_STOPPING = "early stopping"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """The run is about to take its first step.

    Attributes
    ----------
    epochs, batches, batch_size
        Number of epochs, batches per epoch and images per batch (the last may be smaller).
    training_count, validation_count
        Number of training and validation images.
    parameters
        Number of parameters in training.
    threads
        Threads that share a batch.
    score
        The metric that is called accuracy: "accuracy", the share of images that are read correctly; or "IoU", the
        intersection over union of true and found ink.
    steps_done
        Steps taken before, in a resumed run.
    lone_classes
        Classes with a single image, in training and validation images together.
    remarks
        Remarks about the data, such as pictures that could not be read.
    changes
        Those of the remarks that say what was changed in the network to fit the data.
    """

    epochs: int
    batches: int
    batch_size: int
    training_count: int
    validation_count: int
    parameters: int
    threads: int
    score: str = "accuracy"
    steps_done: int = 0
    lone_classes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepCompleted:
    """One training step is complete.

    Attributes
    ----------
    step
        Number of the step in the run, from 1.
    epoch, epochs, batch, batches
        Position of the run; each counts from 1.
    images
        Images in this batch.
    loss
        Mean loss of the batch, before the update.
    accuracy
        Share of the batch that was read correctly, before the update.
    learning_rate
        Learning rate of this step.
    seconds
        Duration of this step.
    penalty
        L1 and L2 penalties, which are added to the loss that is minimized; `loss` does not include them.
    cross_entropy
        With label smoothing: mean cross-entropy of the batch without smoothing; otherwise None.
    """

    step: int
    epoch: int
    epochs: int
    batch: int
    batches: int
    images: int
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float
    penalty: float = 0.0
    cross_entropy: float | None = None


@dataclass(frozen=True, slots=True)
class ControlChanged:
    """A setting was changed during the run and applies from the next step on.

    Attributes
    ----------
    step
        The first step after the change.
    name
        One of the fields of `ControlValues`.
    old, new
        Values before and after; None is the value in the settings of the run.
    """

    step: int
    name: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class ValidationProgress:
    """Some of the validation images have been read.

    Attributes
    ----------
    done, total
        Images.
    """

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LayerMeasure:
    """Measurements of one layer.

    Attributes
    ----------
    name, type
        The layer's name in the network, and its class.
    gradient_norm
        Norm of the gradient of all its parameters, including penalties; None for a layer without parameters.
    weight_norm
        Norm of all its parameters before the step; None for a layer without parameters.
    update_ratio
        Norm of the update divided by `weight_norm`; None without parameters, or if they are all zero.
    units, dead_units
        For a ReLU: number of units (a feature map counts as one), and of those that are 0 for all images of the sample;
        None for other layers.
    gradients
        Histogram of the gradient of all its parameters, including penalties; None for a layer without parameters, or
        where it is not known.
    """

    name: str
    type: str
    gradient_norm: float | None = None
    weight_norm: float | None = None
    update_ratio: float | None = None
    units: int | None = None
    dead_units: int | None = None
    gradients: Histogram | None = None

    @property
    def has_many_dead_units(self) -> bool:
        """Whether so many units are dead that the layer loses much of its capacity.

        In a healthy network after one epoch, up to half of the units of a linear layer are 0 for the few images of the
        sample, because each responds to few images.
        """
        if not self.units or self.dead_units is None:
            return False
        return self.dead_units >= _MANY_DEAD * self.units


@dataclass(frozen=True, slots=True)
class LayersMeasured:
    """The layers were measured during a step.

    Attributes
    ----------
    step
        The completed step.
    layers
        In the order of the network.
    images
        Number of images in the sample for dead units.
    """

    step: int
    layers: tuple[LayerMeasure, ...]
    images: int


@dataclass(frozen=True, slots=True)
class EpochCompleted:
    """An epoch is complete, including validation.

    Attributes
    ----------
    epoch, epochs, step
        Position of the run.
    train_loss, train_accuracy
        Means over the epoch, each measured when its batch was trained on (so while the weights changed, and with
        dropout).
    validation_loss, validation_accuracy
        Measured after the epoch, without dropout; None without validation images.
    seconds
        Training time of this epoch, without validation and without the consumer of the events.
    images_per_second
        Training images over `seconds`.
    validation_cross_entropy
        With label smoothing: mean cross-entropy of the validation images without smoothing; otherwise None.
    """

    epoch: int
    epochs: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    images_per_second: float
    validation_cross_entropy: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingStopped:
    """The run has ended; the network has its final weights.

    Attributes
    ----------
    reason
        Why it ended.
    message
        The reason as a sentence for users.
    epochs, steps
        Number of complete epochs and of steps.
    train_loss, train_accuracy
        Means over the last epoch, or its part that was trained; None if no batch was.
    validation_loss, validation_accuracy
        Measured with the final weights, from whichever step; None without validation images.
    seconds
        Duration of the whole run, with validation and without the consumer of the events.
    images_per_second
        Training speed of the last epoch, or of its part that was trained.
    """

    reason: StopReason
    message: str
    epochs: int
    steps: int
    train_loss: float | None
    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    images_per_second: float


@dataclass(frozen=True, slots=True)
class RecordingTrouble:
    """A part of the run could not be written to its folder; training continues.

    Attributes
    ----------
    message
        What failed, why, and what to do, as a sentence for users.
    """

    message: str


Event = (
    TrainingStarted
    | StepCompleted
    | ControlChanged
    | LayersMeasured
    | ValidationProgress
    | EpochCompleted
    | RecordingTrouble
    | TrainingStopped
)
