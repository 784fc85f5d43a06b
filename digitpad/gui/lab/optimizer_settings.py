"""The settings of optimizers beside the learning rate: momentum, the decay of their means and of the weights."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.fields import CheckBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.numbers import parse_number
from digitpad.lab.optimizers import OPTIMIZERS, Path, Recipe, settings_of

#: The optimizers that have each setting.
_OF = {
    "momentum": ("momentum", "nesterov"),
    "dampening": ("momentum",),
    "alpha": ("rmsprop",),
    "beta1": ("adam", "adamw"),
    "beta2": ("adam", "adamw"),
    "weight_decay": tuple(OPTIMIZERS),
    "amsgrad": ("adam", "adamw"),
    "centered": ("rmsprop",),
}
_BETAS = (0.9, 0.999)
"""What Adam and AdamW use where a field is empty."""


class OptimizerSettings(QWidget):
    """Fields of which each is used by some of the optimizers; an empty one stands for the usual value.

    Signals
    -------
    changed
        A field has changed.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        texts = {
            "momentum": ("μ", self.tr("Momentum"), self.tr("The share of the velocity that is kept; empty: 0.9")),
            "dampening": (
                "τ",
                self.tr("Dampening"),
                self.tr("Part of the gradient that Momentum leaves out; empty: 0"),
            ),
            "alpha": ("α", self.tr("Decay of RMSProp"), self.tr("The share of the mean square kept; empty: 0.99")),
            "beta1": ("β1", self.tr("Decay of Adam's mean"), self.tr("The share of the mean kept; empty: 0.9")),
            "beta2": (
                "β2",
                self.tr("Decay of Adam's mean square"),
                self.tr("The share of the mean square kept; empty: 0.999"),
            ),
            "weight_decay": ("λ", self.tr("Weight decay"), self.tr("Of all of them; empty: 0, for AdamW 0.01")),
        }
        switches = {
            "amsgrad": ("AMSGrad", self.tr("Adam and AdamW divide by the largest mean square so far")),
            "centered": (self.tr("centered"), self.tr("RMSProp divides by the standard deviation of the gradient")),
        }
        self._lines: dict[str, QLineEdit] = {}
        flow = FlowLayout(self)
        flow.setSpacing(SPACE)
        for key, (letter, spoken, tip) in texts.items():
            line = self._lines[key] = QLineEdit(self)
            line.setObjectName(f"lab{key.title().replace('_', '')}")
            line.setAccessibleName(spoken)
            line.setToolTip(tip)
            line.setFixedSize(8 * SPACE, 4 * SPACE)
            line.editingFinished.connect(self.changed)
            group = QWidget(self)
            inner = FlowLayout(group)
            inner.setSpacing(SPACE // 2)
            label = QLabel(letter, group)
            label.setBuddy(line)
            inner.addWidget(label)
            line.setParent(group)
            inner.addWidget(line)
            flow.addWidget(group)
        self._boxes: dict[str, CheckBox] = {}
        for key, (text, tip) in switches.items():
            box = self._boxes[key] = CheckBox(theme, f"lab{key.title()}", text, tip, self)
            box.clicked.connect(self.changed)
            flow.addWidget(box)

    def recipe(self, name: str, learning_rate: float | None) -> Recipe:
        """Return an optimizer with the settings that it has.

        Raises
        ------
        DigitpadError
            If a field is not a number; the message begins with its name.
        """
        given = {key: self._number(key) for key in self._lines if name in _OF[key]}
        settings: dict[str, float | tuple[float, float]] = {
            key: value for key, value in given.items() if value is not None and not key.startswith("beta")
        }
        betas = given.get("beta1"), given.get("beta2")
        if betas != (None, None):
            first, second = (usual if beta is None else beta for beta, usual in zip(betas, _BETAS, strict=True))
            settings["betas"] = (first, second)
        settings |= {key: True for key, box in self._boxes.items() if box.isChecked() and name in _OF[key]}
        return Recipe(name, learning_rate, settings)

    def fill(self, path: Path) -> None:
        """Show the settings of a path; the fields of other optimizers are emptied."""
        found = settings_of(path) if path.recipe.settings else {}
        for key, line in self._lines.items():
            line.setText(exact(float(found[key])) if path.recipe.name in _OF[key] and key in found else "")
        for key, box in self._boxes.items():
            box.setChecked(bool(found.get(key)))

    def _number(self, key: str) -> float | None:
        line = self._lines[key]
        text = line.text().strip()
        try:
            return parse_number(text) if text else None
        except DigitpadError as error:
            raise DigitpadError(f"{line.accessibleName()}: {error}") from error
