"""What all schedulers have in common: a learning rate that changes during training, usually from large to small steps.

Large steps make fast progress, but the noise of the batches keeps the weights about as far from the minimum as the
steps are large; small steps at the end bring them closer. A scheduler controls the learning rate of one optimizer: it
sets the first value when it is created, and the next one with each `step`, which is called after each step of the
optimizer (not once per epoch). Except for `ReduceLROnPlateau`, which observes a metric, each is a formula of the step
number, so that `learning_rate_at` gives the whole course in advance.
"""

import math
from collections.abc import Mapping

from digitpad.nn.checks import Checked
from digitpad.nn.optim.adam import Adam
from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.optimizers import SGD, RMSProp

State = dict[str, float | None]
"""Plain numbers, which JSON can store."""


class Scheduler(Checked):
    """The base of the schedulers; a derived class defines `learning_rate_at`.

    Parameters
    ----------
    optimizer
        The optimizer whose learning rate is set; its current learning rate is the base of the formulas.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.base = optimizer.learning_rate
        self.steps = 0

    def learning_rate_at(self, step: int) -> float:
        """Return the learning rate of a step; steps count from 0."""
        raise NotImplementedError

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of a step, or None to leave it unchanged, as most schedulers do."""
        return None

    def step(self) -> None:
        """Set the learning rate of the next step, and the momentum if the scheduler controls it."""
        self.steps += 1
        self._apply()

    def state_dict(self) -> State:
        """Return the state that a resumed run needs."""
        return {"steps": self.steps, "base": self.base}

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Restore what `state_dict` returned, on a scheduler with the same arguments.

        Raises
        ------
        ValueError
            If a number is missing.
        """
        steps, base = numbers_of(self.check.owner, state, "steps", "base")
        self.steps, self.base = int(steps), base
        self._apply()

    def _apply(self) -> None:
        self.optimizer.learning_rate = self.learning_rate_at(self.steps)
        momentum = self.momentum_at(self.steps)
        if momentum is not None and isinstance(self.optimizer, SGD | RMSProp | Adam):
            self.optimizer.momentum = momentum

    def _check_momentum(self, momentum: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the (low, high) between which a schedule moves the momentum; None to leave it unchanged.

        Raises
        ------
        TypeError, ValueError
            If a value is out of range, or the optimizer has no momentum.
        """
        if momentum is None:
            return None
        if not isinstance(self.optimizer, SGD | RMSProp | Adam) or not self.optimizer.momentum:
            raise ValueError(f"{self.check.owner}: momentum is {momentum}; expected None, as the optimizer uses none")
        for index, value in enumerate(momentum):
            self.check.real_number(f"momentum[{index}]", value, low=0, high=1, open_high=True)
        return momentum


def cosine(begin: float, end: float, progress: float) -> float:
    """Return the value between `begin` and `end` on half a cosine, for `progress` between 0 and 1."""
    return end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2


def numbers_of(owner: str, state: Mapping[str, float | None], *names: str) -> list[float]:
    """Return the numbers of those names, or raise a ValueError that names a missing one."""
    numbers: list[float] = []
    for name in names:
        value = state.get(name)
        if value is None:
            raise ValueError(f"{owner}: the state has no {name}; expected {', '.join(names)}")
        numbers.append(value)
    return numbers
