"""The settings of a training run.

The values are validated here, whether they come from the command line, a file or the window. What is built from them is
in `digitpad.training.building`.
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
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.nn.initializers import INITIALIZER_FACTORIES, INITIALIZERS
from digitpad.nn.optim.cycles import CYCLE_MODES
from digitpad.training.setting_checks import check_choice, check_range, check_whole
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

_MOST_USEFUL_THREADS = 8

MOST_THREADS = 256
"""The largest number of threads that share a batch: each keeps a copy of the gradients."""

_LARGEST = sys.float_info.max


class OptimizerName(StrEnum):
    """The available optimizers."""

    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"
    NESTEROV = "nesterov"
    RMSPROP = "rmsprop"
    ADAGRAD = "adagrad"

    @property
    def takes_momentum(self) -> bool:
        """Whether the optimizer uses the momentum setting."""
        return self in {OptimizerName.SGD, OptimizerName.NESTEROV}


class Schedule(StrEnum):
    """The available learning rate schedules."""

    CONSTANT = "constant"
    STEP = "step"
    MULTI_STEP = "multistep"
    EXPONENTIAL = "exponential"
    POLYNOMIAL = "polynomial"
    COSINE = "cosine"
    RESTARTS = "restarts"
    CYCLIC = "cyclic"
    ONE_CYCLE = "one-cycle"
    PLATEAU = "plateau"


_OPTIMIZER_OPTIONS: dict[str, tuple[str, ...]] = {
    OptimizerName.ADAM: ("beta1", "beta2", "eps", "amsgrad"),
    OptimizerName.ADAMW: ("beta1", "beta2", "eps", "amsgrad"),
    OptimizerName.SGD: ("momentum", "dampening"),
    OptimizerName.NESTEROV: ("momentum",),
    OptimizerName.RMSPROP: ("alpha", "eps", "centered"),
    OptimizerName.ADAGRAD: ("eps", "lr_decay", "initial_accumulator_value"),
}
_SCHEDULE_OPTIONS: dict[str, tuple[str, ...]] = {
    Schedule.CONSTANT: (),
    Schedule.STEP: ("step_epochs", "gamma"),
    Schedule.MULTI_STEP: ("milestones", "gamma"),
    Schedule.EXPONENTIAL: ("gamma",),
    Schedule.POLYNOMIAL: ("power", "final_learning_rate"),
    Schedule.COSINE: ("final_learning_rate",),
    Schedule.RESTARTS: ("cycle_epochs", "cycle_growth", "final_learning_rate"),
    Schedule.CYCLIC: ("cycle_epochs", "cycle_mode", "gamma", "rise", "div_factor", "low_momentum"),
    Schedule.ONE_CYCLE: ("rise", "div_factor", "final_div_factor", "low_momentum"),
    Schedule.PLATEAU: ("plateau_factor", "plateau_patience", "final_learning_rate"),
}


#: Integer settings with their smallest and largest values.
_WHOLE = {
    "epochs": (1, 1_000_000),
    "batch_size": (1, 1_000_000_000),
    # The largest exact integer in JSON.
    "seed": (0, 2**63 - 1),
    "threads": (1, MOST_THREADS),
    "patience": (1, 1_000_000),
    "step_epochs": (1, 1_000_000),
    "plateau_patience": (0, 1_000_000),
    "cycle_epochs": (1, 1_000_000),
    "cycle_growth": (1, 1_000_000),
}
_ABOVE_ZERO = math.nextafter(0.0, 1.0), _LARGEST, gettext_noop("a number above 0")
_BELOW_ONE = 0.0, math.nextafter(1.0, 0.0), gettext_noop("at least 0 and below 1")
#: Number settings with their bounds, and a description of the bounds.
_RANGES = {
    ("learning_rate",): _ABOVE_ZERO,
    ("momentum", "label_smoothing", "beta1", "beta2", "alpha", "plateau_factor", "dropout", "low_momentum"): _BELOW_ONE,
    ("gamma", "rise", "eps", "dampening"): (0.0, 1.0, gettext_noop("between 0 and 1")),
    (
        *("weight_decay", "l1", "warm_up_epochs", "final_learning_rate", "min_delta"),
        *("lr_decay", "initial_accumulator_value", "power"),
    ): (0.0, _LARGEST, gettext_noop("at least 0")),
    ("div_factor", "final_div_factor"): (1.0, _LARGEST, gettext_noop("at least 1")),
}
_CHOICES: dict[str, Sequence[str]] = {
    "optimizer": list(OptimizerName),
    "schedule": list(Schedule),
    "cycle_mode": CYCLE_MODES,
    "device": ("auto", "cpu", "cuda"),
    "initializer": [*INITIALIZERS, *INITIALIZER_FACTORIES],
}


def optimizer_options(optimizer: str) -> tuple[str, ...]:
    """Return the settings that are specific to an optimizer."""
    return _OPTIMIZER_OPTIONS[optimizer]


def schedule_options(schedule: str) -> tuple[str, ...]:
    """Return the settings that are specific to a schedule."""
    return _SCHEDULE_OPTIONS[schedule]


def useful_options(settings: "TrainingSettings") -> set[str]:
    """Return the settings of optimizer and schedule that have an effect with the chosen ones."""
    useful = {*optimizer_options(settings.optimizer), *schedule_options(settings.schedule)}
    if settings.schedule == Schedule.CYCLIC and settings.cycle_mode != "exp_range":
        useful.discard("gamma")
    return useful


def default_threads() -> int:
    """Return the default number of threads that share a batch: the processors available to this process, at most 8.

    With more threads, a usual batch has too few images per thread.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    available = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(available, _MOST_USEFUL_THREADS))


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything that, together with data and architecture, determines the trained weights.

    Parameters
    ----------
    epochs
        Passes over the training images.
    batch_size
        Images per step.
    learning_rate
        Highest learning rate of the schedule.
    optimizer
        One of `OptimizerName`.
    momentum
        For "sgd" and "nesterov", in [0, 1).
    schedule
        "constant"; "step" (times `gamma` every `step_epochs`); "multistep" (times `gamma` at each of the `milestones`);
        "exponential" (times `gamma` over each epoch, evenly); "polynomial" and "cosine" (fall to `final_learning_rate`
        along a polynomial of degree `power` or half a cosine); "restarts" (such a cosine again and again); "cyclic"
        (rises and falls along lines); "one-cycle" (rises over the first `rise` of the steps, then falls); or "plateau"
        (times `plateau_factor` when the loss has not improved for more than `plateau_patience` epochs).
    label_smoothing
        Share of each target that is spread evenly over all classes, in [0, 1); for classification only.
    seed
        Determines the initial weights, the validation images, the order of the images, dropout and augmentation.
    threads
        Threads that share a batch; None uses `default_threads()`. The number affects the last bits of each step's sums.
    beta1, beta2
        For "adam" and "adamw": decay rates of the mean gradient and of the mean square, in [0, 1).
    eps
        For "adam", "adamw", "rmsprop" and "adagrad": added to the denominator; None uses the optimizer's default.
    alpha
        For "rmsprop": decay rate of the mean square, in [0, 1).
    amsgrad
        For "adam" and "adamw": whether to divide by the largest mean square so far.
    dampening
        For "sgd" with momentum: part of the gradient that does not enter the velocity, in [0, 1].
    centered
        For "rmsprop": whether to divide by the standard deviation of the gradient.
    lr_decay, initial_accumulator_value
        For "adagrad": decrease of the learning rate with the number of steps; and the first sum of squares.
    weight_decay
        Strength of the L2 penalty on all weights except biases; for "adamw", decay of all weights per step, times the
        learning rate. None uses 0.01 for "adamw" and 0 otherwise.
    l1
        Strength of the L1 penalty on all weights except biases.
    warm_up_epochs
        Epochs, possibly a fraction, in which the rate rises from 0 to the initial rate of the schedule.
    step_epochs
        For "step".
    milestones
        For "multistep": numbers of epochs after which the rate is lowered, in increasing order; None lowers it after a
        half and three quarters of the steps that follow the warm-up.
    gamma
        Factor of the rate: for "step" and "multistep" of each decrease, for "exponential" of each epoch. For "cyclic"
        with the mode "exp_range", factor of the height in each epoch.
    power
        For "polynomial": the degree, at least 0.
    final_learning_rate
        For "cosine", "polynomial", "restarts" and "plateau": lower bound of the rate.
    cycle_epochs, cycle_growth
        For "restarts": epochs of the first cycle, and the factor of the length from cycle to cycle. For "cyclic":
        epochs of each cycle.
    cycle_mode
        For "cyclic": "triangular" (cycles of one height), "triangular2" (each is half as high as the one before) or
        "exp_range" (the height falls by `gamma` in each epoch).
    plateau_factor, plateau_patience
        For "plateau".
    rise, div_factor, final_div_factor, low_momentum
        For "one-cycle": share of the steps with a rising rate; peak rate over initial rate; initial rate over final
        rate; and momentum at the peak (None leaves it unchanged). All but the third also for "cyclic", in each cycle.
    initializer
        Name of the initializer; None uses that of the architecture.
    dropout
        Probability of all dropout layers, in [0, 1); None uses that of the architecture.
    keep_best
        Whether to keep the weights of the best epoch rather than the last.
    patience
        Stop after this many epochs in a row without improvement; None never stops early.
    min_delta
        Smallest decrease of the loss that counts as an improvement.
    device
        Where to compute: "auto", "cpu" or "cuda".
    augmentation
        Random changes of the training images, new in every epoch; validation images are not changed.

    Raises
    ------
    DigitpadError
        If a value is invalid.
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
    amsgrad: bool = False
    dampening: float = 0.0
    centered: bool = False
    lr_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    milestones: tuple[int, ...] | None = None
    power: float = 1.0
    cycle_epochs: int = 2
    cycle_growth: int = 1
    cycle_mode: str = "triangular"

    def __post_init__(self) -> None:
        for name, (least, most) in _WHOLE.items():
            check_whole(name, getattr(self, name), least, most)
        for names, (low, high, expected) in _RANGES.items():
            for name in names:
                check_range(name, getattr(self, name), low, high, expected)
        for name, choices in _CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        if self.optimizer == OptimizerName.NESTEROV and not self.momentum:
            raise DigitpadError(_("Nesterov momentum must be greater than 0; choose another momentum, or sgd."))
        if self.optimizer == OptimizerName.NESTEROV and self.dampening:
            raise DigitpadError(_("Nesterov momentum requires a dampening of 0; set it to 0, or choose sgd."))
        self._check_cycle()
        self._check_milestones()

    def _check_cycle(self) -> None:
        """Check that there is a momentum to change in cycles, if that is asked for."""
        if self.schedule not in {Schedule.ONE_CYCLE, Schedule.CYCLIC} or self.low_momentum is None:
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

    def _check_milestones(self) -> None:
        """Check that the milestones are numbers of epochs in increasing order, the first one after the warm-up."""
        if self.milestones is None:
            return
        increases = all(later > earlier for earlier, later in zip((0, *self.milestones), self.milestones, strict=False))
        if not self.milestones or not increases:
            raise DigitpadError(
                _("The milestones must be increasing whole numbers of at least 1, such as 10,15, not {value}.").format(
                    value=",".join(map(str, self.milestones)) or _("none")
                )
            )
        if self.schedule == Schedule.MULTI_STEP and self.milestones[0] <= self.warm_up_epochs:
            raise DigitpadError(
                _("The first milestone, epoch {epoch}, is within the warm-up; choose a later one.").format(
                    epoch=self.milestones[0]
                )
            )

    @property
    def highest_momentum(self) -> float | None:
        """The optimizer's initial momentum; for Adam the first beta; None if it has none."""
        if OptimizerName(self.optimizer).takes_momentum:
            return self.momentum or None
        return self.beta1 or None if self.optimizer in {OptimizerName.ADAM, OptimizerName.ADAMW} else None

    def to_json(self) -> str:
        """Return the settings as JSON text."""
        return dump_json(self.to_dict(), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as a dictionary of plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read settings from JSON text; missing values take their defaults.

        Raises
        ------
        DigitpadError
            The message names what is unknown or invalid.
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
        """Read settings from a dictionary, as `to_dict` returns it; missing values take their defaults.

        Raises
        ------
        DigitpadError
            The message names what is unknown or invalid.
        """
        try:
            return to_record(cls, data, noun=_("setting"))
        except JSONError as error:
            raise DigitpadError(
                _("The settings cannot be used: {reason}; correct them.").format(reason=error)
            ) from error
