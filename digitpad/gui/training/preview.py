"""A strip of augmented digits, which are replaced from time to time."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.data.augmentation import Augmentation
from digitpad.data.rasterize import ink_to_image
from digitpad.gui.canvas.sample_ink import THREE, THREE_SHEET
from digitpad.gui.widgets.theme import DARK, SPACE, Theme

_COUNT = 5
_EVERY = 1200  # milliseconds
_SIDE = 28


class AugmentationPreview(QWidget):
    """Shows one digit with several augmentations; a click generates new ones."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._augmentation = Augmentation()
        self._rng = np.random.default_rng(0)
        ink = ink_to_image([np.array(stroke, np.float32) for stroke in THREE], canvas=max(THREE_SHEET))
        self._sample = _bytes(ink)
        self._digit = self._sample
        self._images = np.empty((0, _SIDE, _SIDE), np.uint8)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Augmented drawings"))
        self.setToolTip(self.tr("A drawing as the network sees it, augmented at random; click for others"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.draw_anew)
        theme.changed.connect(self.update)
        self.draw_anew()

    @property
    def images(self) -> NDArray[np.uint8]:
        """The digits shown, (n, 28, 28)."""
        return self._images

    def use(self, augmentation: Augmentation | None) -> None:
        """Set the augmentation; None shows the digits unchanged."""
        wanted = augmentation or Augmentation()
        if wanted != self._augmentation:
            self._augmentation = wanted
            self.draw_anew()
        self._tick()

    def show_digit(self, image: NDArray[np.float32] | None) -> None:
        """Augment this digit, (28, 28) in [0, 1]; None uses a sample digit."""
        digit = self._sample if image is None or not image.any() else _bytes(image)
        if not np.array_equal(digit, self._digit):
            self._digit = digit
            self.draw_anew()

    @Slot()
    def draw_anew(self) -> None:
        """Augment the digit again."""
        batch = np.repeat(self._digit[np.newaxis, np.newaxis], _COUNT, axis=0)
        self._images = self._augmentation.apply(batch, self._rng)[:, 0]
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a row of small squares."""
        return QSize(200, 5 * SPACE)

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(120, 5 * SPACE)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Generate new augmentations."""
        self.draw_anew()

    def showEvent(self, event: QShowEvent) -> None:
        """Generate new augmentations from time to time while the strip is visible."""
        super().showEvent(event)
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop while the strip is hidden."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the digits: dark ink on light, or light ink on dark in the dark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(float(self.height()), (self.width() - (_COUNT - 1) * SPACE / 2) / _COUNT)
        gap = (self.width() - _COUNT * side) / (_COUNT - 1)
        levels = np.ascontiguousarray(self._images if self._theme.colours is DARK else 255 - self._images)
        for index, image in enumerate(levels):
            picture = QImage(image.data, _SIDE, _SIDE, _SIDE, QImage.Format.Format_Grayscale8)
            if self._theme.colours is not DARK:
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
            else:
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Screen)
            painter.drawImage(QRectF(index * (side + gap), (self.height() - side) / 2, side, side), picture)
        painter.end()

    def _tick(self) -> None:
        if self.isVisible() and self._augmentation:
            self._timer.start()
        else:
            self._timer.stop()


def _bytes(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(image * 255).astype(np.uint8)
