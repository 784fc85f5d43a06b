"""A strip of augmented images, which are replaced from time to time.

Digits are augmented at once; pictures take longer, so a worker augments them.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QTimer, Slot
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.data.augmentation import Augmentation
from digitpad.data.rasterize import ink_to_image
from digitpad.gui.canvas.sample_ink import THREE, THREE_SHEET
from digitpad.gui.widgets.picture_image import image_of, levels_of
from digitpad.gui.widgets.theme import DARK, SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext

_COUNT = 5
_EVERY = 1200  # milliseconds
_AT_ONCE = 2 * 28 * 28  # numbers of an image that is augmented within a frame
_AUGMENT = "augment"


class AugmentationPreview(QWidget):
    """Shows one image with several augmentations; a click generates new ones."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._augmentation = Augmentation()
        self._rng = np.random.default_rng(0)
        ink = ink_to_image([np.array(stroke, np.float32) for stroke in THREE], canvas=max(THREE_SHEET))
        self._three = levels_of(ink)[np.newaxis]
        self._sample = self._three
        self._image = self._three
        self._received: NDArray[np.uint8] | None = None
        self._images = np.empty((0, *self._three.shape), np.uint8)
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Augmented images"))
        self.setToolTip(self.tr("An image as the network sees it, augmented at random; click for others"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.augment_again)
        theme.changed.connect(self.update)
        self.augment_again()

    @property
    def images(self) -> NDArray[np.uint8]:
        """The images shown, uint8 (n, C, H, W)."""
        return self._images

    def use(self, augmentation: Augmentation | None) -> None:
        """Set the augmentation; None shows the image unchanged."""
        wanted = augmentation or Augmentation()
        if wanted != self._augmentation:
            self._augmentation = wanted
            self.augment_again()
        self._tick()

    def use_sample(self, sample: NDArray[np.uint8] | None) -> None:
        """Augment a training image, uint8 (C, H, W), while no picture of its shape is drawn; None for a digit."""
        self._sample = self._three if sample is None else sample
        self._choose()

    def show_image(self, image: NDArray[np.float32] | None) -> None:
        """Augment what the network received, (H, W) or (C, H, W) in [0, 1], if the training images have its shape.

        Otherwise, and for None, a training image is augmented.
        """
        levels = None if image is None or not image.any() else levels_of(image)
        self._received = levels[np.newaxis] if levels is not None and levels.ndim == 2 else levels
        self._choose()

    def _choose(self) -> None:
        received = self._received
        image = received if received is not None and received.shape == self._sample.shape else self._sample
        if not np.array_equal(image, self._image):
            self._image = image
            self.augment_again()

    @Slot()
    def augment_again(self) -> None:
        """Augment the image again; a picture only while the strip is visible."""
        self._worker.forget(_AUGMENT)
        if self._image.size <= _AT_ONCE:
            batch = np.repeat(self._image[np.newaxis], _COUNT, axis=0)
            self._images = self._augmentation.apply(batch, self._rng)
            self.update()
        elif self.isVisible():
            self._worker.ask(_AUGMENT, partial(_augment, self._image, self._augmentation, self._rng.spawn(1)[0]))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, np.ndarray):
            self._images = outcome.result
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for a row of small squares."""
        return QSize(200, 5 * SPACE)

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(120, 5 * SPACE)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Generate new augmentations."""
        self.augment_again()

    def showEvent(self, event: QShowEvent) -> None:
        """Generate new augmentations from time to time while the strip is visible."""
        super().showEvent(event)
        if self._images.shape[1:] != self._image.shape:
            self.augment_again()
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop while the strip is hidden."""
        super().hideEvent(event)
        self._timer.stop()
        self._worker.shut_down()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the images: ink dark on light, or light on dark in the dark, and pictures as they are."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(float(self.height()), (self.width() - (_COUNT - 1) * SPACE / 2) / _COUNT)
        gap = (self.width() - _COUNT * side) / (_COUNT - 1)
        # Images of any other shape are pictures.
        ink = self._images.shape[1:] == self._three.shape
        for index, image in enumerate(self._images):
            picture = image_of(255 - image if ink and self._theme.colours is not DARK else image)
            if not ink:
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            elif self._theme.colours is not DARK:
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


def _augment(
    image: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator, context: WorkContext
) -> NDArray[np.uint8] | None:
    """Augment an image several times, in the worker; one by one, so that it ends soon when it is stopped."""
    changed = []
    for _ in range(_COUNT):
        if context.stopped():
            return None
        changed.append(augmentation.apply(image[np.newaxis], rng)[0])
    return np.stack(changed)
