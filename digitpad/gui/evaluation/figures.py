"""The figures at the top: one row per model, and the choice of the model whose results the tab shows."""

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from digitpad.evaluation import Evaluation
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.percent import exact_percent, percent_interval
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_COLUMNS = ("Accuracy", "95Interval", "Loss", "Calibration", "Mistakes")
_TITLES = (
    str(QT_TRANSLATE_NOOP("FiguresCard", "Accuracy")),
    str(QT_TRANSLATE_NOOP("FiguresCard", "95 % interval")),
    str(QT_TRANSLATE_NOOP("FiguresCard", "Loss")),
    str(QT_TRANSLATE_NOOP("FiguresCard", "Calibration error")),
    str(QT_TRANSLATE_NOOP("FiguresCard", "Mistakes")),
)
_TIPS = (
    str(QT_TRANSLATE_NOOP("FiguresCard", "Share of the images that are read correctly")),
    str(
        QT_TRANSLATE_NOOP(
            "FiguresCard",
            "Wilson score interval of the accuracy: 95 % of such intervals contain the accuracy on all such images",
        )
    ),
    str(QT_TRANSLATE_NOOP("FiguresCard", "Mean cross-entropy: the mean of −log(probability of the true class)")),
    str(
        QT_TRANSLATE_NOOP(
            "FiguresCard", "Expected calibration error: the mean gap between confidence and accuracy, over 15 bins"
        )
    ),
    str(QT_TRANSLATE_NOOP("FiguresCard", "Number of images that are read wrongly")),
)


class FiguresCard(QFrame):
    """Shows the figures of one or two evaluations.

    Signals
    -------
    model_chosen
        Index of the model whose results are to be shown.
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
        for column, (text, tip) in enumerate(zip(_TITLES, _TIPS, strict=True), start=1):
            label = muted(self.tr(text), self)
            label.setWordWrap(False)
            label.setToolTip(self.tr(tip))
            self._grid.addWidget(label, 0, column)
        self._grid.setColumnStretch(0, 1)
        self._about = _Elided("", self)
        self._about.setObjectName("figuresAbout")
        self._about.setProperty("muted", "true")
        self._grid.addWidget(self._about, 0, 0)
        self._rows = [self._make_row(number) for number in (0, 1)]
        self.show_evaluations(())

    @property
    def buttons(self) -> list[QToolButton]:
        """The buttons that choose a model, from top to bottom."""
        return [button for button, _ in self._rows]

    @property
    def texts(self) -> list[list[str]]:
        """The texts of each visible row, column by column."""
        return [
            [button.text(), *(label.text() for label in labels)]
            for button, labels in self._rows
            if not button.isHidden()
        ]

    def show_evaluations(self, evaluations: Sequence[Evaluation]) -> None:
        """Show one row per evaluation, and choose the first one."""
        for number, (button, labels) in enumerate(self._rows):
            there = number < len(evaluations)
            for widget in (button, *labels):
                widget.setVisible(there or number == 0)
            button.setEnabled(len(evaluations) == 2)
            button.setChecked(there and number == 0 and len(evaluations) == 2)
            if not there:
                button.setText(self.tr("No results yet") if number == 0 else "")
                button.setAccessibleDescription(button.text())
                button.setToolTip(self.tr("Show the results of this model"))
                for label in labels:
                    label.setText("–")
                continue
            result = evaluations[number]
            button.setText(result.model)
            button.setAccessibleDescription(result.model)
            button.setToolTip(self.tr("Show the results of {model}").format(model=result.model))
            for label, text in zip(labels, _figures(result), strict=True):
                label.setText(text)
        about = self._describe_images(evaluations[0]) if evaluations else ""
        self._about.setText(about)
        self._about.setToolTip(about)
        self.setAccessibleName(self.tr("Results"))
        spoken = [
            f"{result.model}: "
            + ", ".join(f"{self.tr(name)} {text}" for name, text in zip(_TITLES, _figures(result), strict=True))
            for result in evaluations
        ]
        self.setAccessibleDescription(f"{about}. {'. '.join(spoken)}" if evaluations else self.tr("No results yet"))

    def _describe_images(self, evaluation: Evaluation) -> str:
        text = self.tr("{count:,} image(s) of {dataset}", "", evaluation.count)
        return text.format(count=evaluation.count, dataset=evaluation.dataset)

    def choose(self, number: int) -> None:
        """Mark the model whose results are shown."""
        for row, (button, _) in enumerate(self._rows):
            button.setChecked(row == number)

    @Slot()
    def _choose(self) -> None:
        # Not a QButtonGroup, which removes all buttons except the checked one from the tab order.
        for number, (button, _) in enumerate(self._rows):
            if button is self.sender():
                self.choose(number)
                self.model_chosen.emit(number)

    def _make_row(self, number: int) -> tuple[QToolButton, list[QLabel]]:
        button = QToolButton(self)
        button.setObjectName(f"showModel{number + 1}")
        button.setAccessibleName(self.tr("First model") if number == 0 else self.tr("Second model"))
        button.setToolTip(self.tr("Show the results of this model"))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(20 * SPACE)
        button.clicked.connect(self._choose)
        self._grid.addWidget(button, number + 1, 0)
        labels = []
        for column, (name, tip) in enumerate(zip(_COLUMNS, _TIPS, strict=True), start=1):
            label = QLabel("–", self)
            label.setObjectName(f"figure{number + 1}{name}")
            label.setToolTip(self.tr(tip))
            label.setFont(
                text_font(self.font(), scale=1.5, bold=True) if column == 1 else fixed_font(self.font(), scale=1.05)
            )
            self._grid.addWidget(label, number + 1, column)
            labels.append(label)
        return button, labels


class _Elided(QLabel):
    """A line of text that is elided if there is not enough room."""

    def minimumSizeHint(self) -> QSize:
        """Return room for a few characters."""
        return QSize(8 * SPACE, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the text, elided to the width."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


def _figures(result: Evaluation) -> tuple[str, ...]:
    wrong = int((~result.correct).sum())
    return (
        exact_percent(result.accuracy),
        percent_interval(result.interval),
        f"{result.loss:.4f}",
        exact_percent(result.calibration.error),
        f"{wrong:,}",
    )
