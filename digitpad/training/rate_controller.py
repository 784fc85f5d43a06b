"""The learning rate and the momentum of every step: schedule, plateau, and what was changed while the run went on."""

import numpy as np

from digitpad.nn import SGD, Adam, AdamW, L2Penalty, Optimizer, Parameter, ReduceLROnPlateau, RMSProp
from digitpad.nn.optim.schedulers import State
from digitpad.training.building import build_scheduler, decay_of
from digitpad.training.controls import ControlValues
from digitpad.training.settings import Schedule, TrainingSettings


class RateController:
    """Sets how far an optimizer goes at every step.

    All but "plateau" is a formula of the step number alone, so that a run can be taken up again at any step.

    Parameters
    ----------
    settings
        The run's.
    optimizer
        What is driven.
    l2
        The run's L2 penalty, whose strength may be changed while the run goes on.
    batches
        Steps an epoch.
    """

    def __init__(self, settings: TrainingSettings, optimizer: Optimizer, l2: L2Penalty, batches: int) -> None:
        self._optimizer, self._l2 = optimizer, l2
        # Read before the scheduler is built, which moves both to where it begins.
        self._momentum = optimizer.momentum if isinstance(optimizer, SGD | RMSProp | Adam) else None
        self._decay = decay_of(settings)
        self._scheduler = build_scheduler(settings, optimizer, settings.epochs * batches, batches)
        self._plateau: ReduceLROnPlateau | None = None
        #: What the plateau has made of the schedule's rate so far.
        self._share = 1.0
        if settings.schedule == Schedule.PLATEAU:
            # It works on a rate of its own, as the optimizer's follows the warm-up and the controls.
            self._plateau = ReduceLROnPlateau(
                SGD([Parameter(np.zeros(1, np.float32))], settings.learning_rate),
                settings.plateau_factor,
                settings.plateau_patience,
                minimum=settings.final_learning_rate,
            )

    def rate_at(self, step: int, values: ControlValues) -> float:
        """Return the learning rate of a step, counted from 0."""
        if values.learning_rate is not None:
            return values.learning_rate_factor * values.learning_rate
        return values.learning_rate_factor * self._share * self._scheduler.learning_rate_at(step)

    def set(self, step: int, values: ControlValues) -> float:
        """Set the optimizer up for a step, counted from 0, and return the learning rate."""
        optimizer, rate = self._optimizer, self.rate_at(step, values)
        optimizer.learning_rate = rate
        if isinstance(optimizer, SGD | RMSProp | Adam):
            scheduled = self._scheduler.momentum_at(step)
            momentum = values.momentum
            if momentum is None:
                momentum = self._momentum if scheduled is None else scheduled
            # Looked at first: to set Adam's costs a pass over its memory.
            if momentum is not None and momentum != optimizer.momentum:
                optimizer.momentum = momentum
        decay = self._decay if values.weight_decay is None else values.weight_decay
        if isinstance(optimizer, AdamW):
            optimizer.weight_decay = decay
        else:
            self._l2.strength = decay
        return rate

    def epoch_completed(self, loss: float) -> None:
        """Take note of the loss that a plateau is watched in."""
        if self._plateau is not None:
            self._plateau.step(loss)
            self._follow(self._plateau)

    def state(self) -> State:
        """Return what a resumed run needs."""
        return {} if self._plateau is None else self._plateau.state_dict()

    def restore(self, state: State) -> None:
        """Go on where `state` was called.

        Raises
        ------
        ValueError
            If the state is none of such a run.
        """
        if self._plateau is not None:
            self._plateau.load_state_dict(state)
            self._follow(self._plateau)

    def _follow(self, plateau: ReduceLROnPlateau) -> None:
        self._share = plateau.optimizer.learning_rate / self._scheduler.base
