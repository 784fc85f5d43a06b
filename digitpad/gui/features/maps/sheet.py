"""The maps as a sheet that scrolls and zooms.

Zooming lays everything out again and then scrolls so that the same cell is under the pointer.
"""

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Slot
from PySide6.QtGui import (
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.painter import MapPainter, Scene
from digitpad.gui.features.maps.placement import ZOOMS, Block, Placement, lay_out
from digitpad.gui.widgets import scaling
from digitpad.gui.widgets.theme import SPACE, Theme


class MapSheet(QAbstractScrollArea):
    """Holds a scene, lays it out, and finds the cell at a point."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._painter = MapPainter(theme, self._scene)
        self._zoom = 0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 120)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self._dress)

    @property
    def placement(self) -> Placement:
        """The places of the maps, in device pixels."""
        return self._scene.placement

    @property
    def zoom(self) -> int:
        """The zoom, an index into `ZOOMS`."""
        return self._zoom

    def zoom_by(self, steps: int, at: QPointF | None = None) -> None:
        """Zoom in (above 0) or out around a point of the view; by default, around the current cell or the middle."""
        new = min(max(self._zoom + steps, 0), len(ZOOMS) - 1)
        if new == self._zoom:
            return
        ratio = self.devicePixelRatioF()
        if at is None:
            at = self._focus_point()
        x, y = (at.x() + self._scrolled().x()) * ratio, (at.y() + self._scrolled().y()) * ratio
        block = self._nearest(x)
        if block is None:
            return
        share = ((x - block.left) / block.size[0], (y - block.top) / block.size[1])
        self._zoom = new
        self._lay_out()
        after = self._scene.placement.block(block.layer.name)
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
        """Show as much of the network as fits."""
        self.zoom_by(-len(ZOOMS))

    def place_at(self, position: QPointF) -> Cell | None:
        """Return the cell at a point of the view."""
        ratio, scrolled = self.devicePixelRatioF(), self._scrolled()
        return self._scene.placement.place_at(
            (position.x() + scrolled.x()) * ratio, (position.y() + scrolled.y()) * ratio
        )

    def point_of(self, place: Cell) -> QPoint | None:
        """Return the middle of a cell in the view."""
        block = self._scene.placement.block(place.layer)
        if block is None:
            return None
        ratio, scrolled = self.devicePixelRatioF(), self._scrolled()
        x, y = block.cell_corner(place)
        # Rounded down to whole pixels: then the middle of a cell of one pixel lies in it.
        return QPoint(
            math.floor((x + block.cell / 2) / ratio) - scrolled.x(),
            math.floor((y + block.cell / 2) / ratio) - scrolled.y(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the maps out for the new height."""
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        """Zoom with two fingers on a touchpad; lay the maps out again on another screen or in another font."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            if abs(event.value()) > 0.1:
                self.zoom_by(1 if event.value() > 0 else -1, event.position())
            return True
        if event.type() in {QEvent.Type.DevicePixelRatioChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._lay_out()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show no tooltip over the maps: it would cover the cell under the pointer."""
        return event.type() == QEvent.Type.ToolTip or super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, zoom around the pointer. A wheel that turns only up and down moves along the layers."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if delta.y():
                self.zoom_by(1 if delta.y() > 0 else -1, event.position())
        else:
            # While all rows are in view, the wheel moves along the network.
            sideways = self.verticalScrollBar().maximum() == 0 and not delta.x()
            along = delta.y() if sideways else delta.x()
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - along)
            if not sideways:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() - delta.y())
        event.accept()

    def _lay_out(self) -> None:
        self._painter.use_font(self.font())
        self._scene.placement = lay_out(
            self._scene.layers,
            self._zoom,
            height=self.viewport().height(),
            head=self._painter.head_height,
            widths=self._painter.widths(),
            ratio=self.devicePixelRatioF(),
            scale=scaling.scale(),
        )
        self._painter.forget_images()
        ratio = self.devicePixelRatioF()
        room, bar = self.viewport().size(), self.horizontalScrollBar()
        bar.setRange(0, max(0, round(self._scene.placement.width / ratio) - room.width()))
        bar.setPageStep(room.width())
        bar.setSingleStep(scaling.px(3 * SPACE))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(self._scene.placement.height / ratio) - room.height()))
        bar.setPageStep(room.height())
        bar.setSingleStep(scaling.px(3 * SPACE))
        self.viewport().update()

    @Slot()
    def _dress(self) -> None:
        self._painter.dress()
        self._lay_out()

    def _repaint(self) -> None:
        self._painter.forget_colours()
        self.viewport().update()

    def _nearest(self, x: float) -> Block | None:
        blocks = self._scene.placement.blocks
        return min(blocks, key=lambda block: abs(block.left + block.size[0] / 2 - x) - block.size[0] / 2, default=None)

    def _bring_into_view(self, place: Cell) -> None:
        point = self.point_of(place)
        if point is None:
            return
        margin, view = scaling.px(8 * SPACE), self.viewport().rect()
        for bar, value, low, high in (
            (self.horizontalScrollBar(), point.x(), margin, view.width() - margin),
            (self.verticalScrollBar(), point.y(), margin + round(self._painter.head_height), view.height() - margin),
        ):
            if value < low:
                bar.setValue(bar.value() + value - low)
            elif value > high:
                bar.setValue(bar.value() + value - high)

    def _scrolled(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def _focus_point(self) -> QPointF:
        """Return the point that zooming by key keeps in place."""
        return QPointF(self.viewport().rect().center())
