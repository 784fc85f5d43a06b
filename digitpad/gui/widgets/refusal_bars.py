"""Bars with a mark on the last one, "none": at or above it, the answer is "not a digit"."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.bars import BarEntry, ProbabilityBars
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme

_OVER = 4.0  # pixels at 100 % text size that the mark stands out above and below its bar
_GRIP = 8.0  # pixels at 100 % text size beside the mark where it can be dragged
_RANGE = (0.01, 0.99)


class RefusalBars(ProbabilityBars):
    """Shows the probabilities of the classes and of "none", and the threshold of "not a digit".

    Signals
    -------
    threshold_moved
        The mark was dragged: the threshold, in [0.01, 0.99].
    """

    threshold_moved = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._threshold: float | None = None
        self._mark_bar = QRectF()
        self._dragging = False
        super().__init__(theme, parent)
        self.setMouseTracking(True)

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
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the mark."""
        if self._dragging and self._mark_bar.width() > 0:
            share = (event.position().x() - self._mark_bar.left()) / self._mark_bar.width()
            self.threshold_moved.emit(round(min(max(share, _RANGE[0]), _RANGE[1]), 2))
            return
        over = self._is_on_mark(event.position())
        self.setCursor(Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

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
        self._mark_bar = first.translated(0, rows[-1].top())
        mark = self.mark_position()
        if mark is not None:
            painter.setPen(QPen(self._theme.colour("warm"), px(2)))
            half = self._mark_bar.height() / 2 + px(_OVER)
            painter.drawLine(QPointF(mark.x(), mark.y() - half), QPointF(mark.x(), mark.y() + half))
