"""The sheet one draws on: mouse, finger, pen and keyboard in, vector ink on the screen.

Every pointer ends in the same three moves - press, move, release - on the sketch. Points are kept exactly as the
events bring them; nothing is thinned, rounded or joined. Finished ink is kept as a pixmap, and a growing stroke
is painted over it only where it changed.
"""

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QEventPoint,
    QFocusEvent,
    QHideEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.ink_painter import bounds_of, paint_picture, paint_stroke
from digitpad.gui.keyboard_pen import KeyboardPen
from digitpad.gui.sketch import Page, Point, Sketch
from digitpad.gui.theme import Theme
from digitpad.gui.view import Box, View, fit

PEN_WIDTHS = (4, 40)  # the thinnest and the thickest line, in canvas units
DEFAULT_PEN_WIDTH = 14
_ERASER_RADIUS = 12.0
_TAIL = 6  # how many of its last points a smooth curve may still bend at
_HINT = "draw a digit with mouse, pen or finger, or with the arrow keys and Space"


class Tool(Enum):
    """What the pointer does to the sheet."""

    PEN = auto()
    ERASER = auto()


class _Pointer(Enum):
    """Whose press is under way; the others wait until it is lifted."""

    NONE = auto()
    MOUSE = auto()
    PEN = auto()
    FINGER = auto()
    KEYS = auto()


