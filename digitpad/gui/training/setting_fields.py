"""A field for each setting of a run, described as data: the card shows some, the dialog the rest."""

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
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
    Schedule.CONSTANT: "constant",
    Schedule.STEP: "steps",
    Schedule.COSINE: "cosine",
    Schedule.ONE_CYCLE: "one-cycle",
    Schedule.PLATEAU: "on plateau",
}
AS_PLANNED = "as planned"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a field.

    Attributes
    ----------
    label, tip
        What stands above it, and what it means.
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
    "optimizer": Setting("Optimizer", "How gradients become steps", "choice", choices=OPTIMIZERS),
    "schedule": Setting("Schedule", "How the learning rate moves over the run", "choice", choices=SCHEDULES),
    "learning_rate": Setting("Learning rate", "The highest rate of the schedule", "real", 1e-7, 1000.0),
    "batch_size": Setting("Batch", "Images a step", "whole", 1, 4096),
    "epochs": Setting("Epochs", "Passes over the training images", "whole", 1, 1000),
    "momentum": Setting("Momentum", "How much of the last step goes into the next", "real", 0.0, _BELOW_ONE, 0.05),
    "beta1": Setting("First beta", "How slowly the mean gradient forgets", "real", 0.0, _BELOW_ONE, 0.05),
    "beta2": Setting("Second beta", "How slowly the mean square forgets", "real", 0.0, _BELOW_ONE, 0.005),
    "alpha": Setting("Alpha", "How slowly the mean square forgets", "real", 0.0, _BELOW_ONE, 0.05),
    "eps": Setting("Epsilon", "Keeps the division by the mean square finite", "real", 0.0, 1.0, nothing="usual"),
    "weight_decay": Setting("L2", "Pulls every weight towards zero", "real", 0.0, 10.0),
    "l1": Setting("L1", "Pulls small weights to zero altogether", "real", 0.0, 10.0),
    "dropout": Setting("Dropout", "Share of units left out in a step", "real", 0.0, _BELOW_ONE, 0.05),
    "label_smoothing": Setting(
        "Label smoothing", "Share of each target spread over all classes", "real", 0, 0.99, 0.05
    ),
    "warm_up_epochs": Setting("Warm-up epochs", "The rate first climbs from zero", "real", 0.0, 1000.0, 0.5),
    "step_epochs": Setting("Every … epochs", "After so many epochs the rate is lowered", "whole", 1, 1000),
    "gamma": Setting("Times", "What the rate is multiplied with then", "real", 1e-6, 1.0, 0.1),
    "final_learning_rate": Setting("Lowest rate", "The rate does not go below it", "real", 0.0, 10.0),
    "plateau_factor": Setting("Times", "What the rate is multiplied with", "real", 1e-6, _BELOW_ONE, 0.1),
    "plateau_patience": Setting("Patience", "Epochs without improvement before that", "whole", 0, 1000),
    "rise": Setting("Rise", "Share of the steps that go up", "real", 0.0, 1.0, 0.05),
    "div_factor": Setting("Begins below", "How many times below the peak it begins", "real", 1.0, 1e6),
    "final_div_factor": Setting("Ends below", "How many times below that it ends", "real", 1.0, 1e9),
    "initializer": Setting(
        "First weights",
        "What the first weights are drawn from",
        "choice",
        choices={name: name.replace("_", " ") for name in INITIALIZERS},
        nothing=AS_PLANNED,
    ),
    "keep_best": Setting("Keep the best epoch's weights", "Rather than the last ones", "tick"),
    "patience": Setting("Stop early after", "Epochs without improvement", "whole", 0, 1000, nothing="never"),
    "seed": Setting("Seed", "Decides everything that is left to chance", "whole", 0, 2**31 - 1),
}


class SettingField(QObject):
    """The field of one setting, bound to a plan.

    Parameters
    ----------
    name
        A key of `SETTINGS`.
    theme, editor
        The colours in force, and the plan.
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
        self.widget: ComboBox | CheckBox | IntField | FloatField
        match setting.kind:
            case "choice":
                self.widget = ComboBox(theme, words, setting.label, setting.tip, parent)
                nothing = {"": setting.nothing} if setting.nothing is not None else {}
                self.widget.offer(nothing | setting.choices)
                self.widget.activated.connect(self._edit)
            case "tick":
                self.widget = CheckBox(theme, words, setting.label, setting.tip, parent)
                self.widget.clicked.connect(self._edit)
            case "whole":
                self.widget = IntField(words, setting.label, setting.tip, int(setting.least), int(setting.most), parent)
                self.widget.valueChanged.connect(self._edit)
            case _:
                self.widget = FloatField(
                    words, setting.label, setting.tip, setting.least, setting.most, setting.step, parent
                )
                self.widget.valueChanged.connect(self._edit)
        if setting.nothing is not None and isinstance(self.widget, IntField | FloatField):
            self.widget.setSpecialValueText(setting.nothing)
        if bound:
            self.edited.connect(self._change_plan)
            editor.changed.connect(self.show_plan)
        self.show_plan()

    @Slot()
    def show_plan(self) -> None:
        """Show what the plan says."""
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
