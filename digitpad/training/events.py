"""What a training run tells the world, one frozen record at a time.

`Trainer.run()` yields these in order: one `TrainingStarted`, then `StepCompleted` after every batch and
`EpochCompleted` after every pass over the data, and last, whatever happened, one `TrainingStopped`. They hold
plain numbers, never live arrays, so they may be kept, printed or sent to another thread.
"""

from dataclasses import dataclass
from enum import StrEnum


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
    """

    epochs: int
    batches: int
    batch_size: int
    training_count: int
    validation_count: int
    parameters: int
    threads: int
    score: str = "accuracy"


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


Event = TrainingStarted | StepCompleted | EpochCompleted | TrainingStopped
