"""A field for each setting of a run, described as data: the card shows some of them, the dialog the others."""

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.widgets.fields import CheckBox, ComboBox, FloatField, IntField
from digitpad.gui.widgets.theme import Theme
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
    Schedule.COSINE: str(QT_TRANSLATE_NOOP("SettingField", "cosine")),
    Schedule.ONE_CYCLE: str(QT_TRANSLATE_NOOP("SettingField", "one-cycle")),
    Schedule.PLATEAU: str(QT_TRANSLATE_NOOP("SettingField", "on plateau")),
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
        "whole", "real", "choice" or "tick".
    least, most, step
        Of a number; see `FloatField` for a step of None.
    choices
        Of a choice: what is shown, by value.
    nothing
        What stands for None, at the least value of a number or as the first choice; None if there is always a value.
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


class SettingField(QObject):
    """The field of one setting, bound to a plan.

    Parameters
    ----------
    name
        A key of `SETTINGS`.
    theme, editor
        The current colours, and the editor of the plan.
    parent
        Of the widget.
    prefix
        What the widget's objectName begins with.
    bound
        Whether the field shows and changes the plan by itself.

    Signals
    -------
    edited
        The setting's name, and what the field says now.
    """

    edited = Signal(str, object)

    def __init__(
        self,
        name: str,
        theme: Theme,
        editor: PlanEditor,
        parent: QWidget,
        prefix: str = "train",
        *,
        bound: bool = True,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.setting = setting = SETTINGS[name]
        self._editor = editor
        words = f"{prefix}{name.title().replace('_', '')}"
        label, tip = self.tr(setting.label), self.tr(setting.tip)
        nothing = None if setting.nothing is None else self.tr(setting.nothing)
        self.widget: ComboBox | CheckBox | IntField | FloatField
        match setting.kind:
            case "choice":
                self.widget = ComboBox(theme, words, label, tip, parent)
                choices = {value: self.tr(text) for value, text in setting.choices.items()}
                self.widget.offer(({} if nothing is None else {"": nothing}) | choices)
                self.widget.activated.connect(self._edit)
            case "tick":
                self.widget = CheckBox(theme, words, label, tip, parent)
                self.widget.clicked.connect(self._edit)
            case "whole":
                self.widget = IntField(words, label, tip, int(setting.least), int(setting.most), parent)
                self.widget.valueChanged.connect(self._edit)
            case _:
                self.widget = FloatField(words, label, tip, setting.least, setting.most, setting.step, parent)
                self.widget.valueChanged.connect(self._edit)
        if nothing is not None and isinstance(self.widget, IntField | FloatField):
            self.widget.setSpecialValueText(nothing)
        if bound:
            self.edited.connect(self._change_plan)
            editor.changed.connect(self.show_plan)
        self.show_plan()

    @Slot()
    def show_plan(self) -> None:
        """Show the value in the plan."""
        self.show_value(getattr(self._editor.plan.settings, self.name))

    def show_value(self, value: Any) -> None:
        """Show a value, also one beyond the usual range: a cure or a command line may go there; None is the least."""
        widget = self.widget
        widget.blockSignals(True)
        match widget:
            case ComboBox():
                widget.choose("" if value is None else str(value))
            case CheckBox():
                widget.setChecked(bool(value))
            case IntField():
                if value is not None:
                    widget.setRange(min(widget.minimum(), int(value)), max(widget.maximum(), int(value)))
                widget.setValue(int(self.setting.least) if value is None else int(value))
            case FloatField():
                if value is not None:
                    widget.setRange(min(widget.minimum(), float(value)), max(widget.maximum(), float(value)))
                widget.setValue(self.setting.least if value is None else float(value))
        widget.blockSignals(False)
        widget.update()

    def value(self) -> Any:
        """Return what the field says; None where the least or the first stands for that."""
        widget, optional = self.widget, self.setting.nothing is not None
        match widget:
            case ComboBox():
                return widget.chosen if widget.chosen or not optional else None
            case CheckBox():
                return widget.isChecked()
            case _:
                value = widget.value()
                return None if optional and value == self.setting.least else value

    @Slot()
    def _edit(self) -> None:
        self.edited.emit(self.name, self.value())

    @Slot(str, object)
    def _change_plan(self, name: str, value: Any) -> None:
        self._editor.change_settings(**{name: value})
