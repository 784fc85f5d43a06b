"""The form for a new sweep: what to vary, and how many trials to train."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.widgets.cards import dialog_button, muted
from digitpad.gui.widgets.fields import ComboBox, IntField
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.sweeps.planning import SweepRequest
from digitpad.sweeps.space import MOST_TRIALS
from digitpad.sweeps.variables import KINDS, Values, display_name

_NOTHING = ""
_ROWS = 4
#: What is offered for a setting when it is chosen.
_USUAL = {
    "learning_rate": "log:1e-4..1e-1",
    "optimizer": "adam,sgd,nesterov",
    "batch_size": "32,64,128",
    "schedule": "constant,cosine,one-cycle",
    "momentum": "lin:0.5..0.99",
    "weight_decay": "log:1e-6..1e-2",
    "dropout": "lin:0..0.5",
    "label_smoothing": "0,0.05,0.1",
    "architecture": "light,standard",
    "augment": "none|usual",
    "epochs": "2,4,8",
    "seed": "0,1,2,3,4",
}
_METHODS = {
    "random": str(QT_TRANSLATE_NOOP("NewSweep", "Random sample")),
    "grid": str(QT_TRANSLATE_NOOP("NewSweep", "Grid: all combinations")),
    "halving": str(QT_TRANSLATE_NOOP("NewSweep", "Successive halving")),
}


@dataclass(frozen=True, slots=True)
class SweepChoice:
    """What was chosen in the form.

    Attributes
    ----------
    space
        What to vary, as in `Space.parse`.
    trials
        Number of trials; None for all combinations.
    halving
        Whether to use successive halving.
    """

    space: tuple[str, ...]
    trials: int | None
    halving: bool

    def request(self, fixed: Values) -> SweepRequest:
        """Return the request; settings that vary are left out of `fixed`."""
        varied = {text.partition("=")[0].strip().replace("-", "_") for text in self.space}
        kept = {name: value for name, value in fixed.items() if name not in varied}
        return SweepRequest(self.space, kept, self.trials, self.halving)


class NewSweepDialog(QDialog):
    """Asks what to vary; all other settings are those of the Train tab.

    Parameters
    ----------
    theme
        The colours.
    describe
        Returns what the other settings are, in words.

    Signals
    -------
    chosen
        The `SweepChoice`; the dialog stays open until `accept` is called or a sentence is shown in `notice`.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, describe: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("newSweepDialog")
        self.setWindowTitle(self.tr("New sweep"))
        self.notice = InlineAlert("newSweepNotice", self)
        names = {_NOTHING: self.tr("nothing")}
        names |= {name: display_name(name) for name in (*_USUAL, *sorted(KINDS.keys() - _USUAL.keys()))}
        self._rows = [self._make_row(theme, names, number) for number in range(_ROWS)]
        self._method = ComboBox(
            theme, "sweepMethod", self.tr("Method"), self.tr("How the trials are chosen, and how long they train"), self
        )
        self._method.offer({word: self.tr(text) for word, text in _METHODS.items()})
        self._method.setMinimumWidth(26 * SPACE)
        self._trials = IntField(
            "sweepTrials", self.tr("Number of trials"), self.tr("How many trials are trained"), 1, MOST_TRIALS, self
        )
        self._trials.setValue(12)
        self._unit = QLabel(self.tr("trials"), self)
        self._others = muted("", self)
        self._describe = describe
        self._start = dialog_button(
            "startSweep", self.tr("Start"), self.tr("Check all trials, then train them"), self._choose, self
        )
        self._start.setProperty("role", "primary")
        self._lay_out()
        self._method.activated.connect(self._show_method)
        for row, name in zip(self._rows, ("learning_rate", "optimizer"), strict=False):
            row[0].choose(name)
            row[1].setText(_USUAL[name])
        self._show_method()

    def _make_row(self, theme: Theme, names: dict[str, str], number: int) -> tuple[ComboBox, QLineEdit]:
        """Return the two fields for a setting to vary."""
        setting = ComboBox(
            theme, f"sweepSetting{number}", self.tr("Setting to vary"), self.tr("The setting to vary"), self
        )
        setting.offer(names)
        setting.setMinimumWidth(20 * SPACE)
        values = QLineEdit(self)
        values.setObjectName(f"sweepValues{number}")
        values.setAccessibleName(self.tr("Values"))
        values.setToolTip(self.tr("A list such as adam,sgd, or a range such as log:1e-4..1e-1, lin:0..0.5 or int:1..9"))
        values.setFixedHeight(4 * SPACE)
        setting.activated.connect(self._suggest)
        return setting, values

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        for number, fields in enumerate(self._rows):
            for column, field in enumerate(fields):
                grid.addWidget(field, number, column)
        grid.setColumnStretch(1, 1)
        method = QHBoxLayout()
        method.setSpacing(SPACE)
        for widget in (self._method, self._trials, self._unit):
            method.addWidget(widget)
        method.addStretch(1)
        cancel = dialog_button("cancelSweep", self.tr("Cancel"), self.tr("Close (Esc)"), self.reject, self)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._start)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column_layout.setSpacing(SPACE + SPACE // 2)
        column_layout.addWidget(self.notice)
        text = self.tr("Vary these settings; lists are separated by commas, ranges have two ends.")
        column_layout.addWidget(muted(text, self))
        column_layout.addLayout(grid)
        column_layout.addLayout(method)
        column_layout.addWidget(self._others)
        column_layout.addLayout(buttons)
        self.setMinimumWidth(60 * SPACE)

    def show_settings(self) -> None:
        """Show the settings that do not vary."""
        self._others.setText(self._describe())

    def show_checking(self, *, on: bool) -> None:
        """Disable the form while the trials are checked."""
        self._start.setEnabled(not on)
        self._start.setText(self.tr("Checking…") if on else self.tr("Start"))

    @property
    def choice(self) -> SweepChoice:
        """What is chosen now."""
        space = tuple(
            f"{display_name(setting.chosen)}={values.text().strip()}"
            for setting, values in self._rows
            if setting.chosen != _NOTHING
        )
        trials = None if self._method.chosen == "grid" else self._trials.value()
        return SweepChoice(space, trials, self._method.chosen == "halving")

    @Slot()
    def _suggest(self) -> None:
        """Offer values for a setting that was chosen."""
        for setting, values in self._rows:
            if setting is self.sender():
                values.setText(_USUAL.get(setting.chosen, ""))

    @Slot()
    def _show_method(self) -> None:
        random = self._method.chosen != "grid"
        self._trials.setEnabled(random)
        self._unit.setEnabled(random)

    @Slot()
    def _choose(self) -> None:
        self.notice.clear()
        self.chosen.emit(self.choice)
