"""The base of the charts above the slider: the same axis, the moment shown, and what the pointer hovers over."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.charts.step_axis import StepAxis
from digitpad.gui.replay.slider import MARGIN
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, text_font

_HEIGHT = 96  # pixels at 100 % text size
_EDGE = 2


class FilmChart(QWidget):
    """Shares by step, from 0 to 100 %. Subclasses paint them, and say what is at a place.

    Signals
    -------
    step_chosen
        The step that was clicked.
    hovered
        The step below the pointer; None if it has left.
    """

    step_chosen = Signal(float)
    hovered = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._axis = StepAxis()
        self._step = 0
        self._pointer: QPointF | None = None
        self._ground: QPixmap | None = None
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.forget)

    def show_axis(self, axis: StepAxis) -> None:
        """Use another axis."""
        if axis != self._axis:
            self._axis = axis
            self.forget()

    def show_step(self, step: int) -> None:
        """Mark the moment that is shown."""
        if step != self._step:
            self._step = step
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the areas to be told apart."""
        return QSize(px(320), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(px(160), px(_HEIGHT))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what is below the pointer."""
        self._pointer = event.position()
        self.hovered.emit(self._step_at(self._pointer.x()))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show the moment again."""
        super().leaveEvent(event)
        self._pointer = None
        self.hovered.emit(None)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step that is clicked."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.step_chosen.emit(self._chosen_step(event.position()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the shares, then the moment and the words at the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(self.font(), scale=0.85))
        if self._pointer is None:
            painter.drawPixmap(0, 0, self._ground_now(painter.font()))
        else:
            # What is painted may depend on the pointer.
            self.paint_shares(painter, self._plot)
        self._paint_line(painter, self._x_of(self._step), Qt.PenStyle.DotLine)
        if self._pointer is not None:
            step = self._chosen_step(self._pointer)
            self._paint_line(painter, self._x_of(step), Qt.PenStyle.SolidLine)
            self._paint_words(painter, self._x_of(step), self.words_at(self._pointer))
        painter.end()

    # For subclasses

    def paint_shares(self, painter: QPainter, plot: QRectF) -> None:
        """Paint the content."""
        raise NotImplementedError

    def words_at(self, point: QPointF) -> str:
        """Return what is at a place; may be empty."""
        raise NotImplementedError

    def event_near(self, point: QPointF) -> int | None:
        """Return the step of the event that a place is about, where a click goes; None for the step of the place."""
        raise NotImplementedError

    @property
    def _plot(self) -> QRectF:
        margin = px(MARGIN)
        return QRectF(margin, _EDGE, self.width() - 2 * margin, self.height() - 2 * _EDGE)

    def _x_of(self, step: float) -> float:
        plot = self._plot
        return plot.left() + self._axis.share(step) * plot.width()

    def _step_at(self, x: float) -> float:
        plot = self._plot
        return self._axis.step((x - plot.left()) / max(1.0, plot.width()))

    def _chosen_step(self, point: QPointF) -> float:
        event = self.event_near(point)
        return self._step_at(point.x()) if event is None else float(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint everything again in another size."""
        super().resizeEvent(event)
        self._ground = None

    @Slot()
    def forget(self) -> None:
        """Paint everything again, because colours, axis or data have changed."""
        self._ground = None
        self.update()

    def _ground_now(self, font: QFont) -> QPixmap:
        """Return the shares as a picture: only the line of the moment moves while the run is played."""
        if self._ground is None:
            ratio = self.devicePixelRatioF()
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            self.paint_shares(painter, self._plot)
            painter.end()
        return self._ground

    def _paint_line(self, painter: QPainter, x: float, style: Qt.PenStyle) -> None:
        painter.setPen(QPen(self._theme.colour("text"), 1.2, style))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_words(self, painter: QPainter, x: float, words: str) -> None:
        """Paint words on a label beside a line, on the side where there is more room."""
        if not words:
            return
        metrics = QFontMetricsF(painter.font())
        width, height = metrics.horizontalAdvance(words) + px(12), metrics.height() + px(6)
        left = x + px(6) if x < self.width() / 2 else x - px(6) - width
        box = QRectF(max(0.0, min(left, self.width() - width)), px(6), width, height)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("surface", 0.94))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)
