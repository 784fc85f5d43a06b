"""A field for each setting of a run, from its description: the card shows some of them, the dialog the others."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.training.setting_table import SETTINGS
from digitpad.gui.widgets.fields import CheckBox, ComboBox, FloatField, IntField
from digitpad.gui.widgets.numbers_field import NumbersField
from digitpad.gui.widgets.theme import Theme


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
        self.widget: ComboBox | CheckBox | IntField | FloatField | NumbersField
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
            case "numbers":
                self.widget = NumbersField(words, label, tip, nothing or "", parent)
                self.widget.editingFinished.connect(self._edit)
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
            case NumbersField():
                widget.show_numbers(() if value is None else value)
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
        """Return what the field says; None where the least, the first or an empty list stands for that.

        Raises
        ------
        DigitpadError
            If a list of numbers cannot be read.
        """
        widget, optional = self.widget, self.setting.nothing is not None
        match widget:
            case ComboBox():
                return widget.chosen if widget.chosen or not optional else None
            case CheckBox():
                return widget.isChecked()
            case NumbersField():
                return widget.numbers() or None
            case _:
                value = widget.value()
                return None if optional and value == self.setting.least else value

    @Slot()
    def _edit(self) -> None:
        try:
            value = self.value()
        except DigitpadError as error:
            self._editor.refused.emit(str(error))
            self.show_plan()
            return
        self.edited.emit(self.name, value)

    @Slot(str, object)
    def _change_plan(self, name: str, value: Any) -> None:
        self._editor.change_settings(**{name: value})
