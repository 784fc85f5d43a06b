"""The slider over the steps of a run: the loss behind it, epochs, changes of settings and bookmarks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from digitpad.charts.step_axis import StepAxis
from digitpad.gui.replay.run_timeline import RunTimeline
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, text_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 12  # pixels at 100 % text size, left and right of the axis; the charts above have the same
_TOP, _CURVE, _TRACK, _FOOT = 16, 28, 8, 34  # heights from top to bottom, in pixels at 100 % text size
_HANDLE = 7  # pixels: its radius
_NEAR = 7  # pixels from a mark that still hit it
_PAGE = 10  # frames


class StepSlider(QAbstractSlider):
    """A slider whose value is a step. It only asks for moments, and its owner moves the handle.

    Signals
    -------
    wanted
        A place was chosen, as a step, not rounded: the nearest frame is meant.
    mark_chosen
        The step of a bookmark or a change that was clicked.
    frames_asked
        A number of frames to move by; negative for back.
    steps_asked
        A number of exact steps to move by, 1 or -1.
    ends_asked
        False for the first frame, True for the last position.
    play_asked
        Play or pause.
    """

    wanted = Signal(float)
    mark_chosen = Signal(int)
    frames_asked = Signal(int)
    steps_asked = Signal(int)
    ends_asked = Signal(bool)
    play_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._timeline = RunTimeline()
        self._axis = StepAxis()
        self._curve: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.empty(0), np.empty(0))
        self._shown: int | None = None
        self._layers: dict[str, QPixmap] = {}
        self.setObjectName("replaySlider")
        self.setAccessibleName(self.tr("Step of the run"))
        self.setToolTip(self.tr("Drag to any moment of the training"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._forget)

    def show_timeline(self, timeline: RunTimeline, axis: StepAxis) -> None:
        """Show the course of a run."""
        if timeline.losses is not self._timeline.losses:
            self._curve = timeline.curve()
        self._timeline, self._axis = timeline, axis
        self.setRange(0, timeline.last)
        self._forget()

    def show_step(self, step: int, *, is_shown: bool) -> None:
        """Move the handle; a hollow one says that another network is shown."""
        self.setValue(step)
        shown = step if is_shown else None
        if shown != self._shown:
            self._shown = shown
            self.update()

    def x_of(self, step: float) -> float:
        """Return the place of a step in the widget, in logical pixels."""
        margin = px(MARGIN)
        return margin + self._axis.share(step) * (self.width() - 2 * margin)

    def step_at(self, x: float) -> float:
        """Return the step at a place in the widget."""
        margin = px(MARGIN)
        return self._axis.step((x - margin) / max(1, self.width() - 2 * margin))

    def sizeHint(self) -> QSize:
        """Return room for the curve, the marks and the labels."""
        return QSize(px(320), px(_TOP + _CURVE + _TRACK + _FOOT))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(px(160), self.sizeHint().height())

    # Input

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the mark that is pressed, or the place."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        mark = self._mark_at(event.position())
        if mark is None:
            self.setSliderDown(True)
            self.wanted.emit(self.step_at(event.position().x()))
        else:
            self.mark_chosen.emit(mark[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self.wanted.emit(self.step_at(event.position().x()))
        else:
            over = self._mark_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End dragging."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move by frames, if the slider has the focus."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if self.hasFocus() and turn:
            self.frames_asked.emit(1 if turn < 0 else -1)
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by frames with the arrow keys, with Shift by exact steps; Space plays."""
        key, exact = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        keys = Qt.Key
        back, forward = {keys.Key_Left, keys.Key_Down}, {keys.Key_Right, keys.Key_Up}
        if key in back | forward:
            by = 1 if key in forward else -1
            (self.steps_asked if exact else self.frames_asked).emit(by)
        elif key in {keys.Key_PageUp, keys.Key_PageDown}:
            self.frames_asked.emit(-_PAGE if key == keys.Key_PageUp else _PAGE)
        elif key in {keys.Key_Home, keys.Key_End}:
            self.ends_asked.emit(key == keys.Key_End)
        elif key == keys.Key_Space:
            self.play_asked.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Show the text of a mark as its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            mark = self._mark_at(QPointF(event.pos()))
            if mark is not None:
                QToolTip.showText(event.globalPos(), tip_text(mark[1]), self)
                return True
        return super().event(event)

    def _mark_at(self, point: QPointF) -> tuple[int, str] | None:
        """Return step and text of a bookmark below the track, or of a change above the curve."""
        marks: list[tuple[int, str]] = []
        if point.y() > self._track + px(_TRACK):
            marks = [
                (one.step, one.note or self.tr("Bookmark at step {step:,}").format(step=one.step))
                for one in self._timeline.bookmarks
            ]
        elif point.y() < px(_TOP):
            marks = [(change.step, change.text) for change in self._timeline.changes]
        near = [mark for mark in marks if abs(self.x_of(mark[0]) - point.x()) <= px(_NEAR)]
        return min(near, key=lambda mark: abs(self.x_of(mark[0]) - point.x()), default=None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the curve again in another size."""
        super().resizeEvent(event)
        self._layers.clear()

    # Painting

    @Slot()
    def _forget(self) -> None:
        self._layers.clear()
        self.update()

    @property
    def _track(self) -> float:
        """The middle of the track."""
        return px(_TOP + _CURVE) + px(_TRACK) / 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the curve, the marks and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(self.font(), scale=0.85))
        handle = self.x_of(self.value())
        self._paint_epochs(painter)
        self._paint_curve(painter, handle)
        self._paint_track(painter, handle)
        self._paint_changes(painter)
        self._paint_bookmarks(painter)
        self._paint_handle(painter, handle)
        painter.end()

    def _paint_epochs(self, painter: QPainter) -> None:
        """Paint a dotted line at each epoch as long as they are apart, and the labels below."""
        theme, metrics = self._theme, QFontMetricsF(painter.font())
        base = self.height() - metrics.descent() - 1
        painter.setPen(theme.colour("muted"))
        painter.drawText(QPointF(self.x_of(0), base), "0")
        right = self.x_of(0) + metrics.horizontalAdvance("0")
        epochs = [(number, self.x_of(step)) for number, step in enumerate(self._timeline.epochs, 1)]
        last_line = -1e9
        for number, x in epochs:
            if x - last_line < px(6):
                continue
            last_line = x
            painter.setPen(QPen(theme.colour("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, px(_TOP) / 2), QPointF(x, px(_TOP + _CURVE)))
            text = self.tr("epoch {number}").format(number=number)
            width = metrics.horizontalAdvance(text)
            left = min(x - width / 2, self.width() - width)
            if left > right + px(8):
                painter.setPen(theme.colour("muted"))
                painter.drawText(QPointF(left, base), text)
                right = left + width
        end = f"{self._timeline.last:,}"
        left = self.width() - px(MARGIN) - metrics.horizontalAdvance(end)
        if left > right + px(8):
            painter.setPen(theme.colour("muted"))
            painter.drawText(QPointF(left, base), end)

    def _paint_curve(self, painter: QPainter, handle: float) -> None:
        """Paint the loss, filled up to the handle."""
        if len(self._curve[0]) < 2:
            return
        for left, right, colour, alpha in (
            (0.0, handle, "accent", 0.25),
            (handle, float(self.width()), "bar", 0.12),
        ):
            painter.save()
            painter.setClipRect(QRectF(left, 0, right - left, self.height()))
            painter.drawPixmap(0, 0, self._layer(colour, alpha))
            painter.restore()

    def _layer(self, colour: str, alpha: float) -> QPixmap:
        """Return the whole curve in one colour; painted once, because the handle moves with every moment."""
        layer = self._layers.get(colour)
        if layer is not None:
            return layer
        ratio = self.devicePixelRatioF()
        layer = self._layers[colour] = QPixmap(self.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        steps, losses = self._curve
        # The wild first steps of some runs would press everything else flat.
        top = max(float(np.quantile(losses, 0.98)), 1e-9)
        foot, height = px(_TOP + _CURVE), px(_CURVE - 2)
        ys = foot - np.clip(losses / top, 0, 1) * height
        points = [QPointF(self.x_of(step), y) for step, y in zip(steps.tolist(), ys.tolist(), strict=True)]
        area = QPolygonF([QPointF(points[0].x(), foot), *points, QPointF(points[-1].x(), foot)])
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(colour, alpha))
        painter.drawPolygon(area)
        painter.setPen(QPen(self._theme.colour(colour), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.end()
        return layer

    def _paint_track(self, painter: QPainter, handle: float) -> None:
        left, right = self.x_of(0), self.x_of(self._axis.last)
        thick = px(4)
        top = self._track - thick / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(QRectF(left, top, right - left, thick), thick / 2, thick / 2)
        painter.setBrush(self._theme.colour("accent"))
        painter.drawRoundedRect(QRectF(left, top, handle - left, thick), thick / 2, thick / 2)

    def _paint_changes(self, painter: QPainter) -> None:
        """Paint a diamond for each change of a setting, with its text where there is room."""
        size, middle = px(4), px(_TOP) / 2
        texts = [(change.step, change.text) for change in self._timeline.changes]
        for x, text in self._with_room(painter, texts):
            painter.setPen(QPen(self._theme.colour("text"), 1))
            painter.drawLine(QPointF(x, middle), QPointF(x, px(_TOP + _CURVE)))
            painter.setBrush(self._theme.colour("text"))
            painter.setPen(Qt.PenStyle.NoPen)
            corners = [(x, middle - size), (x + size, middle), (x, middle + size), (x - size, middle)]
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
            self._label(painter, x, middle, text)

    def _paint_bookmarks(self, painter: QPainter) -> None:
        """Paint a ribbon for each bookmark below the track, with its note where there is room."""
        top = self._track + px(_TRACK)
        high, half = px(9), px(3.5)
        texts = [(bookmark.step, bookmark.note) for bookmark in self._timeline.bookmarks]
        for x, text in self._with_room(painter, texts):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent"))
            corners = [(x - half, top), (x + half, top), (x + half, top + high), (x, top + high - half)]
            corners.append((x - half, top + high))
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
            self._label(painter, x, top + high / 2, text)

    def _with_room(self, painter: QPainter, marks: Sequence[tuple[int, str]]) -> list[tuple[float, str]]:
        """Return place and text of marks in order; the text is empty where the next mark leaves no room."""
        metrics = QFontMetricsF(painter.font())
        places = [self.x_of(step) for step, _ in marks]
        shown = []
        for place, (_, text) in enumerate(marks):
            x, following = places[place], [*places, float(self.width())][place + 1]
            room = following - x - px(14)
            shown.append((x, text if metrics.horizontalAdvance(text) <= room else ""))
        return shown

    def _label(self, painter: QPainter, x: float, middle: float, text: str) -> None:
        if text:
            metrics = QFontMetricsF(painter.font())
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QPointF(x + px(8), middle + (metrics.ascent() - metrics.descent()) / 2), text)

    def _paint_handle(self, painter: QPainter, x: float) -> None:
        if not self._timeline.frames:
            return
        accent = self._theme.colour("accent")
        painter.setPen(QPen(accent, 1.5))
        painter.drawLine(QPointF(x, 1), QPointF(x, self._track))
        painter.setBrush(self._theme.colour("surface") if self._shown is None else accent)
        edge = "text" if self.hasFocus() else "accent" if self._shown is None else "surface"
        painter.setPen(QPen(self._theme.colour(edge), 2))
        painter.drawEllipse(QPointF(x, self._track), px(_HANDLE), px(_HANDLE))
