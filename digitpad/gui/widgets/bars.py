"""The probabilities as bars: one painted widget, so that they follow the pen."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_DIGITS = tuple("0123456789")
_BAR = 8.0  # pixels at 100 %: the thickness of a bar
_LEAST = 2.0  # pixels at 100 %: the least length of a bar above one in a thousand
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class ProbabilityBars(QWidget):
    """Shows a row for each class: its label, a bar, and the percentage, aligned on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._labels: tuple[str, ...] = _DIGITS
        self._values: tuple[float, ...] | None = None
        self._best = 0
        self.setObjectName("bars")
        self.setAccessibleName(self.tr("Probability of each class"))
        self.setToolTip(
            self.tr("The probability that the network gives to each class; they add up to 100\N{NO-BREAK SPACE}%")
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # It fills its own background, so that the card below is not painted with every frame.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)
        self.clear()

    @property
    def best(self) -> str:
        """The emphasized label; empty when there is nothing to show."""
        return self._labels[self._best] if self._values else ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the rows, from the top."""
        return self._labels

    @property
    def values(self) -> tuple[float, ...] | None:
        """The probabilities shown, in the order of the labels; None when there is nothing to show."""
        return self._values

    def show_probabilities(self, labels: Sequence[str], values: Sequence[float], best: str = "") -> None:
        """Show a reading.

        Parameters
        ----------
        labels
            The labels of the rows.
        values
            A probability in [0, 1] for each label.
        best
            The label that the headline names, which is emphasized; empty for the most probable one.
        """
        self._show_labels(labels)
        self._values = tuple(values)
        self._best = self._labels.index(best) if best else self._values.index(max(self._values))
        pairs = zip(self._labels, self._values, strict=True)
        self.setAccessibleDescription(", ".join(f"{label}: {sureness(value)}" for label, value in pairs))
        self.update()

    def clear(self, labels: Sequence[str] | None = None) -> None:
        """Show empty bars without numbers, with new labels if given."""
        self._values = None
        self._show_labels(self._labels if labels is None else labels)
        self.setAccessibleDescription(self.tr("Nothing to read yet"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for well-spaced rows."""
        return QSize(px(320), px(24) * len(self._labels))

    def minimumSizeHint(self) -> QSize:
        """Return room for rows that do not touch, with short bars between labels and percentages."""
        texts = QFontMetrics(fixed_font(self.font(), scale=1.15, bold=True))
        label = max(map(texts.horizontalAdvance, self._labels))
        width = label + texts.horizontalAdvance(sureness(0.9999)) + px(8 * SPACE)
        return QSize(width, (self.fontMetrics().height() + 2) * len(self._labels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every row; together they take well under a millisecond."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        number, label = fixed_font(self.font()), fixed_font(self.font(), scale=1.15)
        strong_number = text_font(number, bold=True)
        strong_label = text_font(label, bold=True)
        number_width = QFontMetrics(strong_number).horizontalAdvance(sureness(0.9999))
        metrics = QFontMetrics(strong_label)
        left = max(map(metrics.horizontalAdvance, self._labels)) + px(1.5 * SPACE)
        width = self.width() - left - number_width - px(1.5 * SPACE)
        best = self._best if self._values else -1
        step = self.height() / len(self._labels)
        rows = [QRectF(0, index * step, self.width(), step) for index in range(len(self._labels))]
        self._paint_bars(painter, rows, QRectF(left, (step - px(_BAR)) / 2, width, px(_BAR)), best)
        plain, strong = self._theme.colour("muted"), self._theme.colour("text")
        for index, (row, text) in enumerate(zip(rows, self._labels, strict=True)):
            wins = index == best
            painter.setPen(strong if wins else plain)
            painter.setFont(strong_label if wins else label)
            painter.drawText(row, _LEFT, text)
            if self._values is not None:
                painter.setFont(strong_number if wins else number)
                painter.drawText(row, _RIGHT, sureness(self._values[index]))
        painter.end()

    def _show_labels(self, labels: Sequence[str]) -> None:
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            # More rows need more room.
            self.updateGeometry()

    def _paint_bars(self, painter: QPainter, rows: Sequence[QRectF], first: QRectF, best: int) -> None:
        """Paint the bars; the first row's lies at `first`."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        for row in rows:
            painter.drawRoundedRect(first.translated(0, row.top()), first.height() / 2, first.height() / 2)
        for index, value in enumerate(self._values or ()):
            if value < 0.001:
                continue
            bar = first.translated(0, rows[index].top())
            painter.save()
            painter.setClipRect(QRectF(bar.left(), bar.top(), max(bar.width() * value, px(_LEAST)), bar.height()))
            painter.setBrush(self._theme.colour("accent" if index == best else "bar"))
            bar.setWidth(max(bar.width() * value, bar.height()))
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
            painter.restore()
