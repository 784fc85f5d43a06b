"""The progress of a run: the trainer's counters, which a resumed run starts from."""

import math
from typing import Any, NamedTuple

from digitpad.training.events import StopReason
from digitpad.training.tasks import Share
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


class Scores(NamedTuple):
    """Mean loss and accuracy over the validation images; None without validation images.

    `cross_entropy` is the mean loss without label smoothing, if training uses it; otherwise None.
    """

    loss: float | None
    accuracy: float | None
    cross_entropy: float | None = None

    def is_finite(self) -> bool:
        """Return whether the loss is finite or missing."""
        return self.loss is None or math.isfinite(self.loss)


class Tally:
    """Sums over batches."""

    def __init__(self) -> None:
        self.images = 0
        self.seconds = 0.0
        self._loss_sum = 0.0
        self._share = Share(0, 0)

    def add(self, images: int, mean_loss: float, share: Share, seconds: float) -> None:
        """Add a batch."""
        self.images += images
        self.seconds += seconds
        self._loss_sum += mean_loss * images
        self._share = Share(self._share.hits + share.hits, self._share.of + share.of)

    @property
    def loss(self) -> float:
        """Mean loss over all images."""
        return self._loss_sum / self.images

    @property
    def accuracy(self) -> float:
        """Share of correct predictions."""
        return self._share.value

    @property
    def speed(self) -> float:
        """Images per second."""
        return self.images / self.seconds if self.seconds > 0 else 0.0

    def state(self) -> dict[str, float]:
        """Return the sums by name."""
        hits, of = self._share
        return {"images": self.images, "seconds": self.seconds, "loss_sum": self._loss_sum, "hits": hits, "of": of}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> "Tally":
        """Return a tally that continues from a state."""
        tally = cls()
        tally.images, tally.seconds = int(state["images"]), float(state["seconds"])
        tally._loss_sum, tally._share = float(state["loss_sum"]), Share(int(state["hits"]), int(state["of"]))
        return tally


class TrainingProgress:
    """The position of a run.

    Attributes
    ----------
    epochs
        Complete epochs, including validation.
    batches
        Batches of the current epoch that have been trained on.
    steps, seconds
        Of the whole run.
    tally
        Sums of the current epoch, or of the last one.
    validation, validated_step
        The last validation scores and their step; -1 if there are none.
    reason
        Why the run has ended; None while it is running.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self.batches = 0
        self.steps = 0
        self.seconds = 0.0
        self.tally = Tally()
        self.validation = Scores(None, None)
        self.validated_step = -1
        self.reason: StopReason | None = None

    def state(self) -> dict[str, Any]:
        """Return everything except the reason, JSON-compatible."""
        return {
            "epochs": self.epochs,
            "batches": self.batches,
            "steps": self.steps,
            "seconds": self.seconds,
            "tally": self.tally.state(),
            "validation": list(self.validation),
            "validated_step": self.validated_step,
        }

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> "TrainingProgress":
        """Return the progress with a state.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the state is invalid.
        """
        progress = cls()
        progress.epochs, progress.batches = int(state["epochs"]), int(state["batches"])
        progress.steps, progress.seconds = int(state["steps"]), float(state["seconds"])
        progress.tally = Tally.of_state(state["tally"])
        progress.validation = Scores(*state["validation"])
        progress.validated_step = int(state["validated_step"])
        return progress


def explain(reason: StopReason, progress: TrainingProgress) -> str:
    """Return why a run ended, as a sentence for users."""
    match reason:
        case StopReason.FINISHED:
            return _("Training finished: all epochs are done.")
        case StopReason.EARLY_STOPPING:
            return _("Early stopping: the loss stopped falling, so the run ended after epoch {epoch}.").format(
                epoch=progress.epochs
            )
        case StopReason.INTERRUPTED:
            return ngettext(
                "Training was stopped after {steps:,} step; the weights are kept.",
                "Training was stopped after {steps:,} steps; the weights are kept.",
                progress.steps,
            ).format(steps=progress.steps)
        case StopReason.DIVERGED:
            return ngettext(
                "Training diverged: after {steps:,} step the loss was not finite. The last good weights are kept; "
                "try a lower learning rate.",
                "Training diverged: after {steps:,} steps the loss was not finite. The last good weights are kept; "
                "try a lower learning rate.",
                progress.steps,
            ).format(steps=progress.steps)
