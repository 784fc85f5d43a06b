"""One enlarged map, or two for comparison, which follow the drawing as all maps do."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.cell_numbers import LEAST_CELL, paint_numbers, short
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.features.maps.view import MapView
from digitpad.gui.widgets.cards import title
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font

MOST = 2
_WIDTH = 36 * SPACE


class EnlargedMap(QWidget):
    """Shows the cells of one map as large as there is room, with their numbers where these fit.

    Signals
    -------
    pointed
        The `Cell` under the pointer.
    pinned
        The `Cell` that was clicked.
    """

    pointed = Signal(object)
    pinned = Signal(object)

    def __init__(self, theme: Theme, maps: MapView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._maps = maps
        self._cell: Cell | None = None
        self.setObjectName("enlargedMap")
        self.setAccessibleName(self.tr("Enlarged map"))
        self.setToolTip(self.tr("Point at a cell to see what it is computed from; click to pin it"))
        self.setMouseTracking(True)
        self.setMinimumSize(12 * SPACE, 12 * SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_map(self, cell: Cell) -> None:
        """Show the map of a cell."""
        self._cell = cell
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(px(_WIDTH), px(_WIDTH))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select the cell under the pointer."""
        cell = self._cell_at(event.position())
        if cell is not None:
            self.pointed.emit(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pin the cell."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pinned.emit(cell)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cells, the numbers and the frame around the current cell."""
        shown = self._shown()
        if shown is None or self._cell is None:
            return
        values, colours = shown
        field, side = self._field(values.shape)
        painter = QPainter(self)
        painter.drawImage(field, image_of_colours(colours))
        if side >= px(LEAST_CELL):
            font = fixed_font(self.font(), scale=0.85)
            paint_numbers(painter, values, colours, (field.left(), field.top()), side, font)
        looked_at = self._maps.cell
        if looked_at is not None and self._is_here(looked_at, values.shape):
            corner = QPointF(field.left() + looked_at.column * side, field.top() + looked_at.row * side)
            same = (looked_at.layer, looked_at.channel) == (self._cell.layer, self._cell.channel)
            # On the other map, mark the same place for comparison.
            colour = self._theme.colour("warm" if same else "muted")
            paint_frame(painter, QRectF(corner.x(), corner.y(), side, side), colour, px(2), least=px(6))
        painter.end()

    def _is_here(self, cell: Cell, shape: tuple[int, ...]) -> bool:
        mine = self._maps.shape_of(cell.layer)
        return mine is not None and mine[1:] == shape

    def _shown(self) -> tuple[NDArray[np.float32], NDArray[np.uint32]] | None:
        return None if self._cell is None else self._maps.map_shown(self._cell.layer, self._cell.channel)

    def _field(self, shape: tuple[int, ...]) -> tuple[QRectF, float]:
        """Return where the cells are, from the left top, and the side of each: whole device pixels if they fit."""
        ratio = self.devicePixelRatioF()
        height, width = shape
        fitting = min(self.width() / width, self.height() / height) * ratio
        # A large map in a small pane is reduced.
        side = (int(fitting) if fitting >= 1 else fitting) / ratio
        return QRectF(0, 0, width * side, height * side), side

    def _cell_at(self, position: QPointF) -> Cell | None:
        shown = self._shown()
        if shown is None or self._cell is None:
            return None
        field, side = self._field(shown[0].shape)
        if not field.contains(position):
            return None
        height, width = shown[0].shape
        row, column = int(position.y() / side), int(position.x() / side)
        return Cell(self._cell.layer, self._cell.channel, min(row, height - 1), min(column, width - 1))


class EnlargedPane(QWidget):
    """Shows up to two enlarged maps, each with its name, its range and a button that closes it.

    Signals
    -------
    changed
        Other maps are enlarged: the list of a `Cell` of each.
    """

    changed = Signal(list)

    def __init__(self, theme: Theme, maps: MapView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maps = maps
        self._cells: list[Cell] = []
        self.setObjectName("enlargedPane")
        self.setFixedWidth(_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE)
        self._rows: list[QWidget] = []
        self.views: list[EnlargedMap] = []
        self._titles: list[QLabel] = []
        self._ranges: list[LiveText] = []
        for number in range(MOST):
            row = QWidget(self)
            self._fill(row, theme, number)
            column.addWidget(row, 1)
            self._rows.append(row)
        maps.pointed.connect(self._follow)
        maps.pinned.connect(self._follow)
        self._update()

    @property
    def cells(self) -> Sequence[Cell]:
        """A cell of each map that is enlarged."""
        return tuple(self._cells)

    @Slot(object)
    def enlarge(self, cell: Cell) -> None:
        """Enlarge a map: the first one fills the pane, the second is shown below it, a third replaces the second."""
        kept = [other for other in self._cells if (other.layer, other.channel) != (cell.layer, cell.channel)]
        if len(kept) < len(self._cells):
            # A second click on an enlarged map changes nothing.
            return
        self._cells = [*self._cells[: MOST - 1], cell]
        self._update()
        self.changed.emit(list(self._cells))

    def close_map(self, number: int) -> None:
        """Close one of them."""
        if number < len(self._cells):
            del self._cells[number]
            self._update()
            self.changed.emit(list(self._cells))

    def keep(self, cells: Sequence[Cell]) -> None:
        """Close all maps except these, because another network may not have them."""
        self._cells = [cell for cell in self._cells if cell in cells]
        self._update()

    def refresh(self) -> None:
        """Show the frame that the maps show."""
        for number, cell in enumerate(self._cells):
            shown = self._maps.map_shown(cell.layer, cell.channel)
            words = ""
            if shown is not None and shown[0].size:
                words = f"{short(float(shown[0].min()))} … {short(float(shown[0].max()))}"
            self._ranges[number].show_text(words)
            self.views[number].update()

    @Slot()
    def _follow(self) -> None:
        """Mark the current cell: the pointer, the keyboard or the walking kernel has moved."""
        for view in self.views:
            view.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the last map with Esc."""
        if event.key() == Qt.Key.Key_Escape and self._cells:
            self.close_map(len(self._cells) - 1)
        else:
            super().keyPressEvent(event)

    def _fill(self, row: QWidget, theme: Theme, number: int) -> None:
        name = title("", row)
        name.setTextFormat(Qt.TextFormat.PlainText)
        span = LiveText(
            theme, f"enlargedRange{number}", fixed_font(self.font(), scale=0.85), "muted", row, spoken=self.tr("Range")
        )
        close = QToolButton(row)
        close.setObjectName(f"closeMap{number}")
        close.setText("✕")
        close.setToolTip(self.tr("Close this map (Esc)"))
        close.setAccessibleName(self.tr("Close enlarged map {number}").format(number=number + 1))
        close.setProperty("flat", "true")
        close.clicked.connect(partial(self.close_map, number))
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(name)
        head.addWidget(span, 1)
        head.addWidget(close)
        view = EnlargedMap(theme, self._maps, row)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(view, 1)
        self.views.append(view)
        self._titles.append(name)
        self._ranges.append(span)

    def _update(self) -> None:
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(self._cells))
            if number < len(self._cells):
                cell = self._cells[number]
                shape = self._maps.shape_of(cell.layer)
                flat = shape is not None and shape[1:] == (1, 1)
                text = self.tr("{layer}, unit {number}") if flat else self.tr("{layer}, {map}")
                name = self._maps.name_of(cell)
                self._titles[number].setText(text.format(layer=cell.layer, number=cell.channel, map=name))
                self.views[number].show_map(cell)
        self.setVisible(bool(self._cells))
        self.refresh()
