"""The fields of the Losses page: what the values are, the values, the targets, and the settings of the losses."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
from digitpad.gui.lab.matrix_line import MatrixLine
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE
from digitpad.lab.losses import Given, LossProblem
from digitpad.lab.matrices import as_line, parse_classes, parse_matrix, parse_vector
from digitpad.lab.numbers import parse_number

Numbers = NDArray[np.float64]
_GIVEN: tuple[Given, ...] = ("logits", "probabilities", "log_probabilities", "outputs")


class LossFields(QWidget):
    """Everything that a loss depends on.

    Signals
    -------
    changed
        A field has changed.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        texts = {
            "logits": (self.tr("Logits"), self.tr("Any numbers; the loss applies softmax or sigmoid itself")),
            "probabilities": (self.tr("Probabilities"), self.tr("Numbers from 0 to 1, after softmax or sigmoid")),
            "log_probabilities": (
                self.tr("Log-probabilities"),
                self.tr("Logarithms of probabilities, for negative log-likelihood"),
            ),
            "outputs": (self.tr("Outputs"), self.tr("Quantities, for the squared error")),
        }
        self._given, given = segments(
            [(f"labGiven{name.title().replace('_', '')}", *texts[name]) for name in _GIVEN],
            self,
            label=self.tr("Values"),
        )
        self._values = MatrixLine(self)
        self._dress(
            self._values, "labValuesLine", self.tr("Values"), self.tr("A row for each sample: ln 20, ln 40"), 44
        )
        self._kind, kinds = segments(
            [
                ("labTargetClass", self.tr("Class"), self.tr("The class of each row, from 0")),
                ("labTargetNumbers", self.tr("Number for each value"), self.tr("Such as 1 0 1, or probabilities")),
            ],
            self,
            label=self.tr("Target"),
        )
        self._targets = MatrixLine(self)
        self._dress(
            self._targets, "labTargetLine", self.tr("Target"), self.tr("A class, or a number for each value"), 16
        )
        self._alpha, self._gamma, self._smoothing, self._weight = (QLineEdit(self) for _field in range(4))
        self._dress(
            self._alpha, "labAlpha", self.tr("α of the focal loss"), self.tr("One factor, or one for each class"), 10
        )
        self._dress(self._gamma, "labGamma", self.tr("γ of the focal loss"), self.tr("0 makes it cross-entropy"), 7)
        self._dress(self._smoothing, "labSmoothing", self.tr("Label smoothing"), self.tr("From 0 to 1"), 7)
        self._dress(
            self._weight,
            "labPosWeight",
            self.tr("Factor of yes"),
            self.tr("Of binary cross-entropy: one factor, or one for each value; pos_weight in PyTorch"),
            7,
        )
        flow = FlowLayout(self)
        flow.setSpacing(SPACE)
        rows: list[tuple[str, list[QWidget]]] = [
            ("", list(given)),
            ("", [self._values]),
            (self.tr("Target"), [*kinds, self._targets]),
            ("α", [self._alpha]),
            ("γ", [self._gamma]),
            (self.tr("smoothing"), [self._smoothing]),
            (self.tr("factor of yes"), [self._weight]),
        ]
        for text, fields in rows:
            group = QWidget(self)
            inner = FlowLayout(group)
            inner.setSpacing(SPACE // 2)
            if text:
                inner.addWidget(QLabel(text, group))
            for field in fields:
                field.setParent(group)
                field.setFixedHeight(4 * SPACE)
                inner.addWidget(field)
            flow.addWidget(group)
        self._lines = self._values, self._targets, self._alpha, self._gamma, self._smoothing, self._weight
        self._given.idClicked.connect(self._changed)
        self._kind.idClicked.connect(self._changed)
        for line in self._lines:
            line.editingFinished.connect(self._changed)
        for matrix in (self._values, self._targets):
            matrix.refused.connect(self.refused)

    def fill(self, problem: LossProblem) -> None:
        """Show a problem."""
        self._given.button(_GIVEN.index(problem.given)).setChecked(True)
        self.write_values(problem)
        classes = problem.targets.ndim == 1
        self._kind.button(int(not classes)).setChecked(True)
        targets = problem.targets[None] if classes else problem.targets
        self._targets.setText(as_line(targets[None].astype(np.float64)))
        alpha = problem.alpha if isinstance(problem.alpha, tuple) else (problem.alpha,)
        self._alpha.setText(", ".join(exact(float(value)) for value in alpha))
        self._gamma.setText(exact(float(problem.gamma)))
        self._smoothing.setText(exact(float(problem.smoothing)))
        weight = problem.pos_weight if isinstance(problem.pos_weight, tuple) else (problem.pos_weight,)
        self._weight.setText(", ".join(exact(float(value)) for value in weight))

    def write_values(self, problem: LossProblem) -> None:
        """Write the values alone."""
        self._values.setText(as_line(problem.values[None]))
        self._values.setCursorPosition(0)

    def take_values(self, text: str) -> None:
        """Take the numbers in a text, which may have several lines, for the values."""
        self._values.take(text)
        self.changed.emit()

    def problem(self) -> LossProblem:
        """Return the problem that the fields describe.

        Raises
        ------
        DigitpadError
            If a field cannot be read; the message begins with its name.
        """
        texts = {line: line.text() for line in self._lines}
        line: QLineEdit = self._values
        try:
            values = parse_matrix(texts[line])
            line = self._targets
            if self._kind.checkedId() == 0:
                targets: Numbers | NDArray[np.int64] = parse_classes(texts[line])
            else:
                targets = parse_matrix(texts[line])
            line = self._alpha
            alpha = tuple(float(value) for value in parse_vector(texts[line]))
            line = self._gamma
            gamma = parse_number(texts[line])
            line = self._smoothing
            smoothing = parse_number(texts[line])
            line = self._weight
            weight = tuple(float(value) for value in parse_vector(texts[line]))
        except DigitpadError as error:
            raise DigitpadError(f"{line.accessibleName()}: {error}") from error
        return LossProblem(
            values=values,
            targets=targets,
            given=_GIVEN[self._given.checkedId()],
            alpha=alpha[0] if len(alpha) == 1 else alpha,
            gamma=gamma,
            smoothing=smoothing,
            pos_weight=weight[0] if len(weight) == 1 else weight,
        )

    def _dress(self, line: QLineEdit, name: str, spoken: str, tip: str, width: int) -> None:
        line.setObjectName(name)
        line.setAccessibleName(spoken)
        line.setToolTip(tip)
        line.setFixedWidth(width * SPACE)

    @Slot()
    def _changed(self) -> None:
        self.changed.emit()
