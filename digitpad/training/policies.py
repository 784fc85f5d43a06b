"""Rules that look at every finished epoch: when to stop, and which weights to keep.

The trainer asks its policies in order after each finished epoch, and once more when the run has stopped. No step
is under way at these boundaries, so a policy may copy the network's weights or put them back.
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
    """What a policy needs to go on in a resumed run.

    Attributes
    ----------
    values
        Plain values by name, as JSON can keep them.
    arrays
        Arrays by name; they may be the policy's own, not copies.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


class Policy(Protocol):
    """What the trainer asks of a policy."""

    @property
    def name(self) -> str:
        """Tells its state from that of others."""

    def state(self) -> PolicyState:
        """Return what `restore` needs."""

    def restore(self, state: PolicyState) -> None:
        """Go on where `state` was called; ValueError if it is none of such a policy."""

    def epoch_completed(self, event: EpochCompleted) -> StopReason | None:
        """Look at a finished epoch; return a reason to stop the run here, or None to go on."""

    def training_stopped(self) -> None:
        """Do what is left to do once the last step has been taken."""


@contextlib.contextmanager
def named_trouble(name: str) -> Iterator[None]:
    """Say of a state that lacks something whose it is."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: the state does not fit ({error!r})") from error


def merit(event: EpochCompleted) -> tuple[float, float]:
    """Return how good an epoch's weights are, to be compared: larger is better.

    Validation accuracy decides, then validation loss; without held-out images the training figures stand in.
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
        By how much the loss must fall to count as improvement.

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
        """Tells its state from that of others."""
        return "early_stopping"

    def state(self) -> PolicyState:
        """Return the best loss and the epochs waited since."""
        return PolicyState({"best": self._best, "waited": self._waited})

    def restore(self, state: PolicyState) -> None:
        """Go on where `state` was called."""
        with named_trouble(self.name):
            self._best, self._waited = state.values["best"], int(state.values["waited"])

    def epoch_completed(self, event: EpochCompleted) -> StopReason | None:
        """Count epochs without improvement of the validation loss (the training loss without held-out images)."""
        loss = event.train_loss if event.validation_loss is None else event.validation_loss
        if self._best is None or loss < self._best - self._min_delta:
            self._best = loss
            self._waited = 0
            return None
        self._waited += 1
        return StopReason.EARLY_STOPPING if self._waited >= self._patience else None

    def training_stopped(self) -> None:
        """Do nothing: the weights stay as they are."""


class KeepBest:
    """Keep the weights of the best finished epoch, and put them back when the run has stopped.

    Of equally good epochs the first is kept. A run that stops before its first epoch is done keeps its last weights.

    Parameters
    ----------
    network
        The network that is being trained.

    Attributes
    ----------
    best_epoch
        The epoch whose weights are kept so far; None before the first is done.
    """

    def __init__(self, network: Sequential) -> None:
        self._snapshot = Snapshot(network)
        self._best: tuple[float, float] | None = None
        self.best_epoch: int | None = None

    @property
    def name(self) -> str:
        """Tells its state from that of others."""
        return "keep_best"

    def state(self) -> PolicyState:
        """Return the best epoch with its merit and its weights."""
        if self._best is None:
            return PolicyState({"epoch": None})
        return PolicyState({"epoch": self.best_epoch, "merit": list(self._best)}, self._snapshot.arrays())

    def restore(self, state: PolicyState) -> None:
        """Go on where `state` was called."""
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
        """Put the best weights back."""
        if self.best_epoch is not None:
            self._snapshot.restore()
