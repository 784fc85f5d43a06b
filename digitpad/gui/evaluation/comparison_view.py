"""The comparison of two models: the difference of their accuracies, and the images that only one reads correctly."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.evaluation import Comparison, Interval
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

#: The four cells of the table, in reading order.
KINDS = ("both", "only_first", "only_second", "neither")


class ComparisonView(QWidget):
    """Shows a comparison.

    Signals
    -------
    kind_chosen
        The images to show: one of `KINDS`.
    """

    kind_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonView")
        self.verdict = QLabel(self)
        self.verdict.setObjectName("comparisonVerdict")
        self.verdict.setWordWrap(True)
        self.verdict.setFont(text_font(self.font(), scale=1.15, bold=True))
        self.details = muted("", self)
        self.details.setObjectName("comparisonDetails")
        self.whisker = _Whisker(theme, self)
        self._buttons = {kind: self._button(kind) for kind in KINDS}
        self._heads = [muted("", self) for _ in range(4)]
        grid = QGridLayout()
        grid.setSpacing(SPACE)
        for column in (0, 1):
            self._heads[column].setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(self._heads[column], 0, column + 1)
        for row in (0, 1):
            grid.addWidget(self._heads[2 + row], row + 1, 0)
        for place, kind in enumerate(KINDS):
            grid.addWidget(self._buttons[kind], place // 2 + 1, place % 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(SPACE)
        column_layout.addWidget(self.verdict)
        column_layout.addWidget(self.whisker)
        column_layout.addWidget(self.details)
        add_space(column_layout, SPACE)
        column_layout.addLayout(grid)
        column_layout.addStretch(1)
        self.show_comparison(None)

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Show a comparison; None shows how to get one."""
        for button in self._buttons.values():
            button.setChecked(False)
            button.setVisible(comparison is not None)
        for head in self._heads:
            head.setVisible(comparison is not None)
        self.whisker.setVisible(comparison is not None)
        if comparison is None:
            self.verdict.setText(self.tr("Only one model"))
            self.details.setText(self.tr("Choose a second model under “Compare with” and press Evaluate."))
            return
        first, second = comparison.first.model, comparison.second.model
        self.verdict.setText(self._verdict(comparison))
        self.details.setText(self._details(comparison))
        self.whisker.show_interval(comparison.difference, comparison.interval, first, second)
        right, wrong = self.tr("{model} right"), self.tr("{model} wrong")
        texts = (
            right.format(model=second),
            wrong.format(model=second),
            right.format(model=first),
            wrong.format(model=first),
        )
        for head, text in zip(self._heads, texts, strict=True):
            head.setText(text)
        counts = (comparison.both, len(comparison.only_first), len(comparison.only_second), comparison.neither)
        for kind, count in zip(KINDS, counts, strict=True):
            name = self.kind_title(kind, comparison)
            button = self._buttons[kind]
            button.setText(f"{count:,}")
            button.setAccessibleName(name)
            button.setAccessibleDescription(self.tr("{count:,} image(s)", "", count).format(count=count))
            button.setToolTip(self.tr("{kind}: show these images").format(kind=name))
            button.setEnabled(count > 0)

    def kind_title(self, kind: str, comparison: Comparison) -> str:
        """Return the title of one of `KINDS` in a comparison."""
        match kind:
            case "both":
                return self.tr("Both right")
            case "neither":
                return self.tr("Both wrong")
            case "only_first":
                return self.tr("Only {model} right").format(model=comparison.first.model)
            case _:
                return self.tr("Only {model} right").format(model=comparison.second.model)

    def choose(self, kind: str) -> None:
        """Mark a kind of images."""
        for each, button in self._buttons.items():
            button.setChecked(each == kind)

    def _verdict(self, comparison: Comparison) -> str:
        first, second = comparison.first.model, comparison.second.model
        if comparison.interval.low > 0:
            return self.tr("{better} is more accurate than {worse}").format(better=second, worse=first)
        if comparison.interval.high < 0:
            return self.tr("{better} is more accurate than {worse}").format(better=first, worse=second)
        return self.tr("The difference between {first} and {second} is not significant").format(
            first=first, second=second
        )

    def _details(self, comparison: Comparison) -> str:
        low, high = comparison.interval
        return self.tr(
            "Difference: {difference} percentage points, 95 % interval {low} to {high}. p-value: {p} (McNemar’s exact "
            "test: the probability of a difference at least this large between equally accurate models)."
        ).format(
            difference=_points(comparison.difference),
            low=_points(low),
            high=_points(high),
            p=f"{comparison.p_value:.2g}",
        )

    def _button(self, kind: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"compare{kind.title().replace('_', '')}")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumHeight(7 * SPACE)
        button.setFont(fixed_font(self.font(), scale=1.5))
        button.clicked.connect(self._choose)
        return button

    @Slot()
    def _choose(self) -> None:
        for kind, button in self._buttons.items():
            if button is self.sender():
                self.choose(kind)
                self.kind_chosen.emit(kind)


class _Whisker(QWidget):
    """The difference and its confidence interval on an axis with zero in the middle."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._difference = 0.0
        self._interval = Interval(0.0, 0.0)
        self._names = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName("comparisonWhisker")
        theme.changed.connect(self.update)

    def show_interval(self, difference: float, interval: Interval, first: str, second: str) -> None:
        """Show the difference of the accuracies of two models."""
        self._difference, self._interval, self._names = difference, interval, (first, second)
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the line and the names above it."""
        return QSize(px(280), px(7 * SPACE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        reach = 1.15 * max(abs(self._interval.low), abs(self._interval.high), 1e-6)
        middle, half, y = self.width() / 2, self.width() / 2 - px(SPACE), px(4.5 * SPACE)

        def place(share: float) -> float:
            return middle + half * share / reach

        painter.setFont(text_font(self.font(), scale=0.9))
        painter.setPen(theme.colour("muted"))
        left = QRectF(0, 0, middle - px(SPACE), px(2 * SPACE))
        right = QRectF(middle + px(SPACE), 0, middle - px(SPACE), px(2 * SPACE))
        painter.drawText(
            left, int(Qt.AlignmentFlag.AlignLeft), self.tr("← {model} better").format(model=self._names[0])
        )
        painter.drawText(
            right, int(Qt.AlignmentFlag.AlignRight), self.tr("{model} better →").format(model=self._names[1])
        )
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(px(SPACE), y), QPointF(self.width() - px(SPACE), y))
        painter.setPen(QPen(theme.colour("muted"), 1))
        painter.drawLine(QPointF(middle, y - px(1.5 * SPACE)), QPointF(middle, y + px(1.5 * SPACE)))
        insignificant = self._interval.low <= 0 <= self._interval.high
        colour = theme.colour("muted" if insignificant else "accent" if self._difference > 0 else "warm")
        painter.setPen(QPen(colour, 3))
        painter.drawLine(QPointF(place(self._interval.low), y), QPointF(place(self._interval.high), y))
        for end in self._interval:
            painter.drawLine(QPointF(place(end), y - 5), QPointF(place(end), y + 5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(place(self._difference), y), 6, 6)
        painter.end()


def _points(difference: float) -> str:
    return f"{100 * difference:+.2f}".replace("-", "\N{MINUS SIGN}")
