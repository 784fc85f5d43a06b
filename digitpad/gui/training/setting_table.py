"""The settings of a run as fields, described as data: names, hints, ranges and choices."""

from dataclasses import dataclass, field

from PySide6.QtCore import QT_TRANSLATE_NOOP

from digitpad.nn.initializers import INITIALIZERS
from digitpad.training.settings import OptimizerName, Schedule

OPTIMIZERS: dict[str, str] = {
    OptimizerName.ADAM: "Adam",
    OptimizerName.ADAMW: "AdamW",
    OptimizerName.SGD: "SGD",
    OptimizerName.NESTEROV: "Nesterov",
    OptimizerName.RMSPROP: "RMSProp",
    OptimizerName.ADAGRAD: "AdaGrad",
}
SCHEDULES: dict[str, str] = {
    Schedule.CONSTANT: str(QT_TRANSLATE_NOOP("SettingField", "constant")),
    Schedule.STEP: str(QT_TRANSLATE_NOOP("SettingField", "steps")),
    Schedule.MULTI_STEP: str(QT_TRANSLATE_NOOP("SettingField", "milestones")),
    Schedule.EXPONENTIAL: str(QT_TRANSLATE_NOOP("SettingField", "exponential")),
    Schedule.POLYNOMIAL: str(QT_TRANSLATE_NOOP("SettingField", "polynomial")),
    Schedule.COSINE: str(QT_TRANSLATE_NOOP("SettingField", "cosine")),
    Schedule.RESTARTS: str(QT_TRANSLATE_NOOP("SettingField", "warm restarts")),
    Schedule.CYCLIC: str(QT_TRANSLATE_NOOP("SettingField", "cyclic")),
    Schedule.ONE_CYCLE: str(QT_TRANSLATE_NOOP("SettingField", "one-cycle")),
    Schedule.PLATEAU: str(QT_TRANSLATE_NOOP("SettingField", "on plateau")),
}
CYCLE_MODES: dict[str, str] = {
    "triangular": str(QT_TRANSLATE_NOOP("SettingField", "equal")),
    "triangular2": str(QT_TRANSLATE_NOOP("SettingField", "halved")),
    "exp_range": str(QT_TRANSLATE_NOOP("SettingField", "falling")),
}
AS_PLANNED = str(QT_TRANSLATE_NOOP("SettingField", "as in the network"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a field.

    Attributes
    ----------
    label, tip
        Its name, and what it means.
    kind
        "whole", "real", "choice", "tick", or "numbers" for a list of whole numbers.
    least, most, step
        Of a number; see `FloatField` for a step of None.
    choices
        Of a choice: what is shown, by value.
    nothing
        What stands for None: at the least value of a number, as the first choice, or in an empty list; None if there is
        always a value.
    """

    label: str
    tip: str
    kind: str
    least: float = 0.0
    most: float = 1.0
    step: float | None = None
    choices: dict[str, str] = field(default_factory=dict)
    nothing: str | None = None


_BELOW_ONE = 0.999999
SETTINGS: dict[str, Setting] = {
    "optimizer": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Optimizer")),
        str(QT_TRANSLATE_NOOP("SettingField", "How the weights are updated from the gradients")),
        "choice",
        choices=OPTIMIZERS,
    ),
    "schedule": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Schedule")),
        str(QT_TRANSLATE_NOOP("SettingField", "How the learning rate changes over the run")),
        "choice",
        choices=SCHEDULES,
    ),
    "learning_rate": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Learning rate")),
        str(QT_TRANSLATE_NOOP("SettingField", "The highest learning rate of the schedule")),
        "real",
        1e-7,
        1000.0,
    ),
    "batch_size": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Batch size")),
        str(QT_TRANSLATE_NOOP("SettingField", "Images in each step")),
        "whole",
        1,
        4096,
    ),
    "epochs": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Epochs")),
        str(QT_TRANSLATE_NOOP("SettingField", "Passes over the training images")),
        "whole",
        1,
        1000,
    ),
    "momentum": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Momentum")),
        str(QT_TRANSLATE_NOOP("SettingField", "Share of the previous step that is added to the next")),
        "real",
        0.0,
        _BELOW_ONE,
        0.05,
    ),
    "beta1": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "First beta")),
        str(QT_TRANSLATE_NOOP("SettingField", "Decay of the mean gradient")),
        "real",
        0.0,
        _BELOW_ONE,
        0.05,
    ),
    "beta2": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Second beta")),
        str(QT_TRANSLATE_NOOP("SettingField", "Decay of the mean squared gradient")),
        "real",
        0.0,
        _BELOW_ONE,
        0.005,
    ),
    "alpha": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Alpha")),
        str(QT_TRANSLATE_NOOP("SettingField", "Decay of the mean squared gradient")),
        "real",
        0.0,
        _BELOW_ONE,
        0.05,
    ),
    "eps": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Epsilon")),
        str(QT_TRANSLATE_NOOP("SettingField", "Added to the denominator to keep the division finite")),
        "real",
        0.0,
        1.0,
        nothing=str(QT_TRANSLATE_NOOP("SettingField", "usual")),
    ),
    "dampening": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Dampening")),
        str(QT_TRANSLATE_NOOP("SettingField", "Part of the gradient that does not enter the momentum")),
        "real",
        0.0,
        1.0,
        0.05,
    ),
    "amsgrad": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "AMSGrad")),
        str(QT_TRANSLATE_NOOP("SettingField", "Divide by the largest mean squared gradient so far")),
        "tick",
    ),
    "centered": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Centered")),
        str(QT_TRANSLATE_NOOP("SettingField", "Divide by the standard deviation of the gradient")),
        "tick",
    ),
    "lr_decay": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Rate decay")),
        str(QT_TRANSLATE_NOOP("SettingField", "Decrease of the learning rate with the number of steps")),
        "real",
        0.0,
        1000.0,
    ),
    "initial_accumulator_value": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Initial sum")),
        str(QT_TRANSLATE_NOOP("SettingField", "The sum of squared gradients before the first step")),
        "real",
        0.0,
        1000.0,
    ),
    "weight_decay": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "L2")),
        str(QT_TRANSLATE_NOOP("SettingField", "L2 penalty on the weights; with AdamW, weight decay")),
        "real",
        0.0,
        10.0,
    ),
    "l1": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "L1")),
        str(QT_TRANSLATE_NOOP("SettingField", "L1 penalty on the weights; drives small weights to zero")),
        "real",
        0.0,
        10.0,
    ),
    "dropout": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Dropout")),
        str(QT_TRANSLATE_NOOP("SettingField", "Share of units set to zero in each step")),
        "real",
        0.0,
        _BELOW_ONE,
        0.05,
    ),
    "label_smoothing": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Label smoothing")),
        str(QT_TRANSLATE_NOOP("SettingField", "Share of each target that is spread over all classes")),
        "real",
        0,
        0.99,
        0.05,
    ),
    "warm_up_epochs": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Warm-up epochs")),
        str(QT_TRANSLATE_NOOP("SettingField", "Epochs over which the rate rises from zero")),
        "real",
        0.0,
        1000.0,
        0.5,
    ),
    "step_epochs": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Step every (epochs)")),
        str(QT_TRANSLATE_NOOP("SettingField", "Epochs after which the rate is lowered")),
        "whole",
        1,
        1000,
    ),
    "milestones": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Milestones (epochs)")),
        str(
            QT_TRANSLATE_NOOP(
                "SettingField",
                "Epochs after which the rate is lowered, such as 10, 15; empty: after 1/2 and 3/4 of the run",
            )
        ),
        "numbers",
        nothing=str(QT_TRANSLATE_NOOP("SettingField", "1/2, 3/4")),
    ),
    "gamma": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Factor")),
        str(QT_TRANSLATE_NOOP("SettingField", "What the rate is multiplied by")),
        "real",
        1e-6,
        1.0,
        0.1,
    ),
    "final_learning_rate": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Lowest rate")),
        str(QT_TRANSLATE_NOOP("SettingField", "The rate does not fall below this")),
        "real",
        0.0,
        10.0,
    ),
    "power": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Power")),
        str(QT_TRANSLATE_NOOP("SettingField", "1 falls along a straight line, a larger one faster at first")),
        "real",
        0.0,
        100.0,
        0.1,
    ),
    "cycle_epochs": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Cycle (epochs)")),
        str(QT_TRANSLATE_NOOP("SettingField", "Length of a cycle; with warm restarts, of the first one")),
        "whole",
        1,
        1000,
    ),
    "cycle_growth": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Growth")),
        str(QT_TRANSLATE_NOOP("SettingField", "Each cycle is longer than the one before by this factor")),
        "whole",
        1,
        100,
    ),
    "cycle_mode": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Height of cycles")),
        str(
            QT_TRANSLATE_NOOP(
                "SettingField", "Whether all cycles are equally high, each is half as high, or they fall by a factor"
            )
        ),
        "choice",
        choices=CYCLE_MODES,
    ),
    "plateau_factor": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Factor")),
        str(QT_TRANSLATE_NOOP("SettingField", "What the rate is multiplied by")),
        "real",
        1e-6,
        _BELOW_ONE,
        0.1,
    ),
    "plateau_patience": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Patience")),
        str(QT_TRANSLATE_NOOP("SettingField", "Epochs without improvement before the rate is lowered")),
        "whole",
        0,
        1000,
    ),
    "rise": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Rise")),
        str(QT_TRANSLATE_NOOP("SettingField", "Share of the steps with a rising rate")),
        "real",
        0.0,
        1.0,
        0.05,
    ),
    "div_factor": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Initial divisor")),
        str(QT_TRANSLATE_NOOP("SettingField", "The first rate is the highest one divided by this")),
        "real",
        1.0,
        1e6,
    ),
    "final_div_factor": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Final divisor")),
        str(QT_TRANSLATE_NOOP("SettingField", "The last rate is the first one divided by this")),
        "real",
        1.0,
        1e9,
    ),
    "initializer": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Initial weights")),
        str(QT_TRANSLATE_NOOP("SettingField", "The distribution that the initial weights are drawn from")),
        "choice",
        choices={name: name.replace("_", " ") for name in INITIALIZERS},
        nothing=AS_PLANNED,
    ),
    "keep_best": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Keep the best epoch's weights")),
        str(QT_TRANSLATE_NOOP("SettingField", "Instead of the weights of the last epoch")),
        "tick",
    ),
    "patience": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Stop early after")),
        str(QT_TRANSLATE_NOOP("SettingField", "Epochs without improvement")),
        "whole",
        0,
        1000,
        nothing=str(QT_TRANSLATE_NOOP("SettingField", "never")),
    ),
    "seed": Setting(
        str(QT_TRANSLATE_NOOP("SettingField", "Seed")),
        str(QT_TRANSLATE_NOOP("SettingField", "Seed for all random choices")),
        "whole",
        0,
        2**31 - 1,
    ),
}
