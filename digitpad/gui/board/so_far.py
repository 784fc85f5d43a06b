"""The confusion matrix of a class as it grows: a bar for each class that was asked."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.gui.board.painting import LEFT, RIGHT, filling, paint_row, segments_of
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.plain_text import one_line, tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.serving.board import Tally
from digitpad.serving.participants import OTHER

_ROW = 3.5 * SPACE
_MOST_NAME = 8 * SPACE


class SoFar(QWidget):
    """Shows for each class asked how it was read, how often it was right, and the accuracy over all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tally: Tally = {}
        self.setObjectName("boardTally")
        self.setAccessibleName(self.tr("Read as, by class asked"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._resize)
        self.show_tally({})

    @property
    def tally(self) -> Tally:
        """What is shown: how often each class asked was read as what."""
        return self._tally

    def show_tally(self, tally: Tally) -> None:
        """Show how the classes asked so far were read."""
        grows = len(tally) != len(self._tally)
        self._tally = tally
        self.setToolTip(tip_text(self.tr("For each class asked: what the drawings were read as")))
        self.setAccessibleDescription(" ".join(self.words_of(label) for label in tally) or self.tr("Nothing asked yet"))
        if grows:
            self.updateGeometry()
        self.update()

    def words_of(self, label: str) -> str:
        """Return how a class was read, as a sentence."""
        row = self._tally[label]
        parts = [
            f"{self.tr('other') if part.label == OTHER else one_line(part.label)} × {part.count}"
            for part in segments_of(label, row)
        ]
        if not parts:
            return self.tr("{label}: no answers yet.").format(label=one_line(label))
        return self.tr("{label} was read as {parts}.").format(label=one_line(label), parts=", ".join(parts))

    def sizeHint(self) -> QSize:
        """Return a row for each class, and one for all."""
        return QSize(px(24 * SPACE), px(_ROW) * (max(1, len(self._tally)) + 1) + px(SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(px(18 * SPACE), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Show the counts of the row under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            label = self.label_at(event.pos())
            if label is not None:
                QToolTip.showText(event.globalPos(), tip_text(self.words_of(label)), self)
                return True
        return super().event(event)

    def label_at(self, point: QPoint) -> str | None:
        """Return the class whose row is at a point; None elsewhere."""
        place = point.y() // px(_ROW)
        return list(self._tally)[place] if 0 <= place < len(self._tally) else None

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the rows, and the accuracy below them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names, counts = text_font(self.font(), scale=1.15, bold=True), fixed_font(self.font())
        width = QFontMetricsF(names).horizontalAdvance
        name_room = min(max((width(one_line(label)) for label in self._tally), default=0.0), px(_MOST_NAME))
        texts = {label: _right_of_all(label, row) for label, row in self._tally.items()}
        count_room = max((QFontMetricsF(counts).horizontalAdvance(text) for text in texts.values()), default=0.0)
        for place, (label, row) in enumerate(self._tally.items()):
            area = QRectF(0, place * px(_ROW), self.width(), px(_ROW)).adjusted(0, px(3), 0, -px(3))
            painter.setPen(self._theme.colour("text"))
            shown = one_line(label)
            painter.setFont(names if width(shown) <= name_room else filling(names, shown, name_room, area.height()))
            painter.drawText(QRectF(0, area.top(), name_room, area.height()), LEFT, shown)
            left = name_room + px(SPACE)
            bar = QRectF(left, area.top(), self.width() - left - count_room - px(SPACE), area.height())
            labels = filling(self.font(), "8", bar.width(), 0.8 * bar.height())
            paint_row(painter, bar, label, row, self._theme, labels, self.tr("other"))
            painter.setFont(counts)
            painter.setPen(self._theme.colour("text"))
            painter.drawText(area, RIGHT, texts[label])
        self._paint_all(painter)
        painter.end()

    def _paint_all(self, painter: QPainter) -> None:
        right, total = accuracy_of(self._tally)
        top = max(1, len(self._tally)) * px(_ROW)
        area = QRectF(0, top, self.width(), px(_ROW) + px(SPACE))
        if not self._tally:
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QRectF(0, 0, self.width(), px(_ROW)), LEFT, self.tr("Nothing asked yet"))
            return
        painter.fillRect(QRectF(0, top + px(3), self.width(), 1), self._theme.colour("line"))
        painter.setPen(self._theme.colour("text"))
        painter.setFont(self.font())
        painter.drawText(area, LEFT, self.tr("{right} of {total}").format(right=right, total=total))
        if total:
            painter.setFont(text_font(self.font(), scale=1.6, bold=True))
            painter.setPen(self._theme.colour("accent"))
            painter.drawText(area, RIGHT, percent(right / total))

    def _resize(self) -> None:
        self.updateGeometry()
        self.update()


def accuracy_of(tally: Tally) -> tuple[int, int]:
    """Return how many answers were right, and how many there were."""
    right = sum(row.get(label, 0) for label, row in tally.items())
    return right, sum(sum(row.values()) for row in tally.values())


def _right_of_all(label: str, row: Mapping[str, int]) -> str:
    return f"{row.get(label, 0)}/{sum(row.values())}"
