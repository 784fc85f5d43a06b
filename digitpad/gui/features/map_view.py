"""All maps of a network, live: one picture a layer, with names above, scrolled and zoomed as a whole.

Only what is to be seen is painted, and only then coloured: a frame that nobody looks at costs nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from digitpad.explain.reach import Cell
from digitpad.explain.structure import INPUT
from digitpad.gui.features.cell_numbers import LEAST_CELL, paint_numbers, short
from digitpad.gui.features.colours import palettes
from digitpad.gui.features.marks import Patch, map_area, paint_frame, paint_sources
from digitpad.gui.features.mosaic import LayerImage, Scale
from digitpad.gui.features.picture import Overlay, overlay_image
from digitpad.gui.features.placement import ZOOMS, Block, Placement, lay_out
from digitpad.gui.features.shown import ShownLayer
from digitpad.gui.features.steps import step
from digitpad.gui.theme import SPACE, Theme, fixed_font, text_font

Frame = Mapping[str, NDArray[np.float32]]

_DRAG = 4  # logical pixels that a press may move and still be a click


class MapView(QAbstractScrollArea):
    """Shows a frame, and says what the pointer or the keyboard is at.

    Signals
    -------
    pointed
        The `Cell` under the pointer or the keyboard's cursor; None when there is none.
    pinned
        The `Cell` that Enter or a double click holds on to; None when it lets go.
    map_chosen
        The `Cell` of a click: its map is to be enlarged.
    """

    pointed = Signal(object)
    pinned = Signal(object)
    map_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palettes = palettes(theme.colours)
        self._layers: tuple[ShownLayer, ...] = ()
        self._frame: Frame = {}
        self._labels: tuple[str, ...] = ()
        self._scale = Scale.LAYER
        self._zoom = 0
        self._placement = Placement((), 0, 0)
        self._mosaics: dict[str, LayerImage] = {}
        self._shown: dict[str, NDArray[np.float32]] = {}  # what each mosaic holds now
        self._signed = False
        self._network_limit: float | None = None
        self._cursor: Cell | None = None
        self._pin: Cell | None = None
        self._chosen: tuple[Cell, ...] = ()
        self._muted: frozenset[tuple[str, int]] = frozenset()
        self._patches: Sequence[Patch] = ()
        self._overlay: QImage | None = None
        self._press: QPointF | None = None
        self._dragging = False
        self.setObjectName("mapView")
        self.setAccessibleName("Feature maps")
        self.setToolTip("")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 120)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self._dress)
        self._describe()

    # What is shown

    @property
    def layers(self) -> tuple[ShownLayer, ...]:
        """The layers shown."""
        return self._layers

    @property
    def frame_shown(self) -> Frame:
        """The activations shown, by layer name."""
        return self._frame

    @property
    def placement(self) -> Placement:
        """Where everything lies, in device pixels."""
        return self._placement

    @property
    def cell(self) -> Cell | None:
        """The cell that is looked at: the pinned one, or the one under the pointer."""
        return self._pin or self._cursor

    @property
    def zoom(self) -> int:
        """The zoom, an index into `ZOOMS`."""
        return self._zoom

    def show_network(self, layers: Sequence[ShownLayer], labels: Sequence[str] = ()) -> None:
        """Show another network; what was pinned or chosen is let go where it has no such layer."""
        if (tuple(layers), tuple(labels)) == (self._layers, self._labels):
            # The same network with other weights: everything stays where it is.
            return
        self._layers = tuple(layers)
        self._labels = tuple(labels)
        self._frame = {}
        self._pin = self._kept(self._pin)
        self._cursor = self._kept(self._cursor)
        self._chosen = tuple(place for place in self._chosen if self._kept(place) is not None)
        self._patches = ()
        self._lay_out()

    def show_frame(self, frame: Frame, *, signed: bool = False) -> None:
        """Show numbers of all layers.

        Parameters
        ----------
        frame
            By name, (C, H, W) or (units,); an empty mapping empties the maps.
        signed
            Whether any of them may be negative, as gradients are, whatever the layer.
        """
        self._frame = frame
        self._signed = signed
        self._network_limit = None
        self.viewport().update()

    def use_scale(self, scale: Scale) -> None:
        """Choose what the last colour stands for."""
        self._scale = scale
        self._repaint()

    def show_patches(self, patches: Sequence[Patch]) -> None:
        """Frame where the cell that is looked at comes from."""
        self._patches = tuple(patches)
        self.viewport().update()

    @Slot(object)
    def show_overlay(self, overlay: Overlay | None) -> None:
        """Lay numbers over the picture, which is the first layer; None takes them away."""
        if overlay is not None or self._overlay is not None:
            self._overlay = None if overlay is None else overlay_image(overlay)
            self.viewport().update()

    def forget_colours(self) -> None:
        """Colour everything anew when it is next painted."""
        self._repaint()

    def show_chosen(self, places: Sequence[Cell]) -> None:
        """Frame the maps that are enlarged."""
        self._chosen = tuple(places)
        self.viewport().update()

    def show_muted(self, maps: frozenset[tuple[str, int]]) -> None:
        """Cross out maps, as (layer, map), that were silenced."""
        self._muted = maps
        self.viewport().update()

    @property
    def chosen(self) -> tuple[Cell, ...]:
        """A cell of each map that is enlarged."""
        return self._chosen

    def shape_of(self, name: str) -> tuple[int, int, int] | None:
        """Return (maps, height, width) of a layer that is shown."""
        return next((layer.shape for layer in self._layers if layer.name == name), None)

    def map_shown(self, name: str, channel: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]] | None:
        """Return the numbers of a map and the colours they are shown in, both (H, W)."""
        block, values = self._placement.block(name), self._frame.get(name)
        if block is None or values is None or channel >= block.layer.maps:
            return None
        return values.reshape(block.layer.shape)[channel], self._mosaic(block, values).colours_of(channel)

    def go_to(self, place: Cell, *, pin: bool = False) -> None:
        """Look at a cell, and bring it into view."""
        if self._kept(place) is None:
            return
        self._cursor = place
        if pin or self._pin is not None:
            self._pin = place
            self.pinned.emit(place)
        self._bring_into_view(place)
        self._announce()

    @Slot(object)
    def look_at(self, cell: Cell) -> None:
        """Look at a cell that the pointer is at elsewhere; a pinned one stays."""
        self._look_at(self._kept(cell))

    @Slot(object)
    def pin(self, cell: Cell) -> None:
        """Hold on to a cell."""
        self.go_to(cell, pin=True)

    def unpin(self) -> None:
        """Let go of the pinned cell."""
        if self._pin is not None:
            self._cursor, self._pin = self._pin, None
            self.pinned.emit(None)
            self._announce()

    # Zoom

    def zoom_by(self, steps: int, at: QPointF | None = None) -> None:
        """Zoom in (above 0) or out around a point of the view; around the cursor or the middle without one."""
        new = min(max(self._zoom + steps, 0), len(ZOOMS) - 1)
        if new == self._zoom:
            return
        ratio = self.devicePixelRatioF()
        if at is None:
            at = self._cursor_point() or QPointF(self.viewport().rect().center())
        x, y = (at.x() + self._scrolled().x()) * ratio, (at.y() + self._scrolled().y()) * ratio
        block = self._nearest(x)
        if block is None:
            return
        share = ((x - block.left) / block.size[0], (y - block.top) / block.size[1])
        self._zoom = new
        self._lay_out()
        after = self._placement.block(block.layer.name)
        if after is not None:
            wanted_x = (after.left + share[0] * after.size[0]) / ratio - at.x()
            wanted_y = (after.top + share[1] * after.size[1]) / ratio - at.y()
            self.horizontalScrollBar().setValue(round(wanted_x))
            self.verticalScrollBar().setValue(round(wanted_y))

    @Slot()
    def zoom_in(self) -> None:
        """Make the cells larger."""
        self.zoom_by(1)

    @Slot()
    def zoom_out(self) -> None:
        """Make the cells smaller."""
        self.zoom_by(-1)

    @Slot()
    def zoom_to_fit(self) -> None:
        """Show as much as there is room for."""
        self.zoom_by(-len(ZOOMS))

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for the new height."""
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        """Zoom with two fingers on a touchpad; lay out anew on another screen or in another font."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            if abs(event.value()) > 0.1:
                self.zoom_by(1 if event.value() > 0 else -1, event.position())
            return True
        if event.type() in {QEvent.Type.DevicePixelRatioChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._lay_out()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, zoom around the pointer. A wheel that only turns up and down moves along the layers."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if delta.y():
                self.zoom_by(1 if delta.y() > 0 else -1, event.position())
        else:
            # Where all rows are in view already, the wheel goes along the network.
            sideways = self.verticalScrollBar().maximum() == 0 and not delta.x()
            along = delta.y() if sideways else delta.x()
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - along)
            if not sideways:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() - delta.y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, or to push the view."""
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._press, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Push the view, or look at what is under the pointer."""
        if self._press is not None:
            moved = event.position() - self._press
            if self._dragging or moved.manhattanLength() > _DRAG:
                self._dragging = True
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
                self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - round(moved.x()))
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() - round(moved.y()))
                self._press = event.position()
            return
        self._look_at(self.place_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the push, or take the click."""
        if self._press is None:
            return
        clicked, self._press = not self._dragging, None
        self._dragging = False
        self.viewport().unsetCursor()
        place = self.place_at(event.position())
        if clicked and event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._look_at(place)
            self.map_chosen.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Pin the cell."""
        place = self.place_at(event.position())
        if place is not None:
            self.go_to(place, pin=True)

    def leaveEvent(self, event: QEvent) -> None:
        """Keep the last cell in the panel: the pointer leaves to read what is there."""
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, pin, enlarge or zoom."""
        key, place = event.key(), self.cell
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self._pin is not None:
                self.unpin()
            elif place is not None:
                self.go_to(place, pin=True)
        elif key == Qt.Key.Key_Space and place is not None:
            self.map_chosen.emit(place)
        elif key == Qt.Key.Key_Escape and self._pin is not None:
            self.unpin()
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif key == Qt.Key.Key_0:
            self.zoom_to_fit()
        else:
            by_map = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            target = step(self._placement.blocks, place, key, by_map=by_map)
            if target is None:
                super().keyPressEvent(event)
                return
            self.go_to(target)
        event.accept()

    def place_at(self, position: QPointF) -> Cell | None:
        """Return the cell at a point of the view."""
        ratio, scrolled = self.devicePixelRatioF(), self._scrolled()
        return self._placement.place_at((position.x() + scrolled.x()) * ratio, (position.y() + scrolled.y()) * ratio)

    def point_of(self, place: Cell) -> QPoint | None:
        """Return where the middle of a cell is in the view."""
        block = self._placement.block(place.layer)
        if block is None:
            return None
        ratio, scrolled = self.devicePixelRatioF(), self._scrolled()
        x, y = block.cell_corner(place)
        middle = QPointF((x + block.cell / 2) / ratio, (y + block.cell / 2) / ratio)
        return (middle - QPointF(scrolled)).toPoint()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers that are in view."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.colour("surface"))
        ratio, scrolled = self.devicePixelRatioF(), self._scrolled()
        painter.translate(-scrolled.x(), -scrolled.y())
        seen = QRectF(event.rect()).translated(scrolled.x(), scrolled.y())
        device_seen = QRectF(seen.x() * ratio, seen.y() * ratio, seen.width() * ratio, seen.height() * ratio)
        blocks = [
            block
            for block in self._placement.blocks
            if block.left < device_seen.right() and block.left + block.width > device_seen.left()
        ]
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        for block in blocks:
            self._paint_maps(painter, block, device_seen, ratio)
        self._paint_marks(painter, ratio)
        painter.restore()
        # The names stay in view while the maps are scrolled up under them.
        painter.translate(0, scrolled.y())
        if scrolled.y():
            head = QRectF(seen.left(), 0, seen.width(), 2 * SPACE + self._head_height() - 2)
            painter.fillRect(head, self._theme.colour("surface"))
        for block in blocks:
            self._paint_head(painter, block, ratio)
        painter.end()

    def _paint_head(self, painter: QPainter, block: Block, ratio: float) -> None:
        layer = block.layer
        left, width = block.left / ratio, block.width / ratio
        line = self._line_height()
        bold = text_font(self.font(), bold=True)
        name = QFontMetricsF(bold).elidedText(layer.name, Qt.TextElideMode.ElideMiddle, width + SPACE)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
        rows = (
            (name, bold, "text"),
            (layer.sizes, self._small(), "muted"),
            (self._range(layer), self._small(), "muted"),
        )
        for row, (text, font, colour) in enumerate(rows):
            painter.setFont(font)
            painter.setPen(self._theme.colour(colour))
            painter.drawText(QRectF(left, 2 * SPACE + row * line, width, line), flags, text)

    def _paint_maps(self, painter: QPainter, block: Block, seen: QRectF, ratio: float) -> None:
        layer = block.layer
        area = QRectF(block.left, block.top, *block.size)
        values = self._frame.get(layer.name)
        if values is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("field"))
            for number in range(layer.maps):
                painter.drawRect(map_area(block, number))
        else:
            mosaic = self._mosaic(block, values)
            painter.drawImage(area, mosaic.image)
            if layer.name == INPUT and self._overlay is not None:
                for number in range(layer.maps):
                    painter.drawImage(map_area(block, number), self._overlay)
            if layer.small and layer.maps > 1 and block.cell >= 4:
                self._paint_grid(painter, block)
            if block.cell >= LEAST_CELL * ratio:
                self._paint_numbers(painter, block, values, mosaic, seen)
        if layer is self._layers[-1] and layer.output and block.columns == 1 and len(self._labels) == layer.maps:
            self._paint_labels(painter, block, ratio)
        for name, number in self._muted:
            if name == layer.name:
                # Faint, with a line through it.
                tile = map_area(block, number)
                painter.fillRect(tile, self._theme.colour("surface", 0.75))
                painter.setPen(self._theme.colour("track"))
                painter.drawLine(tile.bottomLeft(), tile.topRight())

    def _paint_grid(self, painter: QPainter, block: Block) -> None:
        """Part single numbers by hairlines of the ground."""
        painter.setPen(self._theme.colour("surface"))
        width, height = block.size
        for column in range(1, block.columns):
            x = block.left + column * block.cell
            painter.drawLine(x, block.top, x, block.top + height)
        for row in range(1, block.rows):
            y = block.top + row * block.cell
            painter.drawLine(block.left, y, block.left + width, y)

    def _paint_numbers(
        self, painter: QPainter, block: Block, values: NDArray[np.float32], mosaic: LayerImage, seen: QRectF
    ) -> None:
        layer = block.layer
        maps = values.reshape(layer.shape)
        font = fixed_font(self.font(), scale=0.85)
        font.setPointSizeF(font.pointSizeF() * self.devicePixelRatioF())
        for number in range(layer.maps):
            tile = map_area(block, number)
            part = tile.intersected(seen)
            if part.isEmpty():
                continue
            top, left = int(part.top() - tile.top()) // block.cell, int(part.left() - tile.left()) // block.cell
            bottom = -(-int(part.bottom() - tile.top()) // block.cell)
            right = -(-int(part.right() - tile.left()) // block.cell)
            window = (slice(top, bottom), slice(left, right))
            corner = (tile.left() + left * block.cell, tile.top() + top * block.cell)
            paint_numbers(painter, maps[number][window], mosaic.colours_of(number)[window], corner, block.cell, font)

    def _paint_labels(self, painter: QPainter, block: Block, ratio: float) -> None:
        painter.save()
        painter.scale(ratio, ratio)
        painter.setFont(fixed_font(self.font()))
        painter.setPen(self._theme.colour("muted"))
        left, cell = (block.left + block.size[0]) / ratio + SPACE, block.cell / ratio
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip)
        for row, label in enumerate(self._labels):
            painter.drawText(QRectF(left, block.top / ratio + row * cell, 3 * SPACE, cell), flags, label)
        painter.restore()

    def _paint_marks(self, painter: QPainter, ratio: float) -> None:
        for place in self._chosen:
            block = self._placement.block(place.layer)
            if block is not None:
                area = map_area(block, place.channel)
                paint_frame(painter, area, self._theme.colour("accent"), round(2 * ratio))
        looked_at = self.cell
        if looked_at is not None:
            paint_sources(painter, self._placement, looked_at, self._patches, self._theme.colour("warm"), ratio)

    # Parts

    def _mosaic(self, block: Block, values: NDArray[np.float32]) -> LayerImage:
        """Return the picture of a layer, coloured for the frame that is shown."""
        name = block.layer.name
        mosaic = self._mosaics.get(name)
        if mosaic is None:
            mosaic = LayerImage(block, self._theme.colour("surface").rgb())
            self._mosaics[name] = mosaic
            self._shown.pop(name, None)
        if self._shown.get(name) is not values:
            limit = self._limit() if self._scale is Scale.NETWORK else 0.0
            mosaic.show(values, self._palettes, self._scale, limit, signed=self._signed)
            self._shown[name] = values
        return mosaic

    def _limit(self) -> float:
        if self._network_limit is None:
            shown = [self._frame[layer.name] for layer in self._layers if layer.name in self._frame]
            self._network_limit = max((float(np.abs(values).max(initial=0)) for values in shown[1:]), default=0.0)
        return self._network_limit

    def _range(self, layer: ShownLayer) -> str:
        values = self._frame.get(layer.name)
        if values is None:
            return ""
        return f"{short(float(values.min()))} … {short(float(values.max()))}"

    def _lay_out(self) -> None:
        metrics, bold = QFontMetricsF(self._small()), QFontMetricsF(text_font(self.font(), bold=True))
        least = metrics.horizontalAdvance("-00.0 … 00.0")
        widths = {
            layer.name: max(
                least,
                metrics.horizontalAdvance(layer.sizes),
                min(bold.horizontalAdvance(layer.name), 14 * SPACE),
            )
            for layer in self._layers
        }
        self._placement = lay_out(
            self._layers,
            self._zoom,
            height=self.viewport().height(),
            head=self._head_height(),
            widths=widths,
            ratio=self.devicePixelRatioF(),
        )
        self._mosaics.clear()
        ratio = self.devicePixelRatioF()
        room, bar = self.viewport().size(), self.horizontalScrollBar()
        bar.setRange(0, max(0, round(self._placement.width / ratio) - room.width()))
        bar.setPageStep(room.width())
        bar.setSingleStep(3 * SPACE)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(self._placement.height / ratio) - room.height()))
        bar.setPageStep(room.height())
        bar.setSingleStep(3 * SPACE)
        self.viewport().update()

    @Slot()
    def _dress(self) -> None:
        self._palettes = palettes(self._theme.colours)
        self._mosaics.clear()
        self._repaint()

    def _repaint(self) -> None:
        self._shown.clear()
        self.viewport().update()

    def _look_at(self, place: Cell | None) -> None:
        if place is not None and place != self._cursor:
            self._cursor = place
            if self._pin is None:
                self._announce()

    def _announce(self) -> None:
        self.pointed.emit(self.cell)
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        """Say in words, to a screen reader, what is looked at."""
        place, value = self.cell, ""
        if place is not None and place.layer in self._frame:
            block = self._placement.block(place.layer)
            if block is not None:
                maps = self._frame[place.layer].reshape(block.layer.shape)
                value = f" is {float(maps[place.channel, place.row, place.column]):.4f}"
        where = (
            ""
            if place is None
            else (f" {place.layer}, map {place.channel}, row {place.row}, column {place.column}{value}.")
        )
        self.setAccessibleDescription(
            "Arrow keys go from cell to cell, with Ctrl from map to map, Page Up and Page Down from layer to layer; "
            f"Enter pins a cell, Space enlarges its map, plus and minus zoom.{where}"
        )

    def _kept(self, place: Cell | None) -> Cell | None:
        if place is not None and any(layer.holds(place) for layer in self._layers):
            return place
        return None

    def _cursor_point(self) -> QPointF | None:
        if self.cell is None:
            return None
        point = self.point_of(self.cell)
        return QPointF(point) if point is not None and self.viewport().rect().contains(point) else None

    def _nearest(self, x: float) -> Block | None:
        blocks = self._placement.blocks
        return min(blocks, key=lambda block: abs(block.left + block.size[0] / 2 - x) - block.size[0] / 2, default=None)

    def _bring_into_view(self, place: Cell) -> None:
        point = self.point_of(place)
        if point is None:
            return
        margin, view = 8 * SPACE, self.viewport().rect()
        for bar, value, low, high in (
            (self.horizontalScrollBar(), point.x(), margin, view.width() - margin),
            (self.verticalScrollBar(), point.y(), margin + round(self._head_height()), view.height() - margin),
        ):
            if value < low:
                bar.setValue(bar.value() + value - low)
            elif value > high:
                bar.setValue(bar.value() + value - high)

    def _scrolled(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _small(self) -> QFont:
        return fixed_font(self.font(), scale=0.85)

    def _line_height(self) -> float:
        return QFontMetricsF(self.font()).height() + 2

    def _head_height(self) -> float:
        return 3 * self._line_height() + SPACE // 2
