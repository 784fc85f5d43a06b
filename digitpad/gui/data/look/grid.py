"""The grid of images: one painted widget that draws only what is visible, so that any number of images scrolls."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.cell_area import GAP, CellArea
from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, fixed_font, text_font
from digitpad.gui.workspace.tiles import Palette, TileStore

_SIDE = 56  # pixels at 100 % text size: an image
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


class ImageGrid(CellArea):
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
        super().__init__(theme, "lookGrid", 4, parent)
        self._tiles = tiles
        self._cells: NDArray[np.int64] = np.zeros((0, 1), np.int64)
        self._caption: Callable[[int], Caption] = _no_caption
        self._lines = 1
        self._ink = True
        self._palette = Palette(theme)
        self.setAccessibleName(self.tr("Images"))
        self.setToolTip(self.tr("Click an image for its details; press Enter to open it in Draw"))
        # The bar keeps its place, so that nothing moves when the number of images changes.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setObjectName("qt_look_grid_viewport")
        theme.changed.connect(self._dress)
        tiles.changed.connect(self.viewport().update)
        self.describe()

    @property
    def cells(self) -> NDArray[np.int64]:
        """int64 (M, 1) or (M, 2): the indices of the images of each cell."""
        return self._cells

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
        self.fit()
        self.verticalScrollBar().setValue(0)
        if len(cells):
            self.mark(self._place)
        self.describe()
        self.viewport().update()

    def select(self, place: int) -> None:
        """Select a cell, and scroll to it."""
        if 0 <= place < len(self._cells):
            self.mark(place)
            self.selected.emit(place)

    def sizeHint(self) -> QSize:
        """Return room for some columns; the height is what is left."""
        # A layout whose height depends on its width takes the preferred height for the least one.
        return QSize(5 * (px(_SIDE) + px(GAP)), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for a pair, and for one row."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(2 * (px(_SIDE) + px(GAP)) + bar, self._grid().height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the cell under the pointer."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.select(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the cell under the pointer."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def count_cells(self) -> int:
        """Return the number of cells."""
        return len(self._cells)

    def image_size(self) -> QSize:
        """Return the size of the images of a cell."""
        count = int(self._cells.shape[1])
        return QSize(count * px(_SIDE) + (count - 1) * px(_BETWEEN), px(_SIDE))

    def count_lines(self) -> int:
        """Return the number of lines of the captions."""
        return self._lines

    def tip_of(self, place: int) -> str:
        """Return the description of a cell."""
        return self._caption(place).words

    def move_to(self, place: int) -> None:
        """Select a cell."""
        self.select(place)

    def open_cell(self, place: int) -> None:
        """Report that a cell is to be opened."""
        self.opened.emit(place)

    def paint_cells(self, painter: QPainter, places: range, areas: list[QRect]) -> None:
        """Paint the images, and then the captions, so that fonts and colours change rarely."""
        self._paint_images(painter, places, areas)
        self._paint_captions(painter, places, areas, self._grid().width)

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
        line = self.line_height()
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

    def describe(self) -> None:
        """Describe the selected cell to screen readers."""
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
        self.fit()
        self.viewport().update()
