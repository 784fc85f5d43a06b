"""Schedulers: a learning rate that changes during training, usually from large steps to small ones.

Large steps make fast progress, but the noise of the batches keeps the weights about as far from the minimum as the
steps are large; small steps at the end bring them closer. A scheduler controls the learning rate of one optimizer: it
sets the first value when it is created, and the next one with each `step`, which is called after each step of the
optimizer (not once per epoch). Except for `ReduceLROnPlateau`, which observes a metric, each is a formula of the step
number, so that `learning_rate_at` gives the whole course in advance.
"""

import math
from collections.abc import Mapping

from digitpad.nn.checks import Checked
from digitpad.nn.optim.optimizers import SGD, Adam, Optimizer, RMSProp

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
        """Return the momentum of a step, or None to leave it unchanged, as all schedulers but `OneCycleLR` do."""
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
        steps, base = _numbers(self.check.owner, state, "steps", "base")
        self.steps, self.base = int(steps), base
        self._apply()

    def _apply(self) -> None:
        self.optimizer.learning_rate = self.learning_rate_at(self.steps)
        momentum = self.momentum_at(self.steps)
        if momentum is not None and isinstance(self.optimizer, SGD | RMSProp | Adam):
            self.optimizer.momentum = momentum


class ConstantLR(Scheduler):
    """A constant learning rate, for example after a `WarmUpLR`.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer)

    def learning_rate_at(self, step: int) -> float:
        """Return the base."""
        return self.base


class StepLR(Scheduler):
    """Step decay: base * gamma**floor(step / step_size).

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    step_size
        Number of training steps with the same learning rate.
    gamma
        Factor after each of these periods, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer)
        self.step_size = self.check.whole_number("step_size", step_size)
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=1)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return base * gamma**floor(step / step_size)."""
        return self.base * self.gamma ** (step // self.step_size)


class CosineLR(Scheduler):
    """Cosine annealing: minimum + (base - minimum) * (1 + cos(pi * step / total_steps)) / 2, then the minimum.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    total_steps
        Number of steps until the minimum is reached.
    minimum
        The final learning rate, at least 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, equation 5.
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, minimum: float = 0.0) -> None:
        super().__init__(optimizer)
        self.total_steps = self.check.whole_number("total_steps", total_steps)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the value of the cosine."""
        return _cosine(self.base, self.minimum, min(1.0, step / self.total_steps))


class WarmUpLR(Scheduler):
    """Linear warm-up to the first learning rate of another scheduler, which then continues with its step 0.

    At step t < warm_up_steps the learning rate is that first rate times start + (1 - start) * t / warm_up_steps.

    Parameters
    ----------
    after
        The scheduler that continues; only `step` of the warm-up is called, never its own.
    warm_up_steps
        Number of steps of the warm-up.
    start
        Fraction of the rate at step 0, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    Source: Goyal and others, "Accurate, Large Minibatch SGD", 2017, section 2.2.
    """

    def __init__(self, after: Scheduler, warm_up_steps: int, start: float = 0.0) -> None:
        super().__init__(after.optimizer)
        self.after = after
        self.warm_up_steps = self.check.whole_number("warm_up_steps", warm_up_steps)
        self.start = self.check.real_number("start", start, low=0, high=1)
        self.base = after.base
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the rate of the warm-up, or after it that of the other scheduler."""
        if step >= self.warm_up_steps:
            return self.after.learning_rate_at(step - self.warm_up_steps)
        share = self.start + (1 - self.start) * step / self.warm_up_steps
        return self.after.learning_rate_at(0) * share

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of the other scheduler: its first one during the warm-up."""
        return self.after.momentum_at(max(0, step - self.warm_up_steps))

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Restore what `state_dict` returned, on a scheduler with the same arguments."""
        (self.after.base,) = _numbers(self.check.owner, state, "base")
        super().load_state_dict(state)


