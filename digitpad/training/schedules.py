"""Builds the learning rate schedule of a run from its settings, which count epochs where schedulers count steps."""

from collections.abc import Callable
from dataclasses import dataclass

from digitpad.nn import (
    ConstantLR,
    CosineLR,
    CosineRestartsLR,
    CyclicLR,
    ExponentialLR,
    MultiStepLR,
    OneCycleLR,
    Optimizer,
    PolynomialLR,
    Scheduler,
    StepLR,
    WarmUpLR,
)
from digitpad.training.settings import Schedule, TrainingSettings


def build_scheduler(settings: TrainingSettings, optimizer: Optimizer, steps: int, batches: int = 1) -> Scheduler:
    """Return the schedule of a run; "plateau" starts as a constant schedule (see `RateController`).

    Parameters
    ----------
    settings
        Name of the schedule and its own settings.
    optimizer
        The optimizer; its learning rate is the highest of the schedule.
    steps
        Number of steps of the whole run.
    batches
        Steps per epoch.
    """
    warm_up = round(settings.warm_up_epochs * batches)
    course = _Course(settings, optimizer, max(1, steps - warm_up), batches, warm_up)
    behind = _MAKERS[settings.schedule](course)
    return WarmUpLR(behind, warm_up, start=1 / (warm_up + 1)) if warm_up else behind


@dataclass(frozen=True, slots=True)
class _Course:
    """The steps that follow the warm-up, for which each method makes a scheduler."""

    settings: TrainingSettings
    optimizer: Optimizer
    steps: int
    batches: int
    warm_up: int

    def constant(self) -> Scheduler:
        return ConstantLR(self.optimizer)

    def step(self) -> Scheduler:
        return StepLR(self.optimizer, self.settings.step_epochs * self.batches, self.settings.gamma)

    def multi_step(self) -> Scheduler:
        marks = {round(self.steps / 2), round(3 * self.steps / 4)}
        if self.settings.milestones is not None:
            marks = {epoch * self.batches - self.warm_up for epoch in self.settings.milestones}
        return MultiStepLR(self.optimizer, sorted(mark for mark in marks if mark > 0), self.settings.gamma)

    def exponential(self) -> Scheduler:
        return ExponentialLR(self.optimizer, self._gamma_of_a_step)

    def polynomial(self) -> Scheduler:
        return PolynomialLR(self.optimizer, self.steps, self.settings.power, self._lowest)

    def cosine(self) -> Scheduler:
        return CosineLR(self.optimizer, self.steps, self._lowest)

    def restarts(self) -> Scheduler:
        period = self.settings.cycle_epochs * self.batches
        return CosineRestartsLR(self.optimizer, period, self.settings.cycle_growth, self._lowest)

    def cyclic(self) -> Scheduler:
        settings = self.settings
        length = settings.cycle_epochs * self.batches
        up = min(max(1, round(settings.rise * length)), max(1, length - 1))
        minimum = settings.learning_rate / settings.div_factor
        return CyclicLR(
            *(self.optimizer, minimum, up, max(1, length - up)),
            settings.cycle_mode,
            self._gamma_of_a_step,
            self._momentum,
        )

    def one_cycle(self) -> Scheduler:
        settings = self.settings
        factors = settings.div_factor, settings.final_div_factor
        return OneCycleLR(self.optimizer, max(self.steps, 2), settings.rise, *factors, self._momentum)

    @property
    def _lowest(self) -> float:
        return min(self.settings.final_learning_rate, self.settings.learning_rate)

    @property
    def _gamma_of_a_step(self) -> float:
        """The factor of an epoch, spread evenly over its steps."""
        return float(self.settings.gamma ** (1 / self.batches))

    @property
    def _momentum(self) -> tuple[float, float] | None:
        low, high = self.settings.low_momentum, self.settings.highest_momentum
        return None if low is None or high is None else (low, high)


_MAKERS: dict[str, Callable[[_Course], Scheduler]] = {
    Schedule.CONSTANT: _Course.constant,
    # Its rate is changed by `RateController`.
    Schedule.PLATEAU: _Course.constant,
    Schedule.STEP: _Course.step,
    Schedule.MULTI_STEP: _Course.multi_step,
    Schedule.EXPONENTIAL: _Course.exponential,
    Schedule.POLYNOMIAL: _Course.polynomial,
    Schedule.COSINE: _Course.cosine,
    Schedule.RESTARTS: _Course.restarts,
    Schedule.CYCLIC: _Course.cyclic,
    Schedule.ONE_CYCLE: _Course.one_cycle,
}
