"""The picture that the network receives, pixel by pixel."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import DARK, Theme

_SIDE = 28


class ReceivedPicture(QWidget):
    """Shows 28x28 grey levels in equal squares: dark ink on light, or light ink on dark with dark colours."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: NDArray[np.uint8] | None = None
        self.setObjectName("receivedPicture")
        self.setAccessibleName(self.tr("Picture that the network receives"))
        self.setToolTip(self.tr("These 28 × 28 grey levels are all that the network sees"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.clear()

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The (28, 28) levels shown, ink 255; None when there is no picture."""
        return self._levels

    def show_image(self, image: NDArray[np.float32]) -> None:
        """Show a picture: (28, 28) float32 in [0, 1], ink 1."""
        self._levels = np.ascontiguousarray(np.rint(image * 255).astype(np.uint8))
        self.setAccessibleDescription(
            self.tr("%n pixel(s) with ink, of 28 by 28", "", int(np.count_nonzero(self._levels)))
        )
        self.update()

    def clear(self) -> None:
        """Show an empty field."""
        self._levels = None
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
