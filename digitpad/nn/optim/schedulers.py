"""Schedulers: large steps first, small ones at the end.

A scheduler owns the learning rate of one optimizer. It sets the first one when it is built; `step`, called after
each step of the optimizer (not once an epoch), moves on to the next. Apart from `ReduceLROnPlateau`, which watches
a figure, each is a formula of the step number alone: `learning_rate_at` tells the whole course in advance.
"""

import math
from collections.abc import Mapping

from digitpad.nn.checks import Checked
from digitpad.nn.optim.optimizers import SGD, Adam, Optimizer, RMSProp

State = dict[str, float | None]
"""Plain numbers, so that JSON can keep them."""


class Scheduler(Checked):
    """What all schedulers share; a scheduler of its own kind defines `learning_rate_at`.

    Parameters
    ----------
    optimizer
        Whose learning rate to drive; the one that it has now is the base that formulas scale.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.base = optimizer.learning_rate
        self.steps = 0

    def learning_rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        raise NotImplementedError

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of a step, counted from 0; None leaves it alone, as all but `OneCycleLR` do."""
        return None

    def step(self) -> None:
        """Set the learning rate of the next step, and the momentum if it is driven too."""
        self.steps += 1
        self._apply()

    def state_dict(self) -> State:
        """Return what a resumed run needs."""
        return {"steps": self.steps, "base": self.base}

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Go on where `state_dict` was called, on a scheduler built alike.

        Raises
        ------
        ValueError
            If the state is none of such a scheduler.
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
    """The same learning rate all the way: for the end of a `WarmUpLR`, or to compare with."""

    def learning_rate_at(self, step: int) -> float:
        """Return the base."""
        return self.base


class StepLR(Scheduler):
    """base * gamma**floor(step / step_size): a stair.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    step_size
        Steps of training on each stair.
    gamma
        Factor from stair to stair, in [0, 1].

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
        """Return the height of the stair."""
        return self.base * self.gamma ** (step // self.step_size)


class CosineLR(Scheduler):
    """Half a cosine: minimum + (base - minimum) * (1 + cos(pi * step / total_steps)) / 2, the minimum afterwards.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    total_steps
        Steps until the minimum.
    minimum
        Learning rate at the end, at least 0.

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
        """Return the height of the cosine."""
        return _cosine(self.base, self.minimum, min(1.0, step / self.total_steps))


class WarmUpLR(Scheduler):
    """A straight climb to the first learning rate of another scheduler, which then takes over with its step 0.

    At step t < warm_up_steps the rate is that first rate times start + (1 - start) * t / warm_up_steps.

    Parameters
    ----------
    after
        The scheduler that takes over; from now on only this one's `step` is called.
    warm_up_steps
        Steps of the climb.
    start
        Share of the rate to begin with, in [0, 1].

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
        """Return the height of the climb, or what the other scheduler says."""
        if step >= self.warm_up_steps:
            return self.after.learning_rate_at(step - self.warm_up_steps)
        share = self.start + (1 - self.start) * step / self.warm_up_steps
        return self.after.learning_rate_at(0) * share

    def momentum_at(self, step: int) -> float | None:
        """Return what the other scheduler says, which holds its first momentum during the climb."""
        return self.after.momentum_at(max(0, step - self.warm_up_steps))

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Go on where `state_dict` was called, on a scheduler built alike."""
        (self.after.base,) = _numbers(self.check.owner, state, "base")
        super().load_state_dict(state)


class OneCycleLR(Scheduler):
    """Up and down once: a cosine from base / div_factor to base, then one to base / div_factor / final_div_factor.

    Parameters
    ----------
    optimizer
        See `Scheduler`; its learning rate is the peak.
    total_steps
        Steps of the whole cycle; the last rate stays afterwards.
    rise
        Share of the steps that go up, in [0, 1]; PyTorch's `pct_start`.
    div_factor, final_div_factor
        How far below the peak the cycle begins, and how far below that it ends; at least 1.
    momentum
        (low, high): momentum goes down from high while the rate goes up, and back again; None leaves it alone.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or the optimizer has no momentum to drive.

    Notes
    -----
    PyTorch's form with two phases. Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural
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
                raise ValueError(f"OneCycleLR: momentum is {momentum}; expected None, as the optimizer uses none")
            for index, value in enumerate(momentum):
                self.check.real_number(f"momentum[{index}]", value, low=0, high=1, open_high=True)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the height of the cycle."""
        first = self.base / self.div_factor
        return self._along(step, first, self.base, first / self.final_div_factor)

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of a step, counted from 0, or None if it is left alone."""
        if self.momentum is None:
            return None
        low, high = self.momentum
        return self._along(step, high, low, high)

    def _along(self, step: int, begin: float, peak: float, end: float) -> float:
        # PyTorch's turning point lies one step before `rise * total_steps`, and need not be a whole step.
        turn, last = self.rise * self.total_steps - 1, self.total_steps - 1
        step = min(step, last)
        if step <= turn:
            return _cosine(begin, peak, step / turn if turn else 1.0)
        return _cosine(peak, end, (step - turn) / (last - turn))


class ReduceLROnPlateau(Checked):
    """Multiplies the learning rate by `factor` once a figure has not improved for more than `patience` steps.

    Parameters
    ----------
    optimizer
        Whose learning rate to drive.
    factor
        In [0, 1).
    patience
        How many calls of `step` in a row may bring no improvement.
    maximize
        Whether a larger figure is better, such as an accuracy.
    threshold
        An improvement counts if it is more than this share of the best figure.
    cooldown
        How many calls after a reduction are not counted against it.
    minimum
        No reduction goes below it.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    PyTorch's `ReduceLROnPlateau` with relative threshold.
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
        self.maximize = maximize
        self.threshold = self.check.real_number("threshold", threshold, low=0, high=1)
        self.cooldown = self.check.whole_number("cooldown", cooldown, least=0)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self.best: float | None = None
        self.waited = 0
        self.cooling = 0

    def step(self, figure: float) -> None:
        """Take note of a figure, such as an epoch's validation loss, and reduce the learning rate if it is time.

        A figure that is NaN is no improvement.
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
            # One that lies below the minimum already stays there: a reduction never raises it.
            present = self.optimizer.learning_rate
            self.optimizer.learning_rate = min(present, max(present * self.factor, self.minimum))
            self.cooling, self.waited = self.cooldown, 0

    def state_dict(self) -> State:
        """Return what a resumed run needs."""
        return {
            "best": self.best,
            "waited": self.waited,
            "cooling": self.cooling,
            "learning_rate": self.optimizer.learning_rate,
        }

    def load_state_dict(self, state: Mapping[str, float | None]) -> None:
        """Go on where `state_dict` was called.

        Raises
        ------
        ValueError
            If the state is none of this scheduler.
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
    """Go from `begin` to `end` along half a cosine as `progress` goes from 0 to 1."""
    return end + (begin - end) * (1 + math.cos(math.pi * progress)) / 2


def _numbers(owner: str, state: Mapping[str, float | None], *names: str) -> list[float]:
    """Return the numbers of those names, or say which is missing."""
    numbers: list[float] = []
    for name in names:
        value = state.get(name)
        if value is None:
            raise ValueError(f"{owner}: the state has no {name}; expected {', '.join(names)}")
        numbers.append(value)
    return numbers
