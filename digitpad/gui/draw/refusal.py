"""How likely there is no digit, and from where on that is enough to refuse: a quiet row under the bars."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workspace.models import RefusingReader


class RefusalRow(QWidget):
    """Shows the probability of "no digit", and lets the threshold of a model be moved; hidden for those without.

    Signals
    -------
    moved
        The reader refuses from another probability on.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refusalRow")
        self._reader: RefusingReader | None = None
        self.share = muted("", self)
        self.share.setObjectName("noDigitShare")
        self.share.setWordWrap(False)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("refusalSlider")
        self.slider.setAccessibleName("Refuse from")
        self.slider.setRange(1, 99)
        self.slider.setPageStep(5)
        self.slider.setFixedHeight(3 * SPACE)
        self.slider.setMinimumWidth(5 * SPACE)
        self.slider.setMaximumWidth(12 * SPACE)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self._move)
        self._from = muted("refused from", self)
        self._from.setWordWrap(False)
        self._from.setBuddy(self.slider)
        self.value = muted("", self)
        self.value.setObjectName("refusalValue")
        self.value.setWordWrap(False)
        # As wide as the widest it can say, so that nothing moves with it.
        self.value.setFixedWidth(self.value.fontMetrics().horizontalAdvance("00\N{NO-BREAK SPACE}%"))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.share)
        row.addStretch(1)
        row.addWidget(self._from)
        row.addWidget(self.slider, 2)
        row.addWidget(self.value)
        self.use(None)

    def use(self, reader: object) -> None:
        """Show a model's own threshold, if it has one."""
        self._reader = reader if isinstance(reader, RefusingReader) and reader.refuses else None
        self.setVisible(self._reader is not None)
        if self._reader is not None:
            share = round(100 * self._reader.threshold)
            self.slider.setToolTip(
                'From which probability of "no digit" on a drawing is refused: further left, more is '
                f"(the model's own is {share}\N{NO-BREAK SPACE}%)"
            )
            self.slider.blockSignals(True)
            self.slider.setValue(share)
            self.slider.blockSignals(False)
            self._say(self.slider.value())
        self.show_share(None)

    def show_share(self, no_digit: float | None) -> None:
        """Show how likely it is that nothing drawn is a digit; None when nothing is drawn."""
        self.share.setText("no digit" if no_digit is None else f"no digit {sureness(no_digit)}")

    @Slot(int)
    def _move(self, share: int) -> None:
        self._say(share)
        if self._reader is not None:
            self._reader.threshold = share / 100
            self.moved.emit()

    def _say(self, share: int) -> None:
        self.value.setText(f"{share}\N{NO-BREAK SPACE}%")
