"""What a training run tells the world, one frozen record at a time.

`Trainer.run()` yields these in order: one `TrainingStarted`, then `StepCompleted` after every batch and
`EpochCompleted` after every pass over the data, and last, whatever happened, one `TrainingStopped`. In between come
`ControlChanged` before the first step that follows a change, `LayersMeasured` now and then, and `ValidationProgress`
between the batches of held-out images, so that no event is long in coming. They hold plain numbers, never live arrays,
so they may be kept, printed or sent to another thread.
"""

from dataclasses import dataclass
from enum import StrEnum

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
        How many passes are planned, of how many batches each, of how many images (the last may be smaller).
    training_count, validation_count
        Images to learn from, and images held out.
    parameters
        How many numbers are being learned.
    threads
        Threads that share a batch.
    score
        What all figures called accuracy are: "accuracy", the share of images that are read correctly; or "IoU",
        intersection over union of the ink that is there and the ink that is found.
    steps_done
        Steps that were taken before, if the run is taken up again.
    lone_classes
        Classes of which there is a single image, the held-out ones counted.
    remarks
        What should be known of the data, such as which pictures could not be read.
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


@dataclass(frozen=True, slots=True)
class StepCompleted:
    """One batch has been learned from.

    Attributes
    ----------
    step
        Counts from 1 over the whole run.
    epoch, epochs, batch, batches
        Where the run is; each counts from 1.
    images
        Images in this batch.
    loss
        Mean loss of the batch, before the weights moved.
    accuracy
        Share of the batch that was read correctly, before the weights moved.
    learning_rate
        The rate that this step used.
    seconds
        Time that this step took.
    penalty
        What L1 and L2 penalties add to the loss that is lowered; `loss` is without it, as validation's is.
    cross_entropy
        Where labels are smoothed: the batch's mean cross-entropy with the labels as they are; else None.
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
    """Something was changed in the middle of the run, and holds from the next step on.

    Attributes
    ----------
    step
        The first step that follows the change.
    name
        One of the fields of `ControlValues`.
    old, new
        Before and after; None stands for what the run's settings say.
    """

    step: int
    name: str
    old: float | None
    new: float | None


@dataclass(frozen=True, slots=True)
class ValidationProgress:
    """Some of the held-out images have been read, and more are to come.

    Attributes
    ----------
    done, total
        Images.
    """

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LayerMeasure:
    """How one layer is doing.

    Attributes
    ----------
    name, type
        The layer's name in the network, and its class.
    gradient_norm
        Length of the gradient of all its parameters, penalties included; None for a layer without parameters.
    weight_norm
        Length of all its parameters before the step; None for a layer without parameters.
    update_ratio
        Length of what the step changed, over `weight_norm`; None without parameters, or if they are all zero.
    units, dead_units
        Of a ReLU: how many units it has (a feature map counts as one), and how many of them never activate on the
        sample's images; None for other layers.
    """

    name: str
    type: str
    gradient_norm: float | None = None
    weight_norm: float | None = None
    update_ratio: float | None = None
    units: int | None = None
    dead_units: int | None = None

    @property
    def has_many_dead_units(self) -> bool:
        """Whether so many units never activate that the layer loses much of what it could tell apart.

        Up to half the units of a linear layer never activate on the few images of the sample in a sound network that
        was trained for an epoch: each of them responds to few images.
        """
        if not self.units or self.dead_units is None:
            return False
        return self.dead_units >= _MANY_DEAD * self.units


@dataclass(frozen=True, slots=True)
class LayersMeasured:
    """The layers were looked at during a step.

    Attributes
    ----------
    step
        The step, which has been completed.
    layers
        In the order of the network.
    images
        How many images the units were shown.
    """

    step: int
    layers: tuple[LayerMeasure, ...]
    images: int


@dataclass(frozen=True, slots=True)
class EpochCompleted:
    """Every training image has been seen once more, and the held-out images have been read.

    Attributes
    ----------
    epoch, epochs, step
        Where the run is.
    train_loss, train_accuracy
        Means over the epoch's images, each measured when its batch was learned from (so while the weights
        moved, and with dropout on).
    validation_loss, validation_accuracy
        Measured after the epoch, with dropout off; None where no images are held out.
    seconds
        Time spent training in this epoch, validation and the reader of the events left out.
    images_per_second
        Training images over `seconds`.
    validation_cross_entropy
        Where labels are smoothed: the validation images' mean cross-entropy with the labels as they are; else None.
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
    """The run has ended; the network holds the weights that it keeps.

    Attributes
    ----------
    reason
        Why it ended.
    message
        The same in a sentence for a person.
    epochs, steps
        Whole epochs and steps taken.
    train_loss, train_accuracy
        Means over the last epoch's images, or over what was seen of it; None if not one batch was.
    validation_loss, validation_accuracy
        Of the weights that are kept, whichever step they come from; None where no images are held out.
    seconds
        Time of the whole run, validation included and the reader of the events left out.
    images_per_second
        Speed of the last epoch's training, or of what was seen of it.
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
    """Something of the run could not be written to its folder; the training itself goes on.

    Attributes
    ----------
    message
        What, why and what to do, in a sentence for a person.
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
