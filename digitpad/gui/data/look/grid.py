"""The grid of images: one painted widget that draws only what is visible, so that any number of images scrolls."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workspace.tiles import Palette, TileStore

_SIDE = 56  # pixels at 100 % text size: an image
_GAP = SPACE
_BETWEEN = 2  # pixels at 100 %: between the images of a pair
_BADGE = 16
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a cell.

    Attributes
    ----------
    title, detail
        Two short lines below the image.
    doubtful
        Whether the title has the warm colour, because something does not match.
    badge
        Whether the image has a question mark, because its label is probably wrong.
    words
        A full description, for the tooltip and for screen readers.
    """

    title: str
    detail: str = ""
    doubtful: bool = False
    badge: bool = False
    words: str = ""


def _no_caption(_place: int) -> Caption:
    return Caption("")


class ImageGrid(QAbstractScrollArea):
    """Shows cells of one image, or of a pair of images; one cell is selected.

    Signals
    -------
    selected
        Place of the cell that was selected.
    opened
        Place of a cell on which Enter was pressed, or that was double-clicked.
    """

    selected = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme, tiles: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._tiles = theme, tiles
        self._cells: NDArray[np.int64] = np.zeros((0, 1), np.int64)
        self._caption: Callable[[int], Caption] = _no_caption
        self._place = 0
        self._lines = 1
        self._ink = True
        self._palette = Palette(theme)
        self.setObjectName("lookGrid")
        self.setAccessibleName(self.tr("Images"))
        self.setToolTip(self.tr("Click an image for its details; press Enter to open it in Draw"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The bar keeps its place, so that nothing moves when the number of images changes.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setObjectName("qt_look_grid_viewport")
        theme.changed.connect(self._dress)
        tiles.changed.connect(self.viewport().update)
        self._describe()

    @property
    def cells(self) -> NDArray[np.int64]:
        """int64 (M, 1) or (M, 2): the indices of the images of each cell."""
        return self._cells

    @property
    def place(self) -> int:
        """Place of the selected cell."""
        return self._place

    @property
    def columns(self) -> int:
        """Number of cells in a row."""
        return self._grid()[0]

    def show_cells(
        self,
        cells: NDArray[np.int64],
        caption: Callable[[int], Caption],
        *,
        ink: bool,
        lines: int = 2,
        keep: int | None = None,
    ) -> None:
        """Show images.

        Parameters
        ----------
        cells
            int64 (M, 1) or (M, 2): indices of the images of each cell.
        caption
            Returns the caption of a cell, given its place.
        ink
            Whether images of one channel are ink, in the colours of the theme.
        lines
            Number of lines of the captions, 1 or 2.
        keep
            Index of an image that stays selected if it is shown; otherwise the first is selected.
        """
        self._cells, self._caption, self._ink, self._lines = cells, caption, ink, lines
        found = np.flatnonzero(cells[:, 0] == (-1 if keep is None else keep))
        self._place = int(found[0]) if len(found) else 0
        self._fit()
        self.verticalScrollBar().setValue(0)
        if len(cells):
            self._mark(self._place)
        self._describe()
        self.viewport().update()

    def select(self, place: int) -> None:
        """Select a cell, and scroll to it."""
        if 0 <= place < len(self._cells):
            self._mark(place)
            self.selected.emit(place)

    def image_rect(self, place: int) -> QRect:
        """Return the rectangle of the images of a cell, in the coordinates of the viewport."""
        return self._rects(range(place, place + 1))[0]

    def sizeHint(self) -> QSize:
        """Return room for some columns; the height is what is left."""
        # A layout whose height depends on its width takes the preferred height for the least one.
        return QSize(5 * (px(_SIDE) + px(_GAP)), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for a pair, and for one row."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(2 * (px(_SIDE) + px(_GAP)) + bar, self._grid()[3])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the cells for the new size; the selected cell stays in view."""
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the cell under the pointer."""
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.select(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the cell under the pointer."""
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select another cell, or open the selected one."""
        columns, _, _, height = self._grid()
        last = len(self._cells) - 1
        page = columns * max(1, self.viewport().height() // height)
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -last - 1,
            Qt.Key.Key_End: last + 1,
        }
        key = Qt.Key(event.key())
        if last < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in moves:
            self.select(min(max(self._place + moves[key], 0), last))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.opened.emit(self._place)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the description of the cell under the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            if place is not None:
                words = tip_text(self._caption(place).words)
                QToolTip.showText(event.globalPos(), words, self.viewport(), self.image_rect(place))
                return True
        return super().viewportEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible rows."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.colour("surface"))
        columns, _, width, height = self._grid()
        top = self.verticalScrollBar().value()
        first = columns * (top // height)
        last = min(len(self._cells), columns * ((top + self.viewport().height()) // height + 1))
        if first < last:
            places = range(first, last)
            areas = self._rects(places)
            self._paint_images(painter, places, areas)
            self._paint_captions(painter, places, areas, width)
        painter.end()

    def _paint_images(self, painter: QPainter, places: range, areas: list[QRect]) -> None:
        shown = self._cells[places.start : places.stop]
        pixels = iter(self._tiles.pixels(shown.reshape(-1).tolist()))
        side, step = px(_SIDE), px(_SIDE) + px(_BETWEEN)
        field = self._theme.colour("field")
        for place, area in zip(places, areas, strict=True):
            for number in range(shown.shape[1]):
                room = QRect(area.left() + number * step, area.top(), side, side)
                tile = next(pixels)
                painter.fillRect(room, field)
                if tile is not None:
                    colours = self._palette.colours(tile, ink=self._ink)
                    target = fitted(room, colours.shape[1], colours.shape[0])
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, target.width() < colours.shape[1])
                    painter.drawImage(target, image_of_colours(colours))
            if place == self._place:
                painter.setPen(QPen(self._theme.colour("accent" if self.hasFocus() else "bar"), 2))
                painter.drawRoundedRect(QRectF(area).adjusted(-2, -2, 2, 2), 3, 3)

    def _paint_captions(self, painter: QPainter, places: range, areas: list[QRect], width: int) -> None:
        bold = text_font(self.font(), scale=0.95, bold=True)
        small = fixed_font(self.font(), scale=0.85)
        line = self._line_height()
        captions = [self._caption(place) for place in places]
        rooms = [QRect(area.center().x() - width // 2 + 2, area.bottom() + px(3), width - 4, line) for area in areas]
        painter.setFont(bold)
        metrics = painter.fontMetrics()
        text, warm = self._theme.colour("text"), self._theme.colour("warm")
        for room, caption in zip(rooms, captions, strict=True):
            painter.setPen(warm if caption.doubtful else text)
            title = metrics.elidedText(caption.title, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, _CENTRE, title)
        painter.setFont(small)
        painter.setPen(self._theme.colour("muted"))
        for room, caption in zip(rooms, captions, strict=True):
            if caption.detail:
                painter.drawText(room.translated(0, line), _CENTRE, caption.detail)
        painter.setFont(bold)
        for area, caption in zip(areas, captions, strict=True):
            if caption.badge:
                self._paint_badge(painter, area)

    def _paint_badge(self, painter: QPainter, area: QRect) -> None:
        badge = QRectF(area.right() - px(_BADGE) + 3, area.top() - 3, px(_BADGE), px(_BADGE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("text"))
        painter.drawRoundedRect(badge, 3, 3)
        painter.setPen(self._theme.colour("surface"))
        painter.drawText(badge, _CENTRE, "?")

    def _rects(self, places: range) -> list[QRect]:
        """Return the rectangles of the images of some cells, in the coordinates of the viewport."""
        columns, left, width, height = self._grid()
        top = px(4) - self.verticalScrollBar().value()
        wide, side = self._images_width(), px(_SIDE)
        return [QRect(left + place % columns * width, place // columns * height + top, wide, side) for place in places]

    def _images_width(self) -> int:
        count = int(self._cells.shape[1])
        return count * px(_SIDE) + (count - 1) * px(_BETWEEN)

    def _line_height(self) -> int:
        return self.fontMetrics().height()

    def _grid(self) -> tuple[int, int, int, int]:
        """Return the number of cells per row, the left edge of the first, and the width and height of a cell."""
        images = self._images_width()
        wanted = max(images, self.fontMetrics().horizontalAdvance("> 99.9 %")) + px(_GAP)
        room = self.viewport().width()
        columns = max(1, room // wanted)
        width = room // columns
        return columns, (width - images) // 2, width, px(_SIDE) + self._lines * self._line_height() + 2 * px(_GAP)

    def _fit(self) -> None:
        columns, _, _, height = self._grid()
        rows = -(-len(self._cells) // columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(height // 2)

    def _place_at(self, point: QPoint) -> int | None:
        columns, _, width, height = self._grid()
        column, row = point.x() // width, (point.y() + self.verticalScrollBar().value()) // height
        number = row * columns + column
        return number if 0 <= column < columns and 0 <= number < len(self._cells) else None

    def _mark(self, place: int) -> None:
        self._place = place
        height = self._grid()[3]
        top = self.image_rect(place).top() - px(4)
        bar = self.verticalScrollBar()
        if top < 0:
            bar.setValue(bar.value() + top)
        elif top + height > self.viewport().height():
            bar.setValue(bar.value() + top + height - self.viewport().height())
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        count = len(self._cells)
        if not count:
            self.setAccessibleDescription(self.tr("No images"))
            return
        self.setAccessibleDescription(
            self.tr("{number:,} of {count:,}: {description}. Press Enter to open it in Draw.").format(
                number=self._place + 1, count=count, description=self._caption(self._place).words
            )
        )

    @Slot()
    def _dress(self) -> None:
        self._palette = Palette(self._theme)
        self._fit()
        self.viewport().update()
