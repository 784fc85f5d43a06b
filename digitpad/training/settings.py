"""What a training run is asked to do.

The values are checked here once, whether they come from the command line, a file or the window, so that the
trainer never meets an impossible one. What is built from them is in `digitpad.training.building`.
"""

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.nn.initializers import INITIALIZER_FACTORIES, INITIALIZERS
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

_MOST_USEFUL_THREADS = 8

MOST_THREADS = 256
"""How many threads may share a batch: each keeps a copy of the network's gradients."""

_LARGEST = sys.float_info.max


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
    STEP = "step"
    COSINE = "cosine"
    ONE_CYCLE = "one-cycle"
    PLATEAU = "plateau"


_OPTIMIZER_OPTIONS: dict[str, tuple[str, ...]] = {
    OptimizerName.ADAM: ("beta1", "beta2", "eps"),
    OptimizerName.ADAMW: ("beta1", "beta2", "eps"),
    OptimizerName.SGD: ("momentum",),
    OptimizerName.NESTEROV: ("momentum",),
    OptimizerName.RMSPROP: ("alpha", "eps"),
    OptimizerName.ADAGRAD: ("eps",),
}
_SCHEDULE_OPTIONS: dict[str, tuple[str, ...]] = {
    Schedule.CONSTANT: (),
    Schedule.STEP: ("step_epochs", "gamma"),
    Schedule.COSINE: ("final_learning_rate",),
    Schedule.ONE_CYCLE: ("rise", "div_factor", "final_div_factor", "low_momentum"),
    Schedule.PLATEAU: ("plateau_factor", "plateau_patience", "final_learning_rate"),
}


#: Whole numbers with the least and the most that they may be.
_WHOLE = {
    "epochs": (1, 1_000_000),
    "batch_size": (1, 1_000_000_000),
    # What a JSON number holds.
    "seed": (0, 2**63 - 1),
    "threads": (1, MOST_THREADS),
    "patience": (1, 1_000_000),
    "step_epochs": (1, 1_000_000),
    "plateau_patience": (0, 1_000_000),
}
_ABOVE_ZERO = math.nextafter(0.0, 1.0), _LARGEST, gettext_noop("a number above 0")
_BELOW_ONE = 0.0, math.nextafter(1.0, 0.0), gettext_noop("at least 0 and below 1")
#: Numbers with the smallest and the largest that they may be, and how that is said.
_RANGES = {
    ("learning_rate",): _ABOVE_ZERO,
    ("momentum", "label_smoothing", "beta1", "beta2", "alpha", "plateau_factor", "dropout", "low_momentum"): _BELOW_ONE,
    ("gamma", "rise", "eps"): (0.0, 1.0, gettext_noop("between 0 and 1")),
    ("weight_decay", "l1", "warm_up_epochs", "final_learning_rate", "min_delta"): (
        0.0,
        _LARGEST,
        gettext_noop("at least 0"),
    ),
    ("div_factor", "final_div_factor"): (1.0, _LARGEST, gettext_noop("at least 1")),
}
_CHOICES: dict[str, Sequence[str]] = {
    "optimizer": list(OptimizerName),
    "schedule": list(Schedule),
    "device": ("auto", "cpu", "cuda"),
    "initializer": [*INITIALIZERS, *INITIALIZER_FACTORIES],
}


def optimizer_options(optimizer: str) -> tuple[str, ...]:
    """Return the settings that mean something with an optimizer, beside those that all have."""
    return _OPTIMIZER_OPTIONS[optimizer]


def schedule_options(schedule: str) -> tuple[str, ...]:
    """Return the settings that mean something with a schedule, beside the warm-up."""
    return _SCHEDULE_OPTIONS[schedule]