class Canvas(QWidget):
    """Shows and feeds a sketch.

    Signals
    -------
    changed
        Ink or picture are other than before, an unfinished stroke included.
    history_changed
        There is something else to undo or redo.
    picture_set_aside
        The pen was put down over an opened image.
    """

    changed = Signal()
    history_changed = Signal()
    picture_set_aside = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sketch = Sketch()
        self.pen_width = float(DEFAULT_PEN_WIDTH)
        self._theme = theme
        self._tool = Tool.PEN
        self._view = View()
        self._room = (1, 1)  # the largest the widget has been: ink may lie anywhere in it
        self._fitted_sheet: tuple[float, float] | None = None
        self._pointer = _Pointer.NONE
        self._erasing = False
        self._last: Point = (0.0, 0.0)
        self._finger = 0
        self._settled: QPixmap | None = None
        self.keyboard = KeyboardPen()
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setToolTip("Draw a digit here (F6 for the keyboard)")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        theme.changed.connect(self.refresh)
        self.use(Tool.PEN)
        self._describe()

    # What can be done to it

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tool

    @property
    def view(self) -> View:
        """How the sheet lies on the widget now."""
        return self._view

    def use(self, tool: Tool) -> None:
        """Take a tool in hand; a stroke under way is finished first."""
        self._finish()
        self._tool = tool
        self.setCursor(Qt.CursorShape.CrossCursor if tool is Tool.PEN else self._eraser_cursor())

    def put(self, name: str, page: Page) -> None:
        """Show another page, as one step that undo takes back."""
        self._finish()
        self.sketch.put(name, page)
        self._page_changed()

    def clear(self) -> None:
        """Empty the sheet."""
        self.put("clear", Page())

    def undo(self) -> None:
        """Take the last step back."""
        self._finish()
        if self.sketch.undo():
            self._page_changed()

    def redo(self) -> None:
        """Do again what undo took back."""
        self._finish()
        if self.sketch.redo():
            self._page_changed()

    def take_keyboard(self) -> None:
        """Take the keyboard's focus and show where its cursor is."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.keyboard.show(self.width(), self.height())
        self._describe()
        self.update()

    def sheet_size(self) -> tuple[float, float]:
        """Return the width and height that the page is kept with: those it came with, or the canvas's own."""
        return self.sketch.page.size or (float(self._room[0]), float(self._room[1]))

    def refresh(self) -> None:
        """Paint everything anew, after the view, the page or the colours changed."""
        self._settled = None
        self.update()

    # Pointers

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(_Pointer.MOUSE, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the pen that is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(_Pointer.MOUSE, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._release(_Pointer.MOUSE, event.position())

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen; its eraser end erases. What is left alone here, Qt offers again as mouse events."""
        pressure = None
        if event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure:
            pressure = event.pressure()
        kind = event.type()
        if kind == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            eraser_end = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._press(_Pointer.PEN, event.position(), pressure, eraser_end=eraser_end)
        elif kind == QEvent.Type.TabletMove and self._pointer is _Pointer.PEN:
            self._move(_Pointer.PEN, event.position(), pressure)
        elif kind == QEvent.Type.TabletRelease and self._pointer is _Pointer.PEN:
            self._release(_Pointer.PEN, event.position(), self._last[2] if len(self._last) > 2 else None)
        else:
            event.ignore()
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take touch events before Qt makes mouse events of them."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        """Draw with the first finger that came; a second one or the palm leaves no mark."""
        if event.type() == QEvent.Type.TouchCancel:
            if self._pointer is _Pointer.FINGER:
                self._pointer = _Pointer.NONE
                self.sketch.cancel()
                self._page_changed()
            return
        for point in event.points():
            state = point.state()
            if state == QEventPoint.State.Pressed and self._pointer is _Pointer.NONE:
                self._finger = point.id()
                self._press(_Pointer.FINGER, point.position())
            elif point.id() != self._finger:
                continue
            elif state == QEventPoint.State.Updated:
                self._move(_Pointer.FINGER, point.position())
            elif state == QEventPoint.State.Released:
                self._release(_Pointer.FINGER, point.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the keyboard's cursor, or put its pen down."""
        keys = self.keyboard
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._toggle_keyboard_pen()
        elif event.key() == Qt.Key.Key_Escape and keys.down:
            self._finish()
        else:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            position = keys.move(event.key(), self.width(), self.height(), fine=fine)
            if position is None:
                super().keyPressEvent(event)
                return
            self._move(_Pointer.KEYS, QPointF(*position))
        self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Lift the keyboard's pen and hide its cursor."""
        if self.keyboard.down:
            self._finish()
        self.keyboard.visible = False
        self.update()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keyboard's cursor to whoever came here by keyboard."""
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.keyboard.show(self.width(), self.height())
        self.update()
        super().focusInEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke under way: its release will go elsewhere."""
        self._finish()
        super().hideEvent(event)

    def _toggle_keyboard_pen(self) -> None:
        position = QPointF(*self.keyboard.show(self.width(), self.height()))
        if self.keyboard.down:
            self._release(_Pointer.KEYS, position)
        else:
            self._press(_Pointer.KEYS, position)
        self.keyboard.down = self._pointer is _Pointer.KEYS

    # The three moves

    def _press(
        self, pointer: _Pointer, position: QPointF, pressure: float | None = None, *, eraser_end: bool = False
    ) -> None:
        self._finish()
        self._pointer = pointer
        if pointer is not _Pointer.KEYS:
            self.keyboard.visible = False
        self._erasing = eraser_end or self._tool is Tool.ERASER
        point = self._point(position, pressure)
        self._last = point
        if self._erasing:
            self.sketch.begin_erasing()
            self._erase(point)
            return
        had_picture = self.sketch.page.picture is not None
        self.sketch.begin_stroke(point, self.pen_width / self._view.scale)
        if had_picture:
            self.picture_set_aside.emit()
            self.refresh()
        self._ink_grew()

    def _move(self, pointer: _Pointer, position: QPointF, pressure: float | None = None) -> None:
        if pointer is not self._pointer:
            return
        point = self._point(position, pressure)
        if self._erasing:
            self._erase(point)
        else:
            self.sketch.extend_stroke(point)
            self._ink_grew()
        self._last = point

    def _release(self, pointer: _Pointer, position: QPointF, pressure: float | None = None) -> None:
        if pointer is not self._pointer:
            return
        if self._point(position, pressure) != self._last:
            self._move(pointer, position, pressure)
        self._finish()

    def _finish(self) -> None:
        """End the gesture under way, keeping what it did."""
        if self._pointer is _Pointer.NONE:
            return
        self._pointer = _Pointer.NONE
        self.keyboard.down = False
        live = self.sketch.live_stroke
        if live is not None and self._settled is not None:
            painter = self._painter_on(self._settled)
            paint_stroke(painter, live, self._theme.colour("text"))
            painter.end()
        self.sketch.end_stroke()
        self.sketch.end_erasing()
        self._describe()
        self.update()
        self.history_changed.emit()

    def _point(self, position: QPointF, pressure: float | None) -> Point:
        x, y = self._view.to_canvas(position.x(), position.y())
        return (x, y) if pressure is None else (x, y, pressure)

    def _erase(self, point: Point) -> None:
        if self.sketch.erase(self._last, point, _ERASER_RADIUS / self._view.scale):
            self.refresh()
            self.changed.emit()

    def _ink_grew(self) -> None:
        live = self.sketch.live_stroke
        if live is None:
            return
        tail = live.points[-_TAIL:, :2]
        (left, top), (right, bottom) = tail.min(axis=0).tolist(), tail.max(axis=0).tolist()
        low, high = self._view.to_widget(left, top), self._view.to_widget(right, bottom)
        # A curve may leave the box of its points by a fraction of their distance.
        margin = live.width * self._view.scale / 2 + 4 + 0.25 * max(high[0] - low[0], high[1] - low[1])
        area = QRectF(QPointF(*low), QPointF(*high)).adjusted(-margin, -margin, margin, margin)
        blank_before = len(live.points) == 1 and self.sketch.settled.is_blank
        self.update(self.rect() if blank_before or self.keyboard.visible else area.toAlignedRect())
        self.changed.emit()

    def _page_changed(self) -> None:
        self._refit()
        self.refresh()
        self.history_changed.emit()
        self.changed.emit()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all ink in view."""
        self._refit(resized=True)
        self.refresh()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what changed: finished ink from its pixmap, the growing stroke over it."""
        settled = self._settled
        if settled is None or settled.devicePixelRatio() != self.devicePixelRatioF():
            settled = self._render_settled()
        painter = QPainter(self)
        area = event.rect()
        ratio = settled.devicePixelRatio()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        painter.drawPixmap(QRectF(area), settled, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        live = self.sketch.live_stroke
        if live is not None:
            painter.save()
            self._enter_view(painter)
            left, top = self._view.to_canvas(area.left(), area.top())
            right, bottom = self._view.to_canvas(area.right() + 1, area.bottom() + 1)
            paint_stroke(painter, live, self._theme.colour("text"), QRectF(left, top, right - left, bottom - top))
            painter.restore()
        elif self.sketch.page.is_blank:
            self._paint_hint(painter)
        if self.keyboard.visible and self.keyboard.position is not None:
            self._paint_cursor(painter, QPointF(*self.keyboard.position))
        if self.hasFocus() and self.keyboard.visible:
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _render_settled(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap((QSize(self.size()) * ratio).expandedTo(QSize(1, 1)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.colour("surface"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        page = self.sketch.settled
        if page.picture is not None:
            self._paint_picture(painter, page)
        painter.end()
        painter = self._painter_on(pixmap)
        for stroke in page.strokes:
            paint_stroke(painter, stroke, self._theme.colour("text"))
        painter.end()
        self._settled = pixmap
        return pixmap

    def _painter_on(self, pixmap: QPixmap) -> QPainter:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._enter_view(painter)
        return painter

    def _enter_view(self, painter: QPainter) -> None:
        painter.translate(self._view.dx, self._view.dy)
        painter.scale(self._view.scale, self._view.scale)

    def _paint_picture(self, painter: QPainter, page: Page) -> None:
        if page.picture is None:
            return
        room = self.rect().adjusted(24, 24, -24, -24)
        height, width = page.picture.ink.shape
        size = QSize(width, height).scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        target = QRect(room.topLeft(), size)
        target.moveCenter(room.center())
        image = paint_picture(page.picture.ink, size * self.devicePixelRatioF(), self._theme.colour("text"))
        painter.drawImage(target, image)

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(self._theme.colour("muted"))
        area = QRectF(self.rect()).adjusted(24, 16, -24, -16)
        flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        painter.drawText(area, int(flags), _HINT)

    def _paint_cursor(self, painter: QPainter, centre: QPointF) -> None:
        colour: QColor = self._theme.colour("accent")
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if self.keyboard.down else Qt.BrushStyle.NoBrush)
        radius = _ERASER_RADIUS if self._tool is Tool.ERASER else max(self.pen_width / 2, 4.0)
        painter.drawEllipse(centre, radius, radius)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            away = QPointF(dx, dy)
            painter.drawLine(centre + away * (radius + 3), centre + away * (radius + 9))

    def _eraser_cursor(self) -> QCursor:
        size = round(2 * _ERASER_RADIUS) + 4
        pixmap = QPixmap(QSize(size, size) * self.devicePixelRatioF())
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in (("white", 3.0), ("black", 1.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(QPointF(size / 2, size / 2), _ERASER_RADIUS, _ERASER_RADIUS)
        painter.end()
        return QCursor(pixmap, size // 2, size // 2)

    def _refit(self, *, resized: bool = False) -> None:
        """Choose the view anew where it must change; while all is to be seen, nothing moves under the hand."""
        page = self.sketch.page
        width, height = max(self.width(), 1), max(self.height(), 1)
        self._room = (max(self._room[0], width), max(self._room[1], height))
        bounds = bounds_of(page)
        if bounds is not None and page.size is None:
            # A pointer held down beyond the edge leaves points that were never to be seen.
            bounds = (bounds[0], bounds[1], min(bounds[2], self._room[0]), min(bounds[3], self._room[1]))
        if page.is_blank or resized or page.size != self._fitted_sheet or not self._shows(bounds):
            self._view = fit(width, height, bounds, page.size)
        self._fitted_sheet = page.size

    def _shows(self, bounds: Box | None) -> bool:
        if bounds is None:
            return True
        left, top = self._view.to_widget(bounds[0], bounds[1])
        right, bottom = self._view.to_widget(bounds[2], bounds[3])
        return left >= 0 and top >= 0 and right <= self.width() and bottom <= self.height()

    def _describe(self) -> None:
        """Say in words, to a screen reader, where the cursor is and what the keys do."""
        state = "The pen is down." if self.keyboard.down else "The pen is up."
        where = ""
        if self.keyboard.position is not None:
            where = f" The cursor is at {self.keyboard.position[0]:.0f}, {self.keyboard.position[1]:.0f}."
        self.setAccessibleDescription(
            f"Arrow keys move the cursor, Shift makes fine steps, Space puts the pen down and lifts it. {state}{where}"
        )
