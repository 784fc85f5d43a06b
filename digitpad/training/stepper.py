"""A single training step: loss, gradients and update, with measurements of the layers."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.nn import ParallelNetwork, Sequential
from digitpad.nn.backend import device_of
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.optim import L1Penalty, L2Penalty, Optimizer
from digitpad.training.controls import ControlValues
from digitpad.training.diagnostics import Diagnostics
from digitpad.training.events import LayersMeasured
from digitpad.training.rate_controller import RateController
from digitpad.training.snapshots import Snapshot, is_sound
from digitpad.training.tasks import Share, Task

STEPS_BETWEEN_SNAPSHOTS = 100
"""Number of steps with finite losses between two copies of the weights, which are restored if the run diverges."""


class Step(NamedTuple):
    """The result of one step; the loss and the share may still be on a device.

    Attributes
    ----------
    batch, images
        The number of the batch in its epoch, from 1, and its number of images.
    rate
        The learning rate.
    loss, plain
        The loss, and the plain cross-entropy if the loss is a different one.
    share
        Number of correct predictions.
    penalty
        The sum of the penalty terms.
    measured, spent
        The measurements of the layers, and the seconds that they took.
    """

    batch: int
    images: int
    rate: float
    loss: Any = 0.0
    share: Share = Share(0, 0)
    penalty: Any = 0.0
    plain: Any = None
    measured: LayersMeasured | None = None
    spent: float = 0.0


class Stepper:
    """Performs single training steps.

    Parameters
    ----------
    network
        The network; its weights change in place.
    task
        The task, which defines loss and score.
    pace
        Sets the learning rate before each step.
    optimizer
        Updates the weights.
    penalties
        Penalties on the weights, added to the loss.
    diagnostics
        Measures the layers from time to time; None for no measurements.
    last_good
        Keeps weights with finite losses, for a network on the host.
    """

    def __init__(
        self,
        network: Sequential,
        task: Task,
        pace: RateController,
        optimizer: Optimizer,
        penalties: tuple[L1Penalty, L2Penalty],
        diagnostics: Diagnostics | None,
        last_good: Snapshot,
    ) -> None:
        self._network = network
        self._task = task
        self._pace = pace
        self._optimizer = optimizer
        self._penalties = penalties
        self._diagnostics = diagnostics
        self._last_good = last_good
        self._on_host = device_of(network.parameters()[0].value).library is np

    def take(
        self,
        parallel: ParallelNetwork,
        number: int,
        batch: int,
        images: NDArray[np.float32],
        targets: NDArray[Any],
        controls: ControlValues,
    ) -> Step:
        """Train on one batch; return the loss and the correct predictions with the weights before the update.

        On a device no value is fetched here, so a loss that is not finite is detected a few steps later; the last good
        weights are always older than that.

        Parameters
        ----------
        parallel
            The network, distributed over threads.
        number
            Number of steps of the run before this one.
        batch
            The number of the batch in its epoch, from 1.
        images, targets
            The batch, as `digitpad.training.batches` prepares it, on the network's device.
        controls
            Values that can be changed during the run.
        """
        rate = self._pace.set(number, controls)
        step = Step(batch, len(targets), rate)
        # A diverging run is reported as such; NumPy's warnings would only repeat it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                value, logits = parallel.training_step(images, targets, self._task.loss)
            except NotFiniteError:
                return step._replace(loss=math.nan)
            if self._on_host:
                if not math.isfinite(value):
                    return step._replace(loss=float(value))
                # Before the update, because these are the weights with the finite loss.
                if number % STEPS_BETWEEN_SNAPSHOTS == 0 and is_sound(self._network):
                    self._last_good.take()
            penalty = sum((price(self._network) for price in self._penalties if price.strength), start=0.0)
            looking = self._diagnostics if self._diagnostics and self._diagnostics.is_due(number + 1) else None
            if looking:
                looking.before_update()
            self._optimizer.step(parallel.run)
            share = self._task.count(logits, targets)
            plain = self._task.plain_loss(logits, targets)[0] if self._task.plain_loss is not None else None
            measured, spent = looking.after_update(number + 1) if looking else (None, 0.0)
        return step._replace(loss=value, share=share, penalty=penalty, plain=plain, measured=measured, spent=spent)
