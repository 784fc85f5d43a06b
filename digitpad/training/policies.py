"""Policies, which see every completed epoch: when to stop, and which weights to keep.

The trainer asks its policies in order after each epoch, and once more when the run has stopped. No step is in progress
then, so a policy may copy or replace the network's weights.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from digitpad.errors import DigitpadError
from digitpad.nn import Sequential
from digitpad.nn.backend import Array
from digitpad.training.events import EpochCompleted, StopReason
from digitpad.training.snapshots import Snapshot
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True, eq=False)
class PolicyState:
    """State of a policy that a resumed run needs.

    Attributes
    ----------
    values
        Plain values by name, JSON-compatible.
    arrays
        Arrays by name; they may be the policy's own, not copies.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


class Policy(Protocol):
    """What the trainer requires of a policy."""

    @property
    def name(self) -> str:
        """Identifies its state in a checkpoint."""

    def state(self) -> PolicyState:
        """Return the state for `restore`."""

    def restore(self, state: PolicyState) -> None:
        """Restore the state; ValueError if it does not belong to such a policy."""

    def epoch_completed(self, event: EpochCompleted) -> StopReason | None:
        """Process a completed epoch; return a reason to stop the run, or None to continue."""

    def training_stopped(self) -> None:
        """Finish, after the last step."""


@contextlib.contextmanager
def named_trouble(name: str) -> Iterator[None]:
    """Report an incomplete state with the name of its policy."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: the state does not fit ({error!r})") from error


def merit(event: EpochCompleted) -> tuple[float, float]:
    """Return the merit of an epoch's weights, for comparison: larger is better.

    Validation accuracy decides, then validation loss; without validation images, the training figures.
    """
    if event.validation_accuracy is None or event.validation_loss is None:
        return event.train_accuracy, -event.train_loss
    return event.validation_accuracy, -event.validation_loss


class EarlyStopping:
    """Stop when the loss has not improved for some epochs.

    Parameters
    ----------
    patience
        The run stops after this many epochs in a row without improvement; at least 1.
    min_delta
        Smallest decrease of the loss that counts as an improvement.

    Raises
    ------
    DigitpadError
        If `patience` is below 1 or `min_delta` negative.
    """

    def __init__(self, patience: int, *, min_delta: float = 0.0) -> None:
        if patience < 1:
            raise DigitpadError(
                _("The patience must be a whole number of at least 1, not {patience}.").format(patience=patience)
            )
        if not min_delta >= 0:
            raise DigitpadError(
                _("The smallest improvement must be at least 0, not {min_delta}.").format(min_delta=min_delta)
            )
        self._patience = patience
        self._min_delta = min_delta
        self._best: float | None = None
        self._waited = 0

    @property
    def name(self) -> str:
        """Identifies its state in a checkpoint."""
        return "early_stopping"

    def state(self) -> PolicyState:
        """Return the best loss and the epochs waited since."""
        return PolicyState({"best": self._best, "waited": self._waited})

    def restore(self, state: PolicyState) -> None:
        """Restore the state."""
        with named_trouble(self.name):
            self._best, self._waited = state.values["best"], int(state.values["waited"])

    def epoch_completed(self, event: EpochCompleted) -> StopReason | None:
        """Count epochs without improvement of the validation loss (the training loss without validation images)."""
        loss = event.train_loss if event.validation_loss is None else event.validation_loss
        if self._best is None or loss < self._best - self._min_delta:
            self._best = loss
            self._waited = 0
            return None
        self._waited += 1
        return StopReason.EARLY_STOPPING if self._waited >= self._patience else None

    def training_stopped(self) -> None:
        """Do nothing; the weights stay unchanged."""


class KeepBest:
    """Keep the weights of the best epoch, and restore them when the run has stopped.

    Of equally good epochs the first is kept. A run that stops within its first epoch keeps its last weights.

    Parameters
    ----------
    network
        The network in training.

    Attributes
    ----------
    best_epoch
        The best epoch so far; None before the first is complete.
    """

    def __init__(self, network: Sequential) -> None:
        self._snapshot = Snapshot(network)
        self._best: tuple[float, float] | None = None
        self.best_epoch: int | None = None

    @property
    def name(self) -> str:
        """Identifies its state in a checkpoint."""
        return "keep_best"

    def state(self) -> PolicyState:
        """Return the best epoch with its merit and weights."""
        if self._best is None:
            return PolicyState({"epoch": None})
        return PolicyState({"epoch": self.best_epoch, "merit": list(self._best)}, self._snapshot.arrays())

    def restore(self, state: PolicyState) -> None:
        """Restore the state."""
        with named_trouble(self.name):
            self.best_epoch = state.values["epoch"]
            if self.best_epoch is not None:
                first, second = state.values["merit"]
                self._best = float(first), float(second)
                self._snapshot.load(state.arrays)

    def epoch_completed(self, event: EpochCompleted) -> StopReason | None:
        """Copy the weights if they are the best so far."""
        if self._best is None or merit(event) > self._best:
            self._best = merit(event)
            self.best_epoch = event.epoch
            self._snapshot.take()
        return None

    def training_stopped(self) -> None:
        """Restore the best weights."""
        if self.best_epoch is not None:
            self._snapshot.restore()
