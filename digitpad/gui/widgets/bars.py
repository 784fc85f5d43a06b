"""The probabilities as bars: one painted widget, so that they follow the pen.

Of more classes than there is room for, the most probable ones have rows, and the last row stands for all others; the
wheel scrolls.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_DIGITS = tuple("0123456789")
_WHEEL_STEP = 120  # eighths of a degree: a notch of the wheel, as Qt counts
_BAR = 8.0  # pixels at 100 %: the thickness of a bar
_LEAST = 2.0  # pixels at 100 %: the least length of a bar above one in a thousand
_LEAST_ROWS = 12  # rows that there is always room for: ten digits, "none", and one more
_MOST_NAME = 0.45  # of the width: what labels may take before they are elided
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class BarEntry:
    """A row: its label, its probability in [0, 1] if there is one, and whether it is emphasized."""

    label: str
    value: float | None
    wins: bool


class ProbabilityBars(QWidget):
    """Shows a row for each class: its label, a bar, and the percentage, aligned on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._labels: tuple[str, ...] = _DIGITS
        self._values: tuple[float, ...] | None = None
        self._best = 0
        self._first = 0  # the place of the first row among the classes by probability, if not all have rows
        self._pinned = 0  # labels at the end that always have a row
        self.setObjectName("bars")
        self.setAccessibleName(self.tr("Probability of each class"))
        self._tip = self.tr(
            "The probability that the network gives to each class; they add up to 100\N{NO-BREAK SPACE}%"
        )
        self.setToolTip(self._tip)
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
        return QSize(px(320), px(24) * min(len(self._labels), 2 * _LEAST_ROWS))

    def minimumSizeHint(self) -> QSize:
        """Return room for rows that do not touch, with short bars between labels and percentages."""
        texts = QFontMetrics(fixed_font(self.font(), scale=1.15, bold=True))
        label = min(max(map(texts.horizontalAdvance, self._labels)), px(10 * SPACE))
        width = label + texts.horizontalAdvance(sureness(0.9999)) + px(8 * SPACE)
        return QSize(width, self._least_step() * min(len(self._labels), _LEAST_ROWS))

    def rows(self) -> tuple[int, ...]:
        """Return the classes that have rows, from the top; if not all have, the last row but the pinned is another."""
        count = len(self._labels)
        room = max(_LEAST_ROWS, self.height() // self._least_step())
        if count <= room:
            return tuple(range(count))
        free = count - self._pinned
        order = list(range(free))
        if self._values is not None:
            order.sort(key=self._values.__getitem__, reverse=True)
        shown = room - 1 - self._pinned
        first = min(self._first, free - shown)
        return (*order[first : first + shown], *range(free, count))

    def others(self) -> tuple[int, float]:
        """Return how many classes have no row of their own, and their probability in all."""
        shown = set(self.rows())
        missing = [index for index in range(len(self._labels)) if index not in shown]
        return len(missing), float(sum(self._values[index] for index in missing)) if self._values else 0.0

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
        entries = self._entries()
        most = round(self.width() * _MOST_NAME)
        left = min(max(metrics.horizontalAdvance(entry.label) for entry in entries), most) + px(1.5 * SPACE)
        width = self.width() - left - number_width - px(1.5 * SPACE)
        step = self.height() / len(entries)
        rows = [QRectF(0, place * step, self.width(), step) for place in range(len(entries))]
        bar = QRectF(left, (step - px(_BAR)) / 2, width, px(_BAR))
        self._paint_bars(painter, rows, bar, entries)
        plain, strong = self._theme.colour("muted"), self._theme.colour("text")
        for row, entry in zip(rows, entries, strict=True):
            painter.setPen(strong if entry.wins else plain)
            painter.setFont(strong_label if entry.wins else label)
            painter.drawText(row, _LEFT, metrics.elidedText(entry.label, Qt.TextElideMode.ElideRight, most))
            if entry.value is not None:
                painter.setFont(strong_number if entry.wins else number)
                painter.drawText(row, _RIGHT, sureness(entry.value))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll through the classes, if not all of them have rows."""
        if len(self.rows()) == len(self._labels):
            super().wheelEvent(event)
            return
        steps = -event.angleDelta().y() / _WHEEL_STEP
        self._first = max(0, min(len(self._labels), round(self._first + 3 * steps)))
        event.accept()
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say the name of the class under the pointer, which may be elided, in a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            entries = self._entries()
            place = int(event.pos().y() * len(entries) / max(1, self.height()))
            entry = entries[min(max(place, 0), len(entries) - 1)]
            value = "" if entry.value is None else f": {sureness(entry.value)}"
            QToolTip.showText(event.globalPos(), f"{tip_text(entry.label + value)}\n{tip_text(self._tip)}", self)
            return True
        return super().event(event)

    def _entries(self) -> list[BarEntry]:
        """Return what the rows show, from the top."""
        values, shown = self._values, self.rows()
        entries = [
            BarEntry(self._labels[index], values[index] if values else None, bool(values) and index == self._best)
            for index in shown
        ]
        count, probability = self.others()
        if count:
            words = self.tr("%n other(s)", "", count)
            entries.insert(len(entries) - self._pinned, BarEntry(words, probability if values else None, wins=False))
        return entries

    def _least_step(self) -> int:
        return self.fontMetrics().height() + 2

    def _show_labels(self, labels: Sequence[str]) -> None:
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self._first = 0
            # More rows need more room.
            self.updateGeometry()

    def _paint_bars(
        self, painter: QPainter, rows: Sequence[QRectF], first: QRectF, entries: Sequence[BarEntry]
    ) -> None:
        """Paint the bars; the first row's lies at `first`."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        for row in rows:
            painter.drawRoundedRect(first.translated(0, row.top()), first.height() / 2, first.height() / 2)
        for row, entry in zip(rows, entries, strict=True):
            if entry.value is None or entry.value < 0.001:
                continue
            bar = first.translated(0, row.top())
            painter.save()
            painter.setClipRect(QRectF(bar.left(), bar.top(), max(bar.width() * entry.value, px(_LEAST)), bar.height()))
            painter.setBrush(self._theme.colour("accent" if entry.wins else "bar"))
            bar.setWidth(max(bar.width() * entry.value, bar.height()))
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
            painter.restore()
