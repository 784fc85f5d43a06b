"""Bars with a mark on the last one, "none": at or above it, the answer is "not a digit".

Where a reading can be corrected, a click on the row of a class says that it is the right one.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.bars import BarEntry, ProbabilityBars
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, text_font

_OVER = 4.0  # pixels at 100 % text size that the mark stands out above and below its bar
_GRIP = 8.0  # pixels at 100 % text size beside the mark where it can be dragged
_RANGE = (0.01, 0.99)


class RefusalBars(ProbabilityBars):
    """Shows the probabilities of the classes and of "none", and the threshold of "not a digit".

    Signals
    -------
    threshold_moved
        The mark was dragged: the threshold, in [0.01, 0.99].
    class_chosen
        The row of a class was clicked, while `is_correctable`: the index of its label.
    """

    threshold_moved = Signal(float)
    class_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._threshold: float | None = None
        self._mark_bar = QRectF()
        self._dragging = False
        self._correctable = False
        self._hovered: int | None = None  # the index of a label
        super().__init__(theme, parent)
        self.setMouseTracking(True)

    @property
    def is_correctable(self) -> bool:
        """Whether a click on the row of a class chooses it."""
        return self._correctable

    @is_correctable.setter
    def is_correctable(self, correctable: bool) -> None:
        self._correctable = correctable
        if not correctable:
            self._hover(None)

    @property
    def threshold(self) -> float | None:
        """The threshold marked; None for a network that always answers with a digit."""
        return self._threshold

    def show_threshold(self, threshold: float | None) -> None:
        """Mark a threshold in [0, 1] on the last bar; None for no mark."""
        if threshold != self._threshold:
            self._threshold = threshold
            # The bar with the mark stays visible.
            self._pinned = 0 if threshold is None else 1
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the mark."""
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_mark(event.position()):
            self._dragging = True
        elif event.button() == Qt.MouseButton.LeftButton and (index := self._label_at(event.position())) is not None:
            self.class_chosen.emit(index)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the mark."""
        if self._dragging and self._mark_bar.width() > 0:
            share = (event.position().x() - self._mark_bar.left()) / self._mark_bar.width()
            self.threshold_moved.emit(round(min(max(share, _RANGE[0]), _RANGE[1]), 2))
            return
        over = self._is_on_mark(event.position())
        self._hover(None if over else self._label_at(event.position()))
        shape = Qt.CursorShape.ArrowCursor if self._hovered is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(Qt.CursorShape.SplitHCursor if over else shape)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Mark no row."""
        self._hover(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        self._dragging = False
        super().mouseReleaseEvent(event)

    def mark_position(self) -> QPointF | None:
        """Return where the mark is, as it was painted last; None without one."""
        if self._threshold is None or self._mark_bar.isEmpty():
            return None
        bar = self._mark_bar
        return QPointF(bar.left() + self._threshold * bar.width(), bar.center().y())

    def row_of(self, index: int) -> QRectF | None:
        """Return where the row of a label is; None if it has none."""
        entries = self._entries()
        places = self._places()
        if index not in places:
            return None
        step = self.height() / len(entries)
        return QRectF(0, places.index(index) * step, self.width(), step)

    def _places(self) -> list[int | None]:
        """Return the index of the label of each row, from the top; None for the row of all others."""
        shown: list[int | None] = list(self.rows())
        if self.others()[0]:
            shown.insert(len(shown) - self._pinned, None)
        return shown

    def _label_at(self, point: QPointF) -> int | None:
        """Return the index of the label whose row is at a point, if it can be chosen."""
        if not self._correctable or self._values is None or not self.rect().contains(point.toPoint()):
            return None
        places = self._places()
        return places[min(int(point.y() * len(places) / max(1, self.height())), len(places) - 1)]

    def _hover(self, index: int | None) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _is_on_mark(self, point: QPointF) -> bool:
        mark = self.mark_position()
        return (
            mark is not None
            and abs(point.x() - mark.x()) <= px(_GRIP)
            and abs(point.y() - mark.y()) <= px(_GRIP + _OVER)
        )

    def _paint_bars(
        self, painter: QPainter, rows: Sequence[QRectF], first: QRectF, entries: Sequence[BarEntry]
    ) -> None:
        super()._paint_bars(painter, rows, first, entries)
        self._paint_hovered(painter, first)
        self._mark_bar = first.translated(0, rows[-1].top())
        mark = self.mark_position()
        if mark is not None:
            painter.setPen(QPen(self._theme.colour("warm"), px(2)))
            half = self._mark_bar.height() / 2 + px(_OVER)
            painter.drawLine(QPointF(mark.x(), mark.y() - half), QPointF(mark.x(), mark.y() + half))

    def _paint_hovered(self, painter: QPainter, first: QRectF) -> None:
        """Say in the row under the pointer what a click on it means."""
        row = None if self._hovered is None else self.row_of(self._hovered)
        if row is None or self._hovered is None:
            return
        painter.setPen(QPen(self._theme.colour("accent"), px(1)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
        name = self._labels[self._hovered]
        words = self.tr("It is a {name}").format(name=name)
        if self._pinned and self._hovered == len(self._labels) - 1:
            words = self.tr("It is not a digit")
        font = text_font(self.font(), bold=True)
        metrics = QFontMetrics(font)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(first.width()))
        ground = QRectF(first.left() + first.width() / 2, row.top() + 1, 0, row.height() - 2)
        half = metrics.horizontalAdvance(words) / 2 + px(6)
        ground.adjust(-half, 0, half, 0)
        painter.fillRect(ground, self._theme.colour("surface"))
        painter.setFont(font)
        painter.drawText(ground, int(Qt.AlignmentFlag.AlignCenter), words)
