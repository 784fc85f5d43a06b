"""The canvas to draw on: mouse, finger, pen and keyboard input becomes vector ink.

Every pointer ends up in the same three actions on the sketch: press, move and release. Points are stored exactly as the
events report them; nothing is thinned, rounded or joined.
"""

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, SignalInstance, Slot
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
    QPen,
    QPixmap,
    QPointingDevice,
    QShowEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from digitpad.data.rasterize import PEN_RADIUS
from digitpad.gui.canvas.drawing import DEFAULT_PEN_WIDTH, Drawing
from digitpad.gui.canvas.keyboard_pen import KeyboardPen
from digitpad.gui.canvas.number_boxes import NumberBox, paint_boxes
from digitpad.gui.canvas.sheet import Sheet
from digitpad.gui.canvas.sketch import Page, Point
from digitpad.gui.widgets.theme import Theme

PEN_WIDTHS = (4, 40)  # the thinnest and the thickest line, in canvas units
_ERASER_RADIUS = 12.0


class Tool(Enum):
    """What the pointer does."""

    PEN = auto()
    ERASER = auto()


class _Pointer(Enum):
    """The pointer that is pressed; the others wait until it is lifted."""

    NONE = auto()
    MOUSE = auto()
    PEN = auto()
    FINGER = auto()
    KEYS = auto()