def default_threads() -> int:
    """Return how many threads share a batch unless told: the processors this process may use, 8 at most.

    Beyond that a usual batch leaves each thread too few images to be worth waking it.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(available, _MOST_USEFUL_THREADS))


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that, with the data and the architecture, determines the weights that come out.

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
        "constant"; "step" (times `gamma` every `step_epochs`); "cosine" (falls to `final_learning_rate` along half a
        cosine); "one-cycle" (rises over the first `rise` of the steps, then falls); or "plateau" (times
        `plateau_factor` when the loss has not improved for more than `plateau_patience` epochs).
    label_smoothing
        Share of each target that is spread evenly over all classes, in [0, 1); only where classes are told apart.
    seed
        Determines the initial weights, the held-out images, the order of the images, dropout and augmentation.
    threads
        Threads that share a batch; None takes `default_threads()`. The sums of a step depend on it in the last bit.
    beta1, beta2
        Of "adam" and "adamw": decay of the mean gradient and of the mean square, in [0, 1).
    eps
        Of "adam", "adamw", "rmsprop" and "adagrad": keeps their division finite; None takes the optimizer's own.
    alpha
        Of "rmsprop": decay of the mean square, in [0, 1).
    weight_decay
        Strength of the L2 penalty on all weights but biases; with "adamw", share of all weights that is lost a step,
        times the learning rate. None takes 0.01 with "adamw" and 0 otherwise.
    l1
        Strength of the L1 penalty on all weights but biases.
    warm_up_epochs
        Over so many epochs, which need not be whole, the rate first climbs from 0 to where the schedule begins.
    step_epochs, gamma
        Of "step".
    final_learning_rate
        Of "cosine" and "plateau": the rate does not go below it.
    plateau_factor, plateau_patience
        Of "plateau".
    rise, div_factor, final_div_factor, low_momentum
        Of "one-cycle": share of the steps that go up; how far below the peak the cycle begins, and how far below that
        it ends; and where momentum goes while the rate goes up (None leaves it alone).
    initializer
        Draws the initial weights, by name; None draws them as the architecture says.
    dropout
        The probability of all of the network's dropout layers, in [0, 1); None leaves them as the architecture says.
    keep_best
        Whether to keep the weights of the best epoch rather than the last.
    patience
        Stop after so many epochs in a row without improvement; None for never.
    min_delta
        By how much the loss must fall to count as improvement.
    device
        Where to compute: "auto", "cpu" or "cuda".
    augmentation
        How the images to learn from are changed by chance, each time anew; those held out stay as they are.

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
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float | None = None
    alpha: float = 0.99
    weight_decay: float | None = None
    l1: float = 0.0
    warm_up_epochs: float = 0.0
    step_epochs: int = 2
    gamma: float = 0.5
    final_learning_rate: float = 0.0
    plateau_factor: float = 0.5
    plateau_patience: int = 2
    rise: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 10_000.0
    low_momentum: float | None = None
    initializer: str | None = None
    dropout: float | None = None
    keep_best: bool = False
    patience: int | None = None
    min_delta: float = 0.0
    device: str = "auto"
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        for name, (least, most) in _WHOLE.items():
            _check_whole(name, getattr(self, name), least, most)
        for names, (low, high, expected) in _RANGES.items():
            for name in names:
                _check_range(name, getattr(self, name), low, high, expected)
        for name, choices in _CHOICES.items():
            _check_choice(name, getattr(self, name), choices)
        if self.optimizer == OptimizerName.NESTEROV and not self.momentum:
            raise DigitpadError(_("Nesterov momentum must be greater than 0; choose another momentum, or sgd."))
        self._check_cycle()

    def _check_cycle(self) -> None:
        """Check that one-cycle finds a momentum to drive, if it shall drive one."""
        if self.schedule != Schedule.ONE_CYCLE or self.low_momentum is None:
            return
        high = self.highest_momentum
        if high is None or self.low_momentum > high:
            having = _("has none") if high is None else _("has {momentum}").format(momentum=high)
            raise DigitpadError(
                _(
                    "The low momentum {low} cannot be used: {optimizer} {having}; choose a smaller "
                    "one, or another optimizer."
                ).format(low=self.low_momentum, optimizer=self.optimizer, having=having)
            )

    @property
    def highest_momentum(self) -> float | None:
        """The momentum that the optimizer begins with, for Adam its first beta; None if it has none."""
        if OptimizerName(self.optimizer).takes_momentum:
            return self.momentum or None
        return self.beta1 or None if self.optimizer in {OptimizerName.ADAM, OptimizerName.ADAMW} else None

    def to_json(self) -> str:
        """Return the settings as JSON text."""
        return dump_json(self.to_dict(), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read settings from JSON text; what is missing takes its default.

        Raises
        ------
        DigitpadError
            Naming what is unknown, of the wrong kind or impossible.
        """
        try:
            data = parse_json(text)
        except JSONError as error:
            raise DigitpadError(
                _("The settings are not valid JSON ({reason}); correct the file.").format(reason=error)
            ) from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read settings from plain values by name, as `to_dict` returns them; what is missing takes its default.

        Raises
        ------
        DigitpadError
            Naming what is unknown, of the wrong kind or impossible.
        """
        try:
            return to_record(cls, data, noun=_("setting"))
        except JSONError as error:
            raise DigitpadError(
                _("The settings cannot be used: {reason}; correct them.").format(reason=error)
            ) from error


def words(name: str) -> str:
    """Return a setting's name as people write it."""
    return name.replace("_", " ")


def _check_whole(name: str, value: int | None, least: int, most: int) -> None:
    if value is None or least <= value <= most:
        return
    if value < least:
        raise DigitpadError(
            _("The {setting} must be a whole number of at least {least}, not {value}.").format(
                setting=words(name), least=least, value=value
            )
        )
    raise DigitpadError(
        _("The {setting} must be a whole number of at most {most:,}, not {value}.").format(
            setting=words(name), most=most, value=shown(value)
        )
    )


def _check_range(name: str, value: float | None, low: float, high: float, expected: str) -> None:
    # Written so that a NaN, which compares false with everything, is refused.
    if value is not None and not low <= value <= high:
        raise DigitpadError(
            _("The {setting} must be {expected}, not {value}.").format(
                setting=words(name), expected=_(expected), value=shown(value)
            )
        )


def _check_choice(name: str, value: str | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise DigitpadError(
            _("There is no {setting} named {value}; choose one of: {choices}.").format(
                setting=words(name), value=shown(value), choices=", ".join(choices)
            )
        )
