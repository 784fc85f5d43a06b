"""All maps of a network, live: an image for each layer, with its name above, that scroll and zoom together.

Only what is in view is coloured and painted: a frame that is not visible costs nothing.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from digitpad.explain.dependencies import Cell
from digitpad.explain.map_names import is_colour, name_of_colour
from digitpad.explain.structure import INPUT
from digitpad.gui.features.maps.cell_numbers import exact
from digitpad.gui.features.maps.marks import Patch
from digitpad.gui.features.maps.mosaic import ScaleScope
from digitpad.gui.features.maps.painter import Frame
from digitpad.gui.features.maps.picture import Overlay, overlay_image
from digitpad.gui.features.maps.sheet import MapSheet
from digitpad.gui.features.maps.shown import ShownLayer
from digitpad.gui.features.maps.steps import step
from digitpad.gui.widgets.theme import Theme

_DRAG = 4  # logical pixels that a press may move and still be a click


class MapView(MapSheet):
    """Shows a frame, and emits the cell under the pointer or the keyboard cursor.

    Signals
    -------
    pointed
        The `Cell` under the pointer or the keyboard cursor; None when there is none.
    pinned
        The `Cell` that was pinned by Enter or a double click; None when it is unpinned.
    map_chosen
        The `Cell` that was clicked, whose map is to be enlarged.
    """

    pointed = Signal(object)
    pinned = Signal(object)
    map_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._cursor: Cell | None = None
        self._pin: Cell | None = None
        self._press: QPointF | None = None
        self._dragging = False
        self.setObjectName("mapView")
        self.setAccessibleName(self.tr("Feature maps"))
        self.setToolTip(
            self.tr("Point at a cell to see what it is computed from; click to enlarge its map, double-click to pin it")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._describe()

    # What is shown

    @property
    def layers(self) -> tuple[ShownLayer, ...]:
        """The layers shown."""
        return self._scene.layers

    @property
    def frame_shown(self) -> Frame:
        """The activations shown, by layer name."""
        return self._scene.frame

    @property
    def cell(self) -> Cell | None:
        """The current cell: the pinned one, or the one under the pointer."""
        return self._pin or self._cursor

    def show_network(self, layers: Sequence[ShownLayer], labels: Sequence[str] = ()) -> None:
        """Show another network; cells that it does not have are no longer pinned or chosen."""
        if (tuple(layers), tuple(labels)) == (self._scene.layers, self._scene.labels):
            # The same network with other weights: everything stays in place.
            return
        self._scene.layers = tuple(layers)
        self._scene.labels = tuple(labels)
        self._scene.frame = {}
        self._pin = self._kept(self._pin)
        self._cursor = self._kept(self._cursor)
        self._scene.chosen = tuple(place for place in self._scene.chosen if self._kept(place) is not None)
        self._scene.patches = ()
        self._lay_out()

    def show_frame(self, frame: Frame, *, signed: bool = False) -> None:
        """Show numbers of all layers.

        Parameters
        ----------
        frame
            By name, (C, H, W) or (units,); an empty mapping clears the maps.
        signed
            Whether the numbers may be negative in every layer, as gradients may.
        """
        self._scene.frame = frame
        self._scene.signed = signed
        self.viewport().update()

    def use_scale(self, scale: ScaleScope) -> None:
        """Choose which maps share one colour scale."""
        self._scene.scale = scale
        self._repaint()

    def show_patches(self, patches: Sequence[Patch]) -> None:
        """Frame what the current cell is computed from."""
        if tuple(patches) != self._scene.patches:
            self._scene.patches = tuple(patches)
            self.viewport().update()

    @Slot(object)
    def show_overlay(self, overlay: Overlay | None) -> None:
        """Lay numbers over the picture, which is the first layer; None removes them."""
        if overlay is not None or self._scene.overlay is not None:
            self._scene.overlay = None if overlay is None else overlay_image(overlay)
            self.viewport().update()

    def forget_colours(self) -> None:
        """Colour everything again when it is next painted."""
        self._repaint()

    def show_chosen(self, places: Sequence[Cell]) -> None:
        """Frame the maps that are enlarged."""
        self._scene.chosen = tuple(places)
        self.viewport().update()

    def show_muted(self, maps: frozenset[tuple[str, int]]) -> None:
        """Cross out muted maps, given as (layer, map)."""
        self._scene.muted = maps
        self.viewport().update()

    @property
    def chosen(self) -> tuple[Cell, ...]:
        """A cell of each map that is enlarged."""
        return self._scene.chosen

    def shape_of(self, name: str) -> tuple[int, int, int] | None:
        """Return (maps, height, width) of a layer that is shown."""
        return next((layer.shape for layer in self._scene.layers if layer.name == name), None)

    def name_of(self, place: Cell) -> str:
        """Return the short name of the map of a cell: its number, or the colour of a channel of the picture."""
        shape = self.shape_of(place.layer)
        if place.layer == INPUT and shape is not None and is_colour(shape):
            return name_of_colour(place.channel)
        return self.tr("map {number}").format(number=place.channel)

    def map_shown(self, name: str, channel: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]] | None:
        """Return the numbers of a map and their colours, both (H, W)."""
        block, values = self._scene.placement.block(name), self._scene.frame.get(name)
        if block is None or values is None or channel >= block.layer.maps:
            return None
        return values.reshape(block.layer.shape)[channel], self._painter.image_of(block, values).colours_of(channel)

    def go_to(self, place: Cell, *, pin: bool = False) -> None:
        """Make a cell the current one, and bring it into view."""
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
        """Make a cell that is pointed at elsewhere the current one; a pinned cell stays."""
        self._look_at(self._kept(cell))

    @Slot(object)
    def pin(self, cell: Cell) -> None:
        """Pin a cell."""
        self.go_to(cell, pin=True)

    def unpin(self) -> None:
        """Unpin the pinned cell."""
        if self._pin is not None:
            self._cursor, self._pin = self._pin, None
            self.pinned.emit(None)
            self._announce()

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._press, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the view, or make the cell under the pointer the current one."""
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
        """End a drag, or handle a click."""
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
        """Keep the current cell: the pointer leaves so that the user can read the panel."""
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, pin a cell, enlarge a map or zoom."""
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
            target = step(self._scene.placement.blocks, place, key, by_map=by_map)
            if target is None:
                super().keyPressEvent(event)
                return
            self.go_to(target)
        event.accept()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers in view."""
        scrolled = self._scrolled()
        self._scene.cell = self.cell
        painter = QPainter(self.viewport())
        try:
            painter.translate(-scrolled.x(), -scrolled.y())
            seen = QRectF(event.rect()).translated(scrolled.x(), scrolled.y())
            self._painter.paint(painter, seen, scrolled.y(), self.devicePixelRatioF())
        finally:
            # A painter that is still active when the event ends is a crash later, whatever the reason.
            painter.end()

    # Parts

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
        """Describe the current cell for screen readers."""
        place, where = self.cell, ""
        if place is not None and place.layer in self._scene.frame:
            block = self._scene.placement.block(place.layer)
            if block is not None:
                maps = self._scene.frame[place.layer].reshape(block.layer.shape)
                value = exact(float(maps[place.channel, place.row, place.column]))
                where = self.tr("{layer}, {map}, row {row}, column {column} is {value}.").format(
                    layer=place.layer, map=self.name_of(place), row=place.row, column=place.column, value=value
                )
        keys = self.tr(
            "Arrow keys move from cell to cell, with Ctrl from map to map, Page Up and Page Down from layer to layer; "
            "Enter pins a cell, Space enlarges its map, plus and minus zoom."
        )
        self.setAccessibleDescription(f"{keys} {where}".strip())

    def _kept(self, place: Cell | None) -> Cell | None:
        if place is not None and any(layer.holds(place) for layer in self._scene.layers):
            return place
        return None

    def _focus_point(self) -> QPointF:
        """Return the current cell if it is in view, otherwise the middle."""
        point = None if self.cell is None else self.point_of(self.cell)
        if point is not None and self.viewport().rect().contains(point):
            return QPointF(point)
        return super()._focus_point()
