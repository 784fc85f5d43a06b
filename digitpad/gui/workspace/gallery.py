"""A gallery of images with captions, painted as one widget; only the visible images are painted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QWidget

from digitpad.data.dataset import Dataset
from digitpad.gui.widgets.cell_area import GAP, CellArea
from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme, fixed_font, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.tiles import Palette, TileStore
from digitpad.inspection import SplitDataset

_SIDE = 56  # pixels at 100 % text size: an image, two for each of its own
_PICTURE = 88  # the same for a picture, the pixels of which are not counted
_ARROW = " → "
_IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of an image.

    Attributes
    ----------
    names
        The first line below the image: the true class and, for a mistake, the predicted one; each is elided where
        there is no room for both.
    detail
        The second line.
    wrong
        Whether the image is a mistake; its names have another colour then.
    words
        A full description, for the tooltip and for screen readers.
    """

    names: tuple[str, ...]
    detail: str
    wrong: bool
    words: str


def _no_caption(_index: int) -> Caption:
    return Caption((), "", wrong=False, words="")


class Gallery(CellArea):
    """Shows images; a click or Enter opens one.

    Signals
    -------
    opened
        Position of an image in the gallery.
    fetched
        Index of an image in the dataset, and its pixels: uint8 (H, W) with ink 255, or a picture, (C, H, W).
    failed
        Why an image cannot be fetched, in a sentence.
    """

    opening_keys = CellArea.opening_keys | {Qt.Key.Key_Space}
    opened = Signal(int)
    fetched = Signal(int, object)
    failed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "gallery", 2, parent)
        self._images: Dataset | None = None
        self._ink = True
        self._tiles = TileStore(self)
        self._reader = LatestWorker(self)
        self._reader.result_ready.connect(self._receive)
        self._indices: NDArray[np.int64] = np.zeros(0, np.int64)
        self._caption: Callable[[int], Caption] = _no_caption
        self._palette = Palette(theme)
        self.setAccessibleName(self.tr("Images"))
        self.setToolTip(self.tr("Click an image, or press Enter, to open it in Draw"))
        self.viewport().setObjectName("qt_gallery_viewport")
        self.viewport().setMouseTracking(True)
        theme.changed.connect(self._dress)
        self._tiles.changed.connect(self.viewport().update)
        self.describe()

    @property
    def images(self) -> Dataset | None:
        """The dataset of the images; None for no images."""
        return self._images

    @property
    def indices(self) -> NDArray[np.int64]:
        """Indices of the images shown, in the dataset."""
        return self._indices

    @Slot(int)
    def fetch(self, place: int) -> None:
        """Fetch the image at a position, for `fetched`; a picture is decoded in the background, the newest only."""
        images, index = self._images, int(self._indices[place])
        if images is None:
            raise IndexError("Gallery.fetch: there are no images")
        if isinstance(images.images, np.ndarray):
            self._reader.forget(_IMAGE)
            self.fetched.emit(index, self._shown(images.images[index]))
        else:
            self._reader.ask(_IMAGE, partial(_decoded, images, index))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.trouble:
            self.failed.emit(outcome.trouble)
        elif isinstance(outcome.result, tuple):
            index, image = outcome.result
            self.fetched.emit(index, self._shown(image))

    def _shown(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ink as (H, W), and a picture as (C, H, W)."""
        return image[0] if self._ink else image

    def show_images(
        self,
        images: Dataset | None,
        indices: NDArray[np.int64],
        caption: Callable[[int], Caption],
        *,
        ink: bool = True,
    ) -> None:
        """Show some images of a dataset.

        Parameters
        ----------
        images
            The dataset; None for no images. Only the images in view are decoded.
        indices
            int64 (M,): indices of the images to show, in this order.
        caption
            Returns the caption of an image, given its index in the dataset.
        ink
            Whether the images are ink, 255 on 0, and not pictures.
        """
        if images is not self._images:
            self._images = images
            self._tiles.use(
                None if images is None or not len(images) else SplitDataset(images.name, ("test",), (images,))
            )
        self._reader.forget(_IMAGE)
        self._indices, self._caption, self._ink = indices, caption, ink
        self._place = 0
        self.verticalScrollBar().setValue(0)
        self.fit()
        self.describe()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Return room for some rows."""
        return QSize(5 * (px(_SIDE) + px(GAP)), px(320))

    def minimumSizeHint(self) -> QSize:
        """Return room for two images per row."""
        return QSize(3 * (px(_SIDE) + px(GAP)), px(120))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the image under the pointer."""
        place = self.place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.mark(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the image under the pointer if the mouse was pressed on it."""
        place = self.place_at(event.position().toPoint())
        if place is not None and place == self._place and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand pointer over images."""
        over = self.place_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def count_cells(self) -> int:
        """Return the number of images."""
        return len(self._indices)

    def image_size(self) -> QSize:
        """Return the size of an image: pictures are larger, because their pixels are not counted."""
        side = px(_SIDE if self._ink else _PICTURE)
        return QSize(side, side)

    def count_lines(self) -> int:
        """Return 2: names and detail."""
        return 2

    def tip_of(self, place: int) -> str:
        """Return the description of an image."""
        words = self._caption(int(self._indices[place])).words
        return self.tr("{description}; click to open it in Draw").format(description=words)

    def move_to(self, place: int) -> None:
        """Mark an image."""
        self.mark(place)

    def open_cell(self, place: int) -> None:
        """Report that an image is to be opened."""
        self.opened.emit(place)

    def paint_cells(self, painter: QPainter, places: range, areas: list[QRect]) -> None:
        """Paint each image with its caption."""
        width = self._grid().width
        tiles = self._tiles.pixels(self._indices[places.start : places.stop].tolist())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=not self._ink)
        small, bold = fixed_font(self.font(), scale=0.85), text_font(self.font(), scale=0.95, bold=True)
        line = self.line_height()
        centre = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        for tile, place, area in zip(tiles, places, areas, strict=True):
            if tile is None:
                painter.fillRect(area, self._theme.colour("field"))
            else:
                self._paint_tile(painter, tile, area)
            caption = self._caption(int(self._indices[place]))
            words = QRect(area.center().x() - width // 2, area.bottom() + 3, width, line)
            painter.setFont(bold)
            painter.setPen(self._theme.colour("warm" if caption.wrong else "text"))
            painter.drawText(words, centre, fitted_names(caption.names, painter.fontMetrics(), width))
            painter.setFont(small)
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(words.translated(0, line), centre, caption.detail)
            if place == self._place and self.hasFocus():
                painter.setPen(QPen(self._theme.colour("accent"), 2))
                painter.drawRoundedRect(QRectF(area).adjusted(-1, -1, 1, 1), 3, 3)

    def _paint_tile(self, painter: QPainter, tile: NDArray[np.uint8], area: QRect) -> None:
        """Paint an image in its proportions."""
        colours = self._palette.colours(tile, ink=self._ink)
        painter.drawImage(fitted(area, colours.shape[1], colours.shape[0]), image_of_colours(colours))

    def shut_down(self) -> None:
        """Stop the workers that decode images, and wait for their end."""
        self._tiles.shut_down()
        self._reader.shut_down()

    def describe(self) -> None:
        """Describe the marked image to screen readers."""
        count = len(self._indices)
        if not count:
            self.setAccessibleDescription(self.tr("No images"))
            return
        words = self._caption(int(self._indices[self._place])).words
        self.setAccessibleDescription(
            self.tr("{number} of {count}: {description}. Press Enter to open it in Draw.").format(
                number=self._place + 1, count=count, description=words
            )
        )

    @Slot()
    def _dress(self) -> None:
        self._palette = Palette(self._theme)
        self.viewport().update()


def _decoded(images: Dataset, index: int, _context: WorkContext) -> tuple[int, NDArray[np.uint8]]:
    image: NDArray[np.uint8] = images.images[index]
    return index, image


def fitted_names(names: Sequence[str], metrics: QFontMetrics, width: int) -> str:
    """Return names with arrows between them, each elided to its part of the width in pixels if needed."""
    text = _ARROW.join(names)
    if metrics.horizontalAdvance(text) <= width:
        return text
    room = (width - metrics.horizontalAdvance(_ARROW) * (len(names) - 1)) // len(names)
    return _ARROW.join(metrics.elidedText(name, Qt.TextElideMode.ElideRight, room) for name in names)