class Canvas(Sheet):
    """Shows and edits a drawing, and follows the changes that other views make to it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, drawing: Drawing | None = None) -> None:
        super().__init__(theme, parent, drawing)
        self._pen_width = float(DEFAULT_PEN_WIDTH)
        self._tool = Tool.PEN
        self._pointer = _Pointer.NONE
        self._erasing = False
        self._last: Point = (0.0, 0.0)
        self._finger = 0
        self._boxes: tuple[NumberBox, ...] = ()
        self._telling = False  # whether this canvas is reporting its own change
        self.keyboard = KeyboardPen()
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Canvas"))
        self.setToolTip(self.tr("Draw here (F6 to draw with the keyboard)"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.use(Tool.PEN)
        self._describe()
        self.drawing.changed.connect(self._follow)
        self.drawing.history_changed.connect(self._follow)

    @property
    def changed(self) -> SignalInstance:
        """Signal of the drawing: ink or picture changed, including an unfinished stroke."""
        return self.drawing.changed

    @property
    def history_changed(self) -> SignalInstance:
        """Signal of the drawing: undo or redo changed."""
        return self.drawing.history_changed

    @property
    def pen_width(self) -> float:
        """Width of the pen in widget pixels."""
        return self._pen_width

    @pen_width.setter
    def pen_width(self, width: float) -> None:
        self._pen_width = width
        self.drawing.pen_width = self.line_width

    @property
    def line_width(self) -> float:
        """Width of the pen in canvas units; over an image of a dataset, the width of its lines."""
        picture = self.sketch.page.picture
        if picture is not None and picture.prepared:
            return 2 * PEN_RADIUS
        return self._pen_width / self._view.scale

    # Operations

    @property
    def tool(self) -> Tool:
        """The current tool."""
        return self._tool

    def use(self, tool: Tool) -> None:
        """Select a tool; a stroke in progress is finished first."""
        self.finish()
        self._tool = tool
        self.setCursor(Qt.CursorShape.CrossCursor if tool is Tool.PEN else self._eraser_cursor())

    def put(self, name: str, page: Page) -> None:
        """Show another page, as one step that can be undone."""
        self.finish()
        self.sketch.put(name, page)
        self._page_changed()

    def clear(self) -> None:
        """Clear the page."""
        self.put(self.tr("clear"), Page())

    def undo(self) -> None:
        """Undo the last step."""
        self.finish()
        if self.sketch.undo():
            self._page_changed()

    def redo(self) -> None:
        """Redo the last undone step."""
        self.finish()
        if self.sketch.redo():
            self._page_changed()

    def take_keyboard(self) -> None:
        """Take the keyboard focus and show the cursor."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.keyboard.show(self.width(), self.height())
        self._describe()
        self.update()

    @property
    def boxes(self) -> tuple[NumberBox, ...]:
        """The boxes shown, from left to right."""
        return self._boxes

    def show_boxes(self, boxes: Sequence[NumberBox]) -> None:
        """Show boxes around the characters of a number; none for one digit or nothing."""
        if tuple(boxes) != self._boxes:
            self._boxes = tuple(boxes)
            self.update()

    # Pointers

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(_Pointer.MOUSE, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the pen."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(_Pointer.MOUSE, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._release(_Pointer.MOUSE, event.position())

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen; its eraser end erases. Events that are ignored here arrive again as mouse events."""
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
        """Handle touch events before Qt turns them into mouse events."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        """Draw with the first finger; a second one or the palm is ignored."""
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
        """Move the keyboard cursor, or put its pen down."""
        keys = self.keyboard
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._toggle_keyboard_pen()
        elif event.key() == Qt.Key.Key_Escape and keys.down:
            self.finish()
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
        """Lift the keyboard pen and hide its cursor."""
        if self.keyboard.down:
            self.finish()
        self.keyboard.visible = False
        self.update()
        super().focusOutEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keyboard cursor if the focus was reached by keyboard."""
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.keyboard.show(self.width(), self.height())
        self.update()
        super().focusInEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """End the stroke in progress, because its release will not arrive here."""
        self.finish()
        super().hideEvent(event)

    def _toggle_keyboard_pen(self) -> None:
        position = QPointF(*self.keyboard.show(self.width(), self.height()))
        if self.keyboard.down:
            self._release(_Pointer.KEYS, position)
        else:
            self._press(_Pointer.KEYS, position)
        self.keyboard.down = self._pointer is _Pointer.KEYS

    # The three actions

    def _press(
        self, pointer: _Pointer, position: QPointF, pressure: float | None = None, *, eraser_end: bool = False
    ) -> None:
        self.finish()
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
        self.sketch.begin_stroke(point, self.line_width)
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
        self.finish()

    def finish(self) -> None:
        """End the gesture in progress and keep its result."""
        if self._pointer is _Pointer.NONE:
            return
        self._pointer = _Pointer.NONE
        self.keyboard.down = False
        self.settle()
        self.sketch.end_stroke()
        self.sketch.end_erasing()
        self._describe()
        self._tell(self.history_changed)

    def _point(self, position: QPointF, pressure: float | None) -> Point:
        x, y = self._view.to_canvas(position.x(), position.y())
        return (x, y) if pressure is None else (x, y, pressure)

    def _erase(self, point: Point) -> None:
        if self.sketch.erase(self._last, point, _ERASER_RADIUS / self._view.scale):
            self.refresh()
            self._tell(self.changed)

    def _ink_grew(self) -> None:
        self.show_growth()
        if self.keyboard.visible:
            self.update()
        self._tell(self.changed)

    def _page_changed(self) -> None:
        self.show_page()
        self._tell(self.history_changed)
        self._tell(self.changed)

    def _tell(self, change: SignalInstance) -> None:
        """Signal a change that this canvas already shows."""
        self._telling = True
        change.emit()
        self._telling = False

    @Slot()
    def _follow(self) -> None:
        """Show a change made in another view; a hidden canvas is updated when it is shown."""
        if self._telling:
            return
        if self.isVisible():
            self.show_page()
        elif self.drawing.sheet != self._fitted_sheet:
            # Smaller canvases draw with the pen width of this one.
            self._refit()

    def _refit(self, *, resized: bool = False) -> None:
        """Choose the view, and publish the pen width in canvas units."""
        super()._refit(resized=resized)
        self.drawing.pen_width = self.line_width

    def showEvent(self, event: QShowEvent) -> None:
        """Show a stroke drawn in another view."""
        self.show_page()
        super().showEvent(event)

    # Cursors

    def paint_over(self, painter: QPainter) -> None:
        """Paint the boxes of a number, the keyboard cursor and a focus frame."""
        if self._boxes:
            paint_boxes(painter, self._theme, [(one, self.area_of(one.box)) for one in self._boxes], self.font())
        if not self.keyboard.visible or self.keyboard.position is None:
            return
        self._paint_cursor(painter, QPointF(*self.keyboard.position))
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_cursor(self, painter: QPainter, centre: QPointF) -> None:
        colour: QColor = self._theme.colour("accent")
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if self.keyboard.down else Qt.BrushStyle.NoBrush)
        radius = _ERASER_RADIUS if self._tool is Tool.ERASER else max(self.line_width * self._view.scale / 2, 4.0)
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

    def _describe(self) -> None:
        """Describe the position of the cursor and the keys, for screen readers."""
        state = self.tr("The pen is down.") if self.keyboard.down else self.tr("The pen is up.")
        where = ""
        if self.keyboard.position is not None:
            x, y = self.keyboard.position
            where = " " + self.tr("The cursor is at {x}, {y}.").format(x=f"{x:.0f}", y=f"{y:.0f}")
        keys = self.tr("Arrow keys move the cursor, Shift makes fine steps, Space puts the pen down and lifts it.")
        self.setAccessibleDescription(f"{keys} {state}{where}")
