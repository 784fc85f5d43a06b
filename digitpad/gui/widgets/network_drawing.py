"""A network as a drawing: boxes with their shapes, and lines between them; a box can be chosen and opened."""

from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from digitpad.explain.diagram import Box, Diagram
from digitpad.explain.graph import END, UNFIT, arrow_head, colour_of
from digitpad.gui.widgets.scaling import px, scale
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.lab.network_drawing import draw_plan
from digitpad.nn import Architecture

_DRAW = "draw"
_PADDING = 12.0  # inside a box, in the units of the diagram
_FONTS = (12, 11)  # of the names and of the lines below them, in the same units
_MARGIN = 2 * SPACE


class NetworkDrawing(QAbstractScrollArea):
    """Shows the layers of a network, and scrolls.

    The drawing is made in a thread, because the shapes of a large network take longer than a frame of the window.

    Parameters
    ----------
    theme
        The colours.
    name
        Its objectName.

    Signals
    -------
    chosen
        The full name of the layer whose box was clicked, or reached with the arrow keys.
    opened
        The same of a layer that was double-clicked, or chosen with Enter: it should be edited.
    drawn
        The drawing of the latest plan is shown.
    """

    chosen = Signal(str)
    opened = Signal(str)
    drawn = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._diagram: Diagram | None = None
        self._boxes: tuple[Box, ...] = ()  # those of layers
        self._current = -1  # among them
        self._wanted = ""  # the layer to be chosen once it is drawn
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._take)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Drawing of the network"))
        self.setToolTip(
            self.tr("Click a box or use the arrow keys to choose a layer; double-click or press Enter to edit it")
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes of the layers, in the order of the arrow keys."""
        return self._boxes

    @property
    def box(self) -> Box | None:
        """The box that is chosen."""
        return self._boxes[self._current] if 0 <= self._current < len(self._boxes) else None

    def show_plan(self, plan: Architecture) -> None:
        """Show another network; `drawn` follows."""
        self._worker.ask(_DRAW, partial(_drawn, plan))

    def choose(self, name: str) -> None:
        """Frame the box of a layer, or the first box in it, and scroll there; `chosen` is not emitted."""
        self._wanted = name
        box = self.box
        if box is None or box.full_name != name:
            whole = [place for place, box in enumerate(self._boxes) if box.full_name == name]
            parts = [place for place, box in enumerate(self._boxes) if box.full_name.startswith(f"{name}.")]
            self._current = next(iter((*whole, *parts)), -1)
        self._follow()

    def shut_down(self) -> None:
        """Stop the thread, and wait for its end."""
        self._worker.shut_down()

    def sizeHint(self) -> QSize:
        """Return room for a few boxes."""
        return QSize(px(40 * SPACE), px(40 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a box with its line below."""
        return QSize(px(30 * SPACE), px(14 * SPACE))

    def rect_of(self, box: Box) -> QRectF:
        """Return the rectangle of a box in the viewport."""
        corner, factor = self._corner(), scale()
        return QRectF(corner.x() + box.x * factor, corner.y() + box.y * factor, box.width * factor, box.height * factor)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Scroll as far as there is something to see."""
        self._set_ranges()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size, which the drawing is scaled with."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._set_ranges()
            self._follow()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the box under the pointer."""
        place = self._box_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._go(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the box under the pointer."""
        place = self._box_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.opened.emit(self._boxes[place].full_name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from box to box, or open one."""
        last = len(self._boxes) - 1
        box = self.box
        match Qt.Key(event.key()):
            case Qt.Key.Key_Down:
                self._go(min(self._current + 1, last))
            case Qt.Key.Key_Up:
                self._go(max(self._current - 1, 0))
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(last)
            case Qt.Key.Key_Left | Qt.Key.Key_Right if box is not None:
                self._go(self._beside(box, 1 if event.key() == Qt.Key.Key_Right else -1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if box is not None:
                self.opened.emit(box.full_name)
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is visible."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._diagram is not None:
            self._paint_lines(painter, self._diagram)
            for box in self._diagram.boxes:
                if self.rect_of(box).intersects(QRectF(event.rect())):
                    self._paint_box(painter, box)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    # Boxes

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        if not isinstance(outcome.result, Diagram):
            return
        self._diagram = outcome.result
        self._boxes = tuple(box for box in self._diagram.boxes if box.family != END)
        self._current = -1
        self._set_ranges()
        self.choose(self._wanted)
        self.drawn.emit()

    def _box_at(self, place: QPointF) -> int:
        return next((number for number, box in enumerate(self._boxes) if self.rect_of(box).contains(place)), -1)

    def _beside(self, box: Box, side: int) -> int:
        """Return the nearest box to the left (-1) or to the right (1); the box itself if there is none."""
        middle = box.y + box.height / 2
        others = [
            (abs(other.y + other.height / 2 - middle) + abs(other.x - box.x) / 4, number)
            for number, other in enumerate(self._boxes)
            if (other.x - box.x) * side > box.width / 2
        ]
        return min(others)[1] if others else self._current

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._boxes) or place == self._current:
            return
        self._current = place
        self._wanted = self._boxes[place].full_name
        self._follow()
        self.chosen.emit(self._wanted)

    def _follow(self) -> None:
        """Scroll to the chosen box, and describe it."""
        box = self.box
        if box is not None:
            seen, margin = self.rect_of(box), px(_MARGIN)
            for bar, low, high, room in (
                (self.horizontalScrollBar(), seen.left(), seen.right(), self.viewport().width()),
                (self.verticalScrollBar(), seen.top(), seen.bottom(), self.viewport().height()),
            ):
                if low < margin or high - low + 2 * margin > room:
                    bar.setValue(bar.value() + round(low - margin))
                elif high > room - margin:
                    bar.setValue(bar.value() + round(high - room + margin))
        self.setAccessibleDescription("" if box is None else self._words(box))
        self.viewport().update()

    def _words(self, box: Box) -> str:
        texts = [text for pair in box.lines for text in pair if text]
        if box.family == UNFIT:
            texts.append(self.tr("does not fit"))
        return ", ".join([box.full_name, box.kind, *texts])

    # Places

    def _set_ranges(self) -> None:
        diagram, room, factor = self._diagram, self.viewport().size(), scale()
        width, height = (0.0, 0.0) if diagram is None else (diagram.width, diagram.height)
        for bar, length, seen in (
            (self.horizontalScrollBar(), width, room.width()),
            (self.verticalScrollBar(), height, room.height()),
        ):
            bar.setRange(0, max(0, round(length * factor) + 2 * px(_MARGIN) - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(px(4 * SPACE))

    def _corner(self) -> QPointF:
        """Return where (0, 0) of the diagram is in the viewport; a narrow diagram is centred."""
        width = 0.0 if self._diagram is None else self._diagram.width * scale()
        free = max(0.0, (self.viewport().width() - width) / 2 - px(_MARGIN))
        left = px(_MARGIN) + free - self.horizontalScrollBar().value()
        return QPointF(left, px(_MARGIN) - self.verticalScrollBar().value())

    # Painting

    def _paint_lines(self, painter: QPainter, diagram: Diagram) -> None:
        corner, factor = self._corner(), scale()

        def placed(point: tuple[float, float]) -> QPointF:
            return corner + QPointF(*point) * factor

        muted = self._theme.colour("muted")
        for line in diagram.lines:
            painter.setPen(QPen(muted, 1.4 * factor))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([placed(point) for point in line.points]))
            if line.arrow:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(muted)
                painter.drawPolygon(QPolygonF([placed(point) for point in arrow_head(line)]))

    def _paint_box(self, painter: QPainter, box: Box) -> None:
        area, factor = self.rect_of(box), scale()
        is_end, unfit, current = box.family == END, box.family == UNFIT, box is self.box
        edge = "accent" if current else "error" if unfit else "line"
        painter.setPen(QPen(self._theme.colour(edge), px(2) if current else 1))
        painter.setBrush(self._theme.colour("accent", 0.12) if current else self._theme.colour("surface"))
        radius = area.height() / 2 if is_end else px(5)
        painter.drawRoundedRect(area, radius, radius)
        if not is_end and not unfit:
            stripe = QRectF(area.left(), area.top() + px(4), px(4), area.height() - px(8))
            painter.fillRect(stripe, QColor(colour_of(box.family)))
        bold, small = (self._font(size, bold=size == _FONTS[0]) for size in _FONTS)
        inside = area.adjusted(_PADDING * factor, 0, -_PADDING * factor, 0)
        head = QRectF(inside.left(), area.top() + px(6), inside.width(), px(18))
        self._paint_pair(painter, head, (box.name, box.kind), (bold, small), "error" if unfit else "text")
        for number, pair in enumerate(box.lines):
            row = head.translated(0, px(18 + 16 * number))
            self._paint_pair(painter, row, pair, (small, small), "text")

    def _paint_pair(
        self, painter: QPainter, area: QRectF, texts: tuple[str, str], fonts: tuple[QFont, QFont], colour: str
    ) -> None:
        """Paint a text on the left, elided where the one on the right leaves no room."""
        taken = QFontMetricsF(fonts[1]).horizontalAdvance(texts[1])
        room = area.width() - taken - px(SPACE // 2)
        left = QFontMetricsF(fonts[0]).elidedText(texts[0], Qt.TextElideMode.ElideRight, room)
        middle = Qt.AlignmentFlag.AlignVCenter
        for text, font, side, name in (
            (left, fonts[0], Qt.AlignmentFlag.AlignLeft, colour),
            (texts[1], fonts[1], Qt.AlignmentFlag.AlignRight, "muted"),
        ):
            painter.setFont(font)
            painter.setPen(self._theme.colour(name))
            painter.drawText(area, int(side | middle), text)

    def _font(self, size: int, *, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(px(size))
        font.setBold(bold)
        return font


def _drawn(plan: Architecture, _context: WorkContext) -> Diagram:
    return draw_plan(plan)
