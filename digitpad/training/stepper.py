"""One step of a training: loss, gradients, update; and what is measured on the way."""

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
"""After this many steps with finite losses the weights are kept, to go back to if the run diverges."""


class Step(NamedTuple):
    """One step, of which the loss and the share may still lie on a device.

    Attributes
    ----------
    batch, images
        The number of the batch in its epoch, from 1, and how many images it has.
    rate
        The learning rate.
    loss, plain
        The loss; and the plain cross-entropy, where the loss is another.
    share
        How many of the answers were right.
    penalty
        What the penalties add to the loss.
    measured, spent
        What was measured of the layers, and the seconds that it took.
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
    """Takes single steps of a training.

    Parameters
    ----------
    network
        Its weights change in place.
    task
        What it is trained for.
    pace
        Sets the learning rate before each step.
    optimizer
        Updates the weights.
    penalties
        What large weights cost beside the loss.
    diagnostics
        Looks at the layers now and then; None if nobody wants to know.
    last_good
        Keeps weights with finite losses, of a network on the host.
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
        """Learn from one batch; return its loss and what was answered rightly, before the weights moved.

        On a device nothing is looked at here, so a loss that is not finite shows a few steps later; the last good
        weights are from before it in any case.

        Parameters
        ----------
        parallel
            The network, shared out among threads.
        number
            How many steps were taken before, in the whole run.
        batch
            The number of the batch in its epoch, from 1.
        images, targets
            The batch, as `digitpad.training.batches` prepares it, on the network's device.
        controls
            What a person has set while the run goes on.
        """
        rate = self._pace.set(number, controls)
        step = Step(batch, len(targets), rate)
        # A run that diverges is reported as such; NumPy's warnings on the way there would only repeat it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                value, logits = parallel.training_step(images, targets, self._task.loss)
            except NotFiniteError:
                return step._replace(loss=math.nan)
            if self._on_host:
                if not math.isfinite(value):
                    return step._replace(loss=float(value))
                # Here, and not after the step: these are the weights that gave the finite loss.
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
