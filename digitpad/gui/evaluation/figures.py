"""The figures at the top: a line for each model, and which of them the rest of the tab shows."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from digitpad.evaluation import Evaluation, Interval
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_TITLES = ("", "accuracy", "95 % interval", "loss", "calibration", "mistakes")
_TIPS = (
    "",
    "The share of images that are read correctly",
    "Measured on as many other images of the same kind, the accuracy would lie in here 19 times in 20 (Wilson)",
    "The mean cross-entropy: how surprised the network is by the truth",
    "The expected calibration error: the mean gap between how sure it is and how often it is right (fifteen bins)",
    "How many images are read wrongly",
)


class FiguresCard(QFrame):
    """Shows the figures of one or two evaluations.

    Signals
    -------
    model_chosen
        The number of the model whose answers are to be shown.
    """

    model_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("figuresCard")
        self.setProperty("card", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        self._grid.setHorizontalSpacing(3 * SPACE)
        self._grid.setVerticalSpacing(SPACE // 2)
        for column, (text, tip) in enumerate(zip(_TITLES[1:], _TIPS[1:], strict=True), start=1):
            label = muted(text, self)
            label.setWordWrap(False)
            label.setToolTip(tip)
            self._grid.addWidget(label, 0, column)
        self._grid.setColumnStretch(0, 1)
        self._about = _Elided("", self)
        self._about.setObjectName("figuresAbout")
        self._about.setProperty("muted", "true")
        self._grid.addWidget(self._about, 0, 0)
        self._rows = [self._make_row(number) for number in (0, 1)]
        self.show_evaluations(())

    @property
    def texts(self) -> list[list[str]]:
        """What each line that is shown says, column by column."""
        return [
            [button.text(), *(label.text() for label in labels)]
            for button, labels in self._rows
            if not button.isHidden()
        ]

    def show_evaluations(self, evaluations: Sequence[Evaluation]) -> None:
        """Show a line for each evaluation, the first one chosen."""
        for number, (button, labels) in enumerate(self._rows):
            there = number < len(evaluations)
            for widget in (button, *labels):
                widget.setVisible(there or number == 0)
            button.setEnabled(len(evaluations) == 2)
            button.setChecked(there and number == 0 and len(evaluations) == 2)
            if not there:
                button.setText("no model measured yet" if number == 0 else "")
                for label in labels:
                    label.setText("–")
                continue
            result = evaluations[number]
            button.setText(result.model)
            button.setAccessibleName(f"Show what {result.model} reads")
            button.setToolTip(f"Show what {result.model} gets right and wrong")
            for label, text in zip(labels, _figures(result), strict=True):
                label.setText(text)
        about = f"{evaluations[0].count:,} images of {evaluations[0].dataset}" if evaluations else ""
        self._about.setText(about)
        self._about.setToolTip(about)
        spoken = [
            f"{result.model}: "
            + ", ".join(f"{name} {text}" for name, text in zip(_TITLES[1:], _figures(result), strict=True))
            for result in evaluations
        ]
        self.setAccessibleName(f"{about}. {'. '.join(spoken)}" if evaluations else "Nothing measured yet")

    def choose(self, number: int) -> None:
        """Mark the model whose answers are shown."""
        for row, (button, _) in enumerate(self._rows):
            button.setChecked(row == number)

    @Slot()
    def _choose(self) -> None:
        # Not a QButtonGroup: that one takes all but the chosen button out of the tab order.
        for number, (button, _) in enumerate(self._rows):
            if button is self.sender():
                self.choose(number)
                self.model_chosen.emit(number)

    def _make_row(self, number: int) -> tuple[QToolButton, list[QLabel]]:
        button = QToolButton(self)
        button.setObjectName(f"showModel{number + 1}")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(12 * SPACE)
        button.clicked.connect(self._choose)
        self._grid.addWidget(button, number + 1, 0)
        labels = []
        for column in range(1, len(_TITLES)):
            label = QLabel("–", self)
            label.setObjectName(f"figure{number + 1}{_TITLES[column].title().replace(' ', '').replace('%', '')}")
            label.setToolTip(_TIPS[column])
            label.setFont(
                text_font(self.font(), scale=1.5, bold=True) if column == 1 else fixed_font(self.font(), scale=1.05)
            )
            self._grid.addWidget(label, number + 1, column)
            labels.append(label)
        return button, labels


class _Elided(QLabel):
    """A line of words that gives way where there is no room."""

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters."""
        return QSize(8 * SPACE, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as much as there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


def _figures(result: Evaluation) -> tuple[str, ...]:
    wrong = int((~result.correct).sum())
    return (
        share(result.accuracy),
        interval(result.interval),
        f"{result.loss:.4f}",
        share(result.calibration.error),
        f"{wrong:,}",
    )


def share(value: float) -> str:
    """Return a measured share with two decimals: of 10,000 images, one is 0.01 %."""
    return f"{100 * value:.2f}\N{NO-BREAK SPACE}%"


def interval(ends: Interval) -> str:
    """Return an interval of shares."""
    return f"{100 * ends.low:.2f} – {share(ends.high)}"
