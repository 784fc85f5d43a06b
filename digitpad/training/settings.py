"""What a training run is asked to do.

The values are checked here once, whether they come from the command line, a file or the window, so that the
trainer never meets an impossible one.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from digitpad.errors import DigitpadError
from digitpad.nn import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    ConstantLR,
    CosineLR,
    OneCycleLR,
    Optimizer,
    Parameter,
    RMSProp,
    Scheduler,
)

_MOST_USEFUL_THREADS = 8


class OptimizerName(StrEnum):
    """The optimizers that a run can use."""

    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"
    NESTEROV = "nesterov"
    RMSPROP = "rmsprop"
    ADAGRAD = "adagrad"

    @property
    def takes_momentum(self) -> bool:
        """Whether the run's momentum is meant for it."""
        return self in {OptimizerName.SGD, OptimizerName.NESTEROV}


class Schedule(StrEnum):
    """How the learning rate moves over the run."""

    CONSTANT = "constant"
    COSINE = "cosine"
    ONE_CYCLE = "one-cycle"


def default_threads() -> int:
    """Return how many threads share a batch unless told: the processors this process may use, 8 at most.

    Beyond that a usual batch leaves each thread too few images to be worth waking it.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(available, _MOST_USEFUL_THREADS))


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that, with the data and the first weights, determines the weights that come out.

    Parameters
    ----------
    epochs
        Passes over the training images.
    batch_size
        Images a step.
    learning_rate
        The highest rate of the schedule.
    optimizer
        One of `OptimizerName`.
    momentum
        Of "sgd" and "nesterov", in [0, 1).
    schedule
        "constant"; "cosine" (falls to zero along half a cosine); or "one-cycle" (rises over the first 30% of
        the steps, then falls to zero).
    label_smoothing
        Share of each target that is spread evenly over all classes, in [0, 1); only where classes are told apart.
    seed
        Determines the first weights, the held-out images, the order of the images and dropout.
    threads
        Threads that share a batch; None takes `default_threads()`. The sums of a step depend on it in the last bit.

    Raises
    ------
    DigitpadError
        If a value cannot work.
    """

    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.001
    optimizer: str = OptimizerName.ADAM
    momentum: float = 0.9
    schedule: str = Schedule.CONSTANT
    label_smoothing: float = 0.0
    seed: int = 0
    threads: int | None = None

    def __post_init__(self) -> None:
        _check_whole("epochs", self.epochs, least=1)
        _check_whole("batch size", self.batch_size, least=1)
        _check_whole("seed", self.seed, least=0)
        if self.threads is not None:
            _check_whole("threads", self.threads, least=1)
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise DigitpadError(f"The learning rate must be a number above 0, not {self.learning_rate}.")
        if not 0 <= self.momentum < 1:
            raise DigitpadError(f"The momentum must be at least 0 and below 1, not {self.momentum}.")
        if not 0 <= self.label_smoothing < 1:
            raise DigitpadError(f"The label smoothing must be at least 0 and below 1, not {self.label_smoothing}.")
        if self.optimizer == OptimizerName.NESTEROV and not self.momentum:
            raise DigitpadError("Nesterov's method needs a momentum above 0; choose one, or sgd.")
        _check_choice("optimizer", self.optimizer, OptimizerName)
        _check_choice("schedule", self.schedule, Schedule)


def build_optimizer(settings: TrainingSettings, parameters: Sequence[Parameter]) -> Optimizer:
    """Return the optimizer of a run.

    Parameters
    ----------
    settings
        Name it, with its learning rate and momentum.
    parameters
        What it changes.
    """
    rate, momentum = settings.learning_rate, settings.momentum
    match OptimizerName(settings.optimizer):
        case OptimizerName.SGD:
            return SGD(parameters, rate, momentum)
        case OptimizerName.NESTEROV:
            return SGD(parameters, rate, momentum, nesterov=True)
        case OptimizerName.ADAGRAD:
            return AdaGrad(parameters, rate)
        case OptimizerName.RMSPROP:
            return RMSProp(parameters, rate)
        case OptimizerName.ADAM:
            return Adam(parameters, rate)
        case OptimizerName.ADAMW:
            return AdamW(parameters, rate)


def build_scheduler(settings: TrainingSettings, optimizer: Optimizer, steps: int) -> Scheduler:
    """Return the schedule of a run of so many steps."""
    if settings.schedule == Schedule.COSINE:
        return CosineLR(optimizer, steps)
    if settings.schedule == Schedule.ONE_CYCLE:
        return OneCycleLR(optimizer, max(steps, 2))
    return ConstantLR(optimizer)


def _check_whole(name: str, value: int, *, least: int) -> None:
    if value < least:
        raise DigitpadError(f"The {name} must be a whole number of at least {least}, not {value}.")


def _check_choice(name: str, value: str, choices: type[StrEnum]) -> None:
    if value not in list(choices):
        known = ", ".join(choices)
        raise DigitpadError(f"There is no {name} called {value!r}; choose one of: {known}.")
