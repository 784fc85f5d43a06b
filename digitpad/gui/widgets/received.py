"""The picture that the network receives, pixel by pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.picture_image import fitted, image_of, levels_of
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import DARK, Theme

_SIDE = 28


class ReceivedPicture(QWidget):
    """Shows 28x28 grey levels in equal squares: dark ink on light, or light ink on dark with dark colours.

    A picture of any other size, (C, H, W), is shown in its own colours and proportions.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: NDArray[np.uint8] | None = None
        self.setObjectName("receivedPicture")
        self.setAccessibleName(self.tr("Picture that the network receives"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.clear()

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The levels shown: (28, 28), ink 255, or those of a picture, (C, H, W); None when there is no picture."""
        return self._levels

    def show_image(self, image: NDArray[np.float32]) -> None:
        """Show what the network receives.

        Parameters
        ----------
        image
            float32 in [0, 1]: (28, 28) with ink 1, or a picture, (C, H, W).
        """
        self._levels = levels_of(image)
        if self._levels.ndim == 3:
            channels, height, width = self._levels.shape
            words = self.tr("A picture in colour, {width} by {height}") if channels == 3 else ""
            words = words or self.tr("A grey picture, {width} by {height}")
            self.setAccessibleDescription(words.format(width=width, height=height))
            tip = self.tr("These {width} × {height} pixels are all that the network sees")
            self.setToolTip(tip.format(width=width, height=height))
        else:
            self.setAccessibleDescription(
                self.tr("%n pixel(s) with ink, of 28 by 28", "", int(np.count_nonzero(self._levels)))
            )
            self.setToolTip(self._about_digits())
        self.update()

    def clear(self) -> None:
        """Show an empty field."""
        self._levels = None
        self.setToolTip(self._about_digits())
        self.setAccessibleDescription(self.tr("Empty"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return five pixels a cell at 100 % text size, and the frame."""
        return QSize(px(5) * _SIDE + 2, px(5) * _SIDE + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cells, each as many whole pixels wide as fit."""
        painter = QPainter(self)
        if self._levels is not None and self._levels.ndim == 3:
            self._paint_picture(painter, self._levels)
            painter.end()
            return
        ratio = self.devicePixelRatioF()
        # Whole device pixels a cell: cells of unequal size would look like ink that is not there.
        cell = max(1, int((min(self.width(), self.height()) - 2) * ratio / _SIDE)) / ratio
        side = round(cell * _SIDE)
        field = QRect(1, 1 + (self.height() - 2 - side) // 2, side, side)
        if self._levels is not None:
            light_ink = self._theme.colours is DARK
            levels = self._levels if light_ink else 255 - self._levels
            image = QImage(levels.data, _SIDE, _SIDE, _SIDE, QImage.Format.Format_Grayscale8)
            painter.drawImage(field, image)
        else:
            painter.fillRect(field, self._theme.colour("field"))
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(field.adjusted(-1, -1, 0, 0))
        painter.end()

    def _paint_picture(self, painter: QPainter, levels: NDArray[np.uint8]) -> None:
        """Paint a picture as large as fits, in its proportions."""
        field = QRectF(fitted(self.rect().adjusted(1, 1, -1, -1), levels.shape[2], levels.shape[1]))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(field, image_of(levels))
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawRect(field.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _about_digits(self) -> str:
        return self.tr("These 28 × 28 grey levels are all that the network sees")
