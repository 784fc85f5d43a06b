"""A whole number for rows and columns alike, or one for each."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.gui.widgets.fields import IntField
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.theme import SPACE
from digitpad.lab.convolution_problem import Pair


class PairField(QWidget):
    """One field, or two of which the second is for columns.

    Parameters
    ----------
    name, spoken, tip
        As of `IntField`; the second field has "Columns" behind the name.
    low, high
        The limits of both.

    Signals
    -------
    changed
        A number has changed.
    """

    changed = Signal()

    def __init__(self, name: str, spoken: str, tip: str, low: int, high: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = IntField(name, spoken, tip, low, high, self)
        columns = self.tr("{name}, columns").format(name=spoken)
        self._columns = IntField(f"{name}Columns", columns, self.tr("The same from column to column"), low, high, self)
        self._times = QLabel("\N{MULTIPLICATION SIGN}", self)
        self._apart = False
        row = FlowLayout(self)
        row.setSpacing(SPACE // 2)
        for widget in (self._rows, self._times, self._columns):
            row.addWidget(widget)
        self._rows.valueChanged.connect(self._follow)
        self._columns.valueChanged.connect(self.changed)
        self.show_apart(on=False)

    @property
    def pair(self) -> Pair:
        """The numbers for rows and for columns."""
        return self._rows.value(), self._columns.value() if self._apart else self._rows.value()

    @pair.setter
    def pair(self, pair: Pair) -> None:
        for field, value in zip((self._rows, self._columns), pair, strict=True):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)

    @property
    def differ(self) -> bool:
        """Whether the two numbers differ, also while only one is shown."""
        return self._rows.value() != self._columns.value()

    def show_apart(self, *, on: bool) -> None:
        """Show one field for each axis, or one for both."""
        self._apart = on
        if not on:
            self.pair = (self._rows.value(), self._rows.value())
        self._times.setVisible(on)
        self._columns.setVisible(on)

    @Slot()
    def _follow(self) -> None:
        if not self._apart:
            self.pair = (self._rows.value(), self._rows.value())
        self.changed.emit()
