"""Learning rates that go up and down: a cosine with restarts, triangles, and one cycle over the whole training."""

import math

from digitpad.nn.optim.optimizer import Optimizer
from digitpad.nn.optim.scheduler import Scheduler, cosine


class CosineRestartsLR(Scheduler):
    """Cosine annealing with warm restarts: minimum + (base - minimum) * (1 + cos(pi * t / T)) / 2 in each cycle.

    t is the number of steps since the start of the cycle, and T its length, period * growth**(number of cycles before).

    Parameters
    ----------
    optimizer
        See `Scheduler`.
    period
        Number of steps of the first cycle.
    growth
        Factor of the length from cycle to cycle, a whole number of at least 1.
    minimum
        The learning rate that each cycle falls to, at least 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range.

    Notes
    -----
    The same as PyTorch's `CosineAnnealingWarmRestarts`. Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient
    Descent with Warm Restarts", ICLR 2017, equation 5.
    """

    def __init__(self, optimizer: Optimizer, period: int, growth: int = 1, minimum: float = 0.0) -> None:
        super().__init__(optimizer)
        self.period = self.check.whole_number("period", period)
        self.growth = self.check.whole_number("growth", growth)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the value of the cosine of the step's cycle."""
        length = self.period
        if self.growth == 1:
            step %= length
        while step >= length:
            step -= length
            length *= self.growth
        return cosine(self.base, self.minimum, step / length)


class CyclicLR(Scheduler):
    """Triangles: the learning rate rises from the minimum to the maximum along a line, falls back, and so on.

    minimum + (base - minimum) * height * scale, where height goes from 0 to 1 in `step_size_up` steps and back to 0 in
    `step_size_down`, and scale depends on the mode: 1; 0.5**(number of cycles before); or gamma**step.

    Parameters
    ----------
    optimizer
        See `Scheduler`; its learning rate is the maximum.
    minimum
        The learning rate at the foot of the triangles, at least 0; PyTorch's `base_lr`.
    step_size_up, step_size_down
        Number of steps in which the rate rises and falls; None falls in as many as it rises.
    mode
        "triangular", with cycles of one height; "triangular2", where each is half as high as the one before; or
        "exp_range", where the height falls by the factor `gamma` with each step.
    gamma
        For "exp_range", in [0, 1].
    momentum
        (low, high): the momentum falls from high while the rate rises, at full height to low, and rises again while it
        falls; None leaves it unchanged.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or `momentum` is given for an optimizer without momentum.

    Notes
    -----
    The same as PyTorch's. Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        minimum: float,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        momentum: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(optimizer)
        self.minimum = self.check.real_number("minimum", minimum, low=0, high=math.inf, open_high=True)
        self.step_size_up = self.check.whole_number("step_size_up", step_size_up)
        down = step_size_up if step_size_down is None else step_size_down
        self.step_size_down = self.check.whole_number("step_size_down", down)
        if mode not in CYCLE_MODES:
            raise ValueError(f"{self.check.owner}: mode is {mode!r}; expected one of {', '.join(CYCLE_MODES)}")
        self.mode = mode
        self.gamma = self.check.real_number("gamma", gamma, low=0, high=1)
        self.momentum = self._check_momentum(momentum)
        self._apply()

    def learning_rate_at(self, step: int) -> float:
        """Return the rate of the triangle."""
        return self.minimum + (self.base - self.minimum) * self._height(step)

    def momentum_at(self, step: int) -> float | None:
        """Return the momentum of a step, or None if it is left unchanged."""
        if self.momentum is None:
            return None
        low, high = self.momentum
        return high - (high - low) * self._height(step)

    def _height(self, step: int) -> float:
        """Return the height above the minimum, as a part of that of the first triangle."""
        cycle, place = divmod(step, self.step_size_up + self.step_size_down)
        if place <= self.step_size_up:
            height = place / self.step_size_up
        else:
            height = 1 - (place - self.step_size_up) / self.step_size_down
        if self.mode == "triangular2":
            return height * 0.5**cycle
        return height * self.gamma**step if self.mode == "exp_range" else height


CYCLE_MODES = ("triangular", "triangular2", "exp_range")
"""The modes of `CyclicLR`."""


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
        self.momentum = self._check_momentum(momentum)
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
            return cosine(begin, peak, step / turn if turn else 1.0)
        return cosine(peak, end, (step - turn) / (last - turn))
