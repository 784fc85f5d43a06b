"""The learning rate and momentum of every step: from the schedule, the plateau rule and changes during the run."""

import numpy as np

from digitpad.nn import SGD, Adam, AdamW, L2Penalty, Optimizer, Parameter, ReduceLROnPlateau, RMSProp
from digitpad.nn.optim.scheduler import State
from digitpad.training.building import decay_of
from digitpad.training.controls import ControlValues
from digitpad.training.schedules import build_scheduler
from digitpad.training.settings import Schedule, TrainingSettings


class RateController:
    """Sets the learning rate and momentum of an optimizer at every step.

    Every schedule except "plateau" is a function of the step number, so a run can be resumed at any step.

    Parameters
    ----------
    settings
        The settings of the run.
    optimizer
        The optimizer to control.
    l2
        The run's L2 penalty, whose strength can be changed during the run.
    batches
        Steps per epoch.
    """

    def __init__(self, settings: TrainingSettings, optimizer: Optimizer, l2: L2Penalty, batches: int) -> None:
        self._optimizer, self._l2 = optimizer, l2
        # Read before the scheduler is built, which changes both.
        self._momentum = optimizer.momentum if isinstance(optimizer, SGD | RMSProp | Adam) else None
        self._decay = decay_of(settings)
        self._scheduler = build_scheduler(settings, optimizer, settings.epochs * batches, batches)
        self._plateau: ReduceLROnPlateau | None = None
        #: The factor that the plateau rule has applied to the schedule so far.
        self._share = 1.0
        if settings.schedule == Schedule.PLATEAU:
            # It has its own rate, because the optimizer's rate follows the warm-up and the controls.
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
        """Configure the optimizer for a step, counted from 0, and return the learning rate."""
        optimizer, rate = self._optimizer, self.rate_at(step, values)
        optimizer.learning_rate = rate
        if isinstance(optimizer, SGD | RMSProp | Adam):
            scheduled = self._scheduler.momentum_at(step)
            momentum = values.momentum
            if momentum is None:
                momentum = self._momentum if scheduled is None else scheduled
            # Compared first, because setting Adam's costs a pass over its memory.
            if momentum is not None and momentum != optimizer.momentum:
                optimizer.momentum = momentum
        decay = self._decay if values.weight_decay is None else values.weight_decay
        if isinstance(optimizer, AdamW):
            optimizer.weight_decay = decay
        else:
            self._l2.strength = decay
        return rate

    def epoch_completed(self, loss: float) -> None:
        """Process the loss that the plateau rule observes."""
        if self._plateau is not None:
            self._plateau.step(loss)
            self._follow(self._plateau)

    def state(self) -> State:
        """Return the state that a resumed run needs."""
        return {} if self._plateau is None else self._plateau.state_dict()

    def restore(self, state: State) -> None:
        """Restore the state.

        Raises
        ------
        ValueError
            If the state is invalid.
        """
        if self._plateau is not None:
            self._plateau.load_state_dict(state)
            self._follow(self._plateau)

    def _follow(self, plateau: ReduceLROnPlateau) -> None:
        self._share = plateau.optimizer.learning_rate / self._scheduler.base