class OneCycleLR(Scheduler):
    """One cycle: a cosine from base / div_factor up to base, then one down to base / div_factor / final_div_factor.

    Parameters
    ----------
    optimizer
        See `Scheduler`; its learning rate is the maximum.
    total_steps
        Number of steps of the whole cycle; the last rate is kept afterwards.
    rise
        Fraction of the steps with a rising rate, in [0, 1]; PyTorch's `pct_start`.
    div_factor, final_div_factor
        The maximum divided by the first rate, and the first rate divided by the last; at least 1.
    momentum
        (low, high): the momentum falls from high to low while the rate rises, and rises again while it falls; None
        leaves it unchanged.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or `momentum` is given for an optimizer without momentum.

    Notes
    -----
    The form is PyTorch's with two phases. Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural
    Networks Using Large Learning Rates", 2018.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int,
        rise: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        momentum: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(optimizer)
        self.total_steps = self.check.whole_number("total_steps", total_steps, least=2)
        self.rise = self.check.real_number("rise", rise, low=0, high=1)
        self.div_factor = self.check.real_number("div_factor", div_factor, low=1, high=math.inf)
        self.final_div_factor = self.check.real_number("final_div_factor", final_div_factor, low=1, high=math.inf)
        self.momentum = momentum
        if momentum is not None:
            if not isinstance(optimizer, SGD | RMSProp | Adam) or not optimizer.momentum:
                raise ValueError(
                    f"{self.check.owner}: momentum is {momentum}; expected None, as the optimizer uses none"
                )
            for index, value in enumerate(momentum):
                self.check.real_number(f"momentum[{index}]", value, low=0, high=1, open_high=True)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the rate of the cycle."""
        first = self.base / self.div_factor
        return self._along(step, first, self.base, first / self.final_div_factor)

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of a step, or None if it is left unchanged."""
        if self.momentum is None:
            return None
        low, high = self.momentum
        return self._along(step, high, low, high)

    def _along(self, step: int, begin: float, peak: float, end: float) -> float:
        # PyTorch's turning point is one step before `rise * total_steps`, and may be a fraction of a step.
        turn, last = self.rise * self.total_steps - 1, self.total_steps - 1
        step = min(step, last)
        if step <= turn:
            return _cosine(begin, peak, step / turn if turn else 1.0)
        return _cosine(peak, end, (step - turn) / (last - turn))


class ReduceLROnPlateau(Checked):
    """Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` steps.

    Parameters
    ----------
    optimizer
        The optimizer whose learning rate is set.
    factor
        Factor of each reduction, in [0, 1).
    patience
        Number of consecutive calls of `step` without improvement that are tolerated.
    maximize
        Whether larger values are better, as for an accuracy.
    threshold
        A value counts as an improvement if it is better than the best one by more than this fraction of it.
    cooldown
        Number of calls after a reduction during which calls without improvement are not counted.
    minimum
        The smallest learning rate.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The same as PyTorch's `ReduceLROnPlateau` with a relative threshold.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        *,
        maximize: bool = False,
        threshold: float = 1e-4,
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self.optimizer = optimizer
        self.factor = self.check.real_number("factor", factor, low=0, high=1, open_high=True)
        self.patience = self.check.whole_number("patience", patience, least=0)
        self.maximize = self.check.flag("maximize", maximize)
        self.threshold = self.check.real_number("threshold", threshold, low=0, high=1)
        self.cooldown = self.check.whole_number("cooldown", cooldown, least=0)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self.best: float | None = None
        self.waited = 0
        self.cooling = 0

    def step(self, figure: float) -> None:
        """Record a value of the metric, such as an epoch's validation loss, and reduce the learning rate if due.

        NaN is not an improvement.
        """
        figure = float(figure)
        if self._is_better(figure):
            self.best, self.waited = figure, 0
        else:
            self.waited += 1
        if self.cooling:
            self.cooling -= 1
            self.waited = 0
        if self.waited > self.patience:
            # A learning rate that is already below the minimum is kept: a reduction never raises it.
            present = self.optimizer.learning_rate
            self.optimizer.learning_rate = min(present, max(present * self.factor, self.minimum))
            self.cooling, self.waited = self.cooldown, 0

    def state_dict(self) -> State:
        """Return the state that a resumed run needs."""
        return {
            "best": self.best,
            "waited": self.waited,
            "cooling": self.cooling,
            "learning_rate": self.optimizer.learning_rate,
        }

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Restore what `state_dict` returned.

        Raises
        ------
        ValueError
            If a number is missing.
        """
        waited, cooling, learning_rate = _numbers(self.check.owner, state, "waited", "cooling", "learning_rate")
        self.best = state.get("best")
        self.waited, self.cooling = int(waited), int(cooling)
        self.optimizer.learning_rate = learning_rate

    def _is_better(self, figure: float) -> bool:
        if math.isnan(figure):
            return False
        if self.best is None:
            return True
        if self.maximize:
            return figure > self.best * (1 + self.threshold)
        return figure < self.best * (1 - self.threshold)


def _cosine(begin: float, end: float, progress: float) -> float:
    """Return the value between `begin` and `end` on half a cosine, for `progress` between 0 and 1."""
    return end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2


def _numbers(owner: str, state: Mapping[str, float | None], *names: str) -> list[float]:
    """Return the numbers of those names, or raise a ValueError that names a missing one."""
    numbers: list[float] = []
    for name in names:
        value = state.get(name)
        if value is None:
            raise ValueError(f"{owner}: the state has no {name}; expected {', '.join(names)}")
        numbers.append(value)
    return numbers
