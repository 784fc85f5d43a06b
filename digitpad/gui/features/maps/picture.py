"""The picture that the network received, enlarged, with a frame and an explanation laid over it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.explain.structure import INPUT
from digitpad.gui.widgets.picture_image import image_of, levels_of
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import DARK, SPACE, Theme

_ORANGE, _BLUE, _TEAL = (0xE0, 0x7B, 0x1F), (0x2F, 0x86, 0xE0), (0x1F, 0xB8, 0x98)
_STRONGEST = 0.85  # the most that an overlay covers


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Numbers laid over the picture.

    Attributes
    ----------
    values
        float32 (H, W) of any size; stretched over the picture.
    signed
        Whether they may be negative: then blue to orange, otherwise teal.
    """

    values: NDArray[np.float32]
    signed: bool = False


class InputPicture(QWidget):
    """Shows the pixels in equal squares: dark ink on light, or light ink on dark with dark colours.

    Pictures have their own colours.

    Signals
    -------
    pointed
        The `Cell` of the pixel under the pointer, in the layer `input`.
    """

    pointed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixels: NDArray[np.float32] | None = None
        self._is_picture = False
        self._image: QImage | None = None  # the picture as it was painted last
        self._overlay: Overlay | None = None
        self._frame: tuple[int, int, int, int] | None = None
        self.setObjectName("inputPicture")
        self.setAccessibleName(self.tr("Picture that the network receives"))
        self.setToolTip(self.tr("What the network receives, pixel by pixel"))
        self.setMouseTracking(True)
        self.setMinimumSize(15 * SPACE, 15 * SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._dress)
        self.show_pixels(None)

    @property
    def pixels(self) -> NDArray[np.float32] | None:
        """The picture shown, (C, H, W)."""
        return self._pixels

    @property
    def overlay(self) -> Overlay | None:
        """The overlay, if there is one."""
        return self._overlay

    @property
    def framed(self) -> tuple[int, int, int, int] | None:
        """Top, left, bottom and right of the frame, ends excluded."""
        return self._frame

    def show_pixels(self, pixels: NDArray[np.float32] | None, *, picture: bool = False) -> None:
        """Show what the network receives.

        Parameters
        ----------
        pixels
            float32 (C, H, W) in [0, 1]; None shows an empty field.
        picture
            Whether it is a picture, and not ink, which is 1.
        """
        self._pixels, self._is_picture, self._image = pixels, picture, None
        if pixels is not None and picture:
            words = self.tr("A picture, {width} by {height}").format(width=pixels.shape[2], height=pixels.shape[1])
            self.setAccessibleDescription(words)
        else:
            inked = 0 if pixels is None else int(np.count_nonzero(pixels))
            self.setAccessibleDescription(self.tr("%n pixel(s) with ink", "", inked) if inked else self.tr("Empty"))
        self.update()

    def show_overlay(self, overlay: Overlay | None) -> None:
        """Lay numbers over the picture; None removes them."""
        self._overlay = overlay
        self.update()

    def show_frame(self, box: tuple[int, int, int, int] | None) -> None:
        """Frame top, left, bottom, right (ends excluded) of the picture."""
        self._frame = box if box is not None and box[2] > box[0] and box[3] > box[1] else None
        self.update()

    def sizeHint(self) -> QSize:
        """Return seven pixels a cell at 100 % text size."""
        return QSize(px(200), px(200))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Emit the pixel under the pointer."""
        field = self._field()
        if self._pixels is None or not field.contains(event.position()):
            return
        _, height, width = self._pixels.shape
        row = int((event.position().y() - field.top()) / field.height() * height)
        column = int((event.position().x() - field.left()) / field.width() * width)
        self.pointed.emit(Cell(INPUT, 0, min(row, height - 1), min(column, width - 1)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pixels, the overlay and the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=self._is_picture)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        field = self._field()
        if self._pixels is None:
            painter.fillRect(field, self._theme.colour("field"))
        else:
            painter.drawImage(field, self._painted(self._pixels, field))
            if self._overlay is not None:
                painter.drawImage(field, overlay_image(self._overlay))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRect(field.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._frame is not None and self._pixels is not None:
            painter.setPen(QPen(self._theme.colour("warm"), px(2)))
            painter.drawRect(self._boxed(field, self._frame).adjusted(-1, -1, 1, 1))
        painter.end()

    def _painted(self, pixels: NDArray[np.float32], field: QRectF) -> QImage:
        """Return the picture in the size of the field, which is kept: the frame on it follows the pointer."""
        size = (field.size() * self.devicePixelRatioF()).toSize()
        if self._image is None or self._image.size() != size:
            light = self._is_picture or self._theme.colours is DARK
            how = Qt.TransformationMode.SmoothTransformation
            how = how if self._is_picture else Qt.TransformationMode.FastTransformation
            image = picture_image(pixels, light_ink=light)
            self._image = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
        return self._image

    @Slot()
    def _dress(self) -> None:
        self._image = None
        self.update()

    def _boxed(self, field: QRectF, box: tuple[int, int, int, int]) -> QRectF:
        _, height, width = self._pixels.shape if self._pixels is not None else (1, 1, 1)
        top, left, bottom, right = box
        down, across = field.height() / height, field.width() / width
        return QRectF(
            QPointF(field.left() + left * across, field.top() + top * down),
            QPointF(field.left() + right * across, field.top() + bottom * down),
        )

    def _field(self) -> QRectF:
        """Return the area of the pixels, centred: whole device pixels a cell, unless there is too little room."""
        _, height, width = self._pixels.shape if self._pixels is not None else (1, 28, 28)
        ratio = self.devicePixelRatioF()
        fitting = max(1.0, (min(self.width(), self.height()) - 2) * ratio) / max(height, width)
        cell = (int(fitting) if fitting >= 1 else fitting) / ratio
        left = round((self.width() - cell * width) / 2 * ratio) / ratio
        top = round((self.height() - cell * height) / 2 * ratio) / ratio
        return QRectF(left, top, cell * width, cell * height)


def picture_image(pixels: NDArray[np.float32], *, light_ink: bool) -> QImage:
    """Return a picture as an image with one pixel for each cell.

    Parameters
    ----------
    pixels
        (C, H, W) in [0, 1]. Three channels are red, green and blue; with any other number, the mean is shown.
    light_ink
        Whether 1 is light, as in pictures and in ink on dark. Colour pictures are shown unchanged.
    """
    if len(pixels) == 3:
        return image_of(levels_of(pixels))
    grey = levels_of(pixels.mean(axis=0, keepdims=True))
    return image_of(grey if light_ink else 255 - grey)


def overlay_image(overlay: Overlay) -> QImage:
    """Return an overlay as an image with one pixel for each number: larger numbers are less transparent."""
    values = np.nan_to_num(overlay.values)
    limit = float(np.abs(values).max(initial=0)) or 1.0
    share = np.abs(values) / limit
    image = np.empty((*values.shape, 4), np.uint8)
    above, below = (_ORANGE, _BLUE) if overlay.signed else (_TEAL, _TEAL)
    for channel in range(3):
        image[..., channel] = np.where(values >= 0, above[channel], below[channel])
    image[..., 3] = np.rint(share * 255 * _STRONGEST).astype(np.uint8)
    height, width = values.shape
    return QImage(image.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
