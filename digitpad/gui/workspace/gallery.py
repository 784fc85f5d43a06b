"""A gallery of images with captions, painted as one widget; only the visible images are painted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from digitpad.data.dataset import Dataset
from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.tiles import Palette, TileStore
from digitpad.inspection import SplitDataset

_SIDE = 56  # pixels at 100 % text size: an image, two for each of its own
_PICTURE = 88  # the same for a picture, the pixels of which are not counted
_GAP = SPACE
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


class Gallery(QAbstractScrollArea):
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

    opened = Signal(int)
    fetched = Signal(int, object)
    failed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: Dataset | None = None
        self._ink = True
        self._tiles = TileStore(self)
        self._reader = LatestWorker(self)
        self._reader.result_ready.connect(self._receive)
        self._indices: NDArray[np.int64] = np.zeros(0, np.int64)
        self._caption: Callable[[int], Caption] = _no_caption
        self._place = 0  # of the marked image
        self._palette = Palette(theme)
        self.setObjectName("gallery")
        self.setAccessibleName(self.tr("Images"))
        self.setToolTip(self.tr("Click an image, or press Enter, to open it in Draw"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setObjectName("qt_gallery_viewport")
        self.viewport().setMouseTracking(True)
        theme.changed.connect(self._dress)
        self._tiles.changed.connect(self.viewport().update)
        self._describe()

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

    @property
    def place(self) -> int:
        """Position of the marked image in the gallery."""
        return self._place

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
        self._fit()
        self._describe()
        self.viewport().update()

    def image_rect(self, place: int) -> QRect:
        """Return the rectangle of the image at a position, in the coordinates of the viewport."""
        columns, left, width, height = self._grid()
        row, column = divmod(place, columns)
        x = left + column * width
        return QRect(x, row * height - self.verticalScrollBar().value() + 2, self._side, self._side)

    def sizeHint(self) -> QSize:
        """Return room for some rows."""
        return QSize(5 * (px(_SIDE) + px(_GAP)), px(320))

    def minimumSizeHint(self) -> QSize:
        """Return room for two images per row."""
        return QSize(3 * (px(_SIDE) + px(_GAP)), px(120))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the images for the new size."""
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark the image under the pointer."""
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._mark(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the image under the pointer if the mouse was pressed on it."""
        place = self._place_at(event.position().toPoint())
        if place is not None and place == self._place and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand pointer over images."""
        over = self._place_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the mark from image to image, and open the marked image."""
        columns = self._grid()[0]
        last = len(self._indices) - 1
        page = columns * max(1, self.viewport().height() // self._grid()[3])
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
        if last < 0:
            super().keyPressEvent(event)
        elif key in moves:
            self._mark(min(max(self._place + moves[key], 0), last))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.opened.emit(self._place)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the description of the image under the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            if place is not None:
                words = self.tr("{description}; click to open it in Draw").format(
                    description=self._caption(int(self._indices[place])).words
                )
                QToolTip.showText(event.globalPos(), tip_text(words), self.viewport(), self.image_rect(place))
                return True
        return super().viewportEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible rows."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.colour("surface"))
        columns, _, width, height = self._grid()
        top = self.verticalScrollBar().value()
        first = columns * (top // height)
        last = min(len(self._indices), columns * ((top + self.viewport().height()) // height + 1))
        if first < last:
            self._paint_images(painter, range(first, last), width)
        painter.end()

    def _paint_images(self, painter: QPainter, places: range, width: int) -> None:
        tiles = self._tiles.pixels(self._indices[places.start : places.stop].tolist())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=not self._ink)
        small, bold = fixed_font(self.font(), scale=0.85), text_font(self.font(), scale=0.95, bold=True)
        line = self._line_height()
        centre = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        for tile, place in zip(tiles, places, strict=True):
            area = self.image_rect(place)
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

    @property
    def _side(self) -> int:
        return px(_SIDE if self._ink else _PICTURE)

    def _line_height(self) -> int:
        return self.fontMetrics().height()

    def _grid(self) -> tuple[int, int, int, int]:
        """Return the number of images per row, the left edge of the first, and the width and height of a cell."""
        wanted = max(self._side, self.fontMetrics().horizontalAdvance("> 99.9 %")) + px(_GAP)
        room = self.viewport().width()
        columns = max(1, room // wanted)
        width = room // columns
        return columns, (width - self._side) // 2, width, self._side + 2 * self._line_height() + 2 * px(_GAP)

    def _fit(self) -> None:
        columns, _, _, height = self._grid()
        rows = -(-len(self._indices) // columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(height // 2)

    def _place_at(self, place: QPoint) -> int | None:
        columns, _, width, height = self._grid()
        column, row = place.x() // width, (place.y() + self.verticalScrollBar().value()) // height
        number = row * columns + column
        return number if 0 <= column < columns and 0 <= number < len(self._indices) else None

    def _mark(self, place: int) -> None:
        self._place = place
        area = self.image_rect(place)
        bar = self.verticalScrollBar()
        if area.top() < 0:
            bar.setValue(bar.value() + area.top() - 2)
        elif area.top() + self._grid()[3] > self.viewport().height():
            bar.setValue(bar.value() + area.top() + self._grid()[3] - self.viewport().height())
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
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
