"""Learning rates that fall: in steps, exponentially, along a polynomial or a cosine; and the warm-up before them."""

import bisect
import math
from collections.abc import Mapping, Sequence

from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.scheduler import Scheduler, cosine, numbers_of


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


class MultiStepLR(Scheduler):
    """Step decay at chosen steps: base * gamma**(number of milestones that are reached).

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    milestones
        Steps from which the learning rate is lower, in increasing order, each at least 1.
    gamma
        Factor at each of them, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or the milestones do not increase.

    Notes
    -----
    Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2, divides the
    rate by 10 after a half and three quarters of the training.
    """

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        super().__init__(optimizer)
        self.milestones = tuple(
            self.check.whole_number(f"milestones[{index}]", value) for index, value in enumerate(milestones)
        )
        if any(later <= earlier for earlier, later in zip(self.milestones, self.milestones[1:], strict=False)):
            raise ValueError(f"{self.check.owner}: milestones is {milestones!r}; expected increasing numbers")
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=1)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return base * gamma**(number of milestones up to the step)."""
        return self.base * self.gamma ** bisect.bisect_right(self.milestones, step)


class ExponentialLR(Scheduler):
    """Exponential decay: base * gamma**step.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    gamma
        Factor of each step, in [0, 1]. For a factor f per epoch of n steps it is f**(1 / n).

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer)
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=1)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return base * gamma**step."""
        return self.base * self.gamma**step


class PolynomialLR(Scheduler):
    """Polynomial decay: minimum + (base - minimum) * (1 - step / total_steps)**power, then the minimum.

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    total_steps
        Number of steps until the minimum is reached.
    power
        Exponent, at least 0: 1 falls along a straight line, a larger one faster at first.
    minimum
        The final learning rate, at least 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    With a minimum of 0 the same as PyTorch's. Source: Chen, Papandreou, Kokkinos, Murphy and Yuille, "DeepLab", TPAMI
    2018, section 4.1, with power 0.9.
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, power: float = 1.0, minimum: float = 0.0) -> None:
        super().__init__(optimizer)
        self.total_steps = self.check.whole_number("total_steps", total_steps)
        self.power = self.check.real_number("power", power, low=0, high=math.inf, open_high=True)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the value of the polynomial."""
        left = 1 - min(1.0, step / self.total_steps)
        return self.minimum + (self.base - self.minimum) * math.pow(left, self.power)


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
        return cosine(self.base, self.minimum, min(1.0, step / self.total_steps))


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
        (self.after.base,) = numbers_of(self.check.owner, state, "base")
        super().load_state_dict(state)
