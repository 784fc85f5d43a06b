"""The drawn digit, read by the network that is being trained: its picture, ten bars, and the first layer's maps."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from digitpad.data.images import image_to_digit
from digitpad.data.rasterize import USUAL_CANVAS, ink_to_image
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.widgets.bars import ProbabilityBars
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.received import ReceivedPicture
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.nn.checks import NotFiniteError
from digitpad.reading.recognizer import Recognizer

_MAPS = 6
_TALL, _LOW, _SIDE = 440, 320, 28  # pixels
_HINT = "Draw a digit in the Draw tab: its reading changes here while the network learns."
_NO_ANSWER = "This network has no answer any more: it computes numbers that are not finite."


class MapStrip(QWidget):
    """Some feature maps in a row, each scaled by its own largest value; pale to full accent, negative to warm."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._maps: NDArray[np.float32] | None = None
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self.setObjectName("firstMaps")
        self.setAccessibleName("First feature maps")
        self.setToolTip("What the first maps of the first layer answer to your digit")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._render)

    @property
    def maps(self) -> NDArray[np.float32] | None:
        """The maps shown, (n, H, W); None for none."""
        return self._maps

    def show_maps(self, maps: NDArray[np.float32] | None) -> None:
        """Show the first of some maps (C, H, W), or none."""
        self._maps = None if maps is None else maps[:_MAPS]
        self._render()

    def sizeHint(self) -> QSize:
        """Return room for a row of small squares."""
        return QSize(200, 4 * SPACE)

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(120, 4 * SPACE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint all maps from their one image, or empty squares."""
        painter = QPainter(self)
        side = min((self.width() - (_MAPS - 1) * SPACE / 2) / _MAPS, float(self.height()))
        for index in range(_MAPS):
            place = QRectF(index * (side + SPACE / 2), (self.height() - side) / 2, side, side)
            if self._image is None or self._maps is None or index >= len(self._maps):
                painter.fillRect(place, self._theme.colour("field"))
                continue
            height, width = self._maps.shape[1:]
            painter.drawImage(place, self._image, QRectF(0, index * height, width, height))
        painter.end()

    def _render(self) -> None:
        """Make one picture of all maps, one below the other."""
        self._image = None
        if self._maps is not None and self._maps.size:
            maps = self._maps
            peak = np.abs(maps).max(axis=(1, 2), keepdims=True)
            strength = np.abs(maps) / np.where(peak > 0, peak, 1)
            positive, negative = self._theme.colour("accent"), self._theme.colour("warm")
            ground = _rgb(self._theme.colour("field"))
            ink = np.where((maps >= 0)[..., np.newaxis], _rgb(positive), _rgb(negative))
            colours = np.rint(ground + strength[..., np.newaxis] * (ink - ground)).astype(np.uint32)
            packed = 0xFF000000 | colours[..., 0] << 16 | colours[..., 1] << 8 | colours[..., 2]
            count, height, width = maps.shape
            # Kept: the image has no copy of its own.
            self._pixels = np.ascontiguousarray(packed.reshape(count * height, width), np.uint32)
            self._image = QImage(self._pixels.data, width, count * height, 4 * width, QImage.Format.Format_RGB32)
        self.update()


class DigitCard(QFrame):
    """Shows what a network in training makes of the drawing on the canvas."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("digitCard")
        self.setProperty("card", "true")
        self._reader: Recognizer | None = None
        self._page = Page()
        self.picture = ReceivedPicture(theme, self)
        self.picture.setObjectName("trainedPicture")
        self.bars = ProbabilityBars(theme, self)
        self.bars.setObjectName("trainedBars")
        self.maps = MapStrip(theme, self)
        self._hint = muted(_HINT, self)
        self._hint.setObjectName("digitHint")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title("Your digit, this network", self))
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._hint)
        column.addWidget(self.bars, 1)
        column.addWidget(self.maps)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have a smaller picture where there is little room, for the bars need theirs."""
        super().resizeEvent(event)
        cell = 5 if self.height() >= _TALL else 3 if self.height() >= _LOW else 2
        self.picture.setFixedSize(cell * _SIDE + 2, cell * _SIDE + 2)

    @property
    def reader(self) -> Recognizer | None:
        """The network in training, as it was last published."""
        return self._reader

    @property
    def image(self) -> NDArray[np.float32] | None:
        """The drawing as a network receives it, (28, 28) in [0, 1]; None for nothing, or nothing readable."""
        page = self._page
        if page.is_blank:
            return None
        try:
            if page.picture is not None:
                return image_to_digit(page.picture.ink)
            canvas = USUAL_CANVAS if page.size is None else max(page.size)
            return ink_to_image([stroke.points for stroke in page.strokes], canvas=canvas)
        except DigitpadError:
            # The Draw tab reads the same page, and has said why it cannot be read.
            return None

    def use(self, reader: Recognizer | None) -> None:
        """Read with a network as it is now; None when there is none."""
        self._reader = reader
        self._read()

    def show_page(self, page: Page) -> None:
        """Read what is on the canvas."""
        self._page = page
        self._read()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what was drawn in the meantime."""
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        """Read the page, if there is one and somebody can see it."""
        self._say(_HINT if self._page.is_blank else "")
        if not self.isVisible():
            return
        image, reader = self.image, self._reader
        if image is None or reader is None:
            self._show_nothing(image)
            return
        try:
            # Weights on their way to infinity: what comes of them is said below, not warned of.
            with np.errstate(over="ignore", invalid="ignore"):
                prediction = reader.recognize_pixels(image)
                activations = reader.activations(image)
        except NotFiniteError:
            self._show_no_answer(image)
            return
        maps = [array for name, array in activations.items() if name != "input" and array.ndim == 3][:1]
        if not all(np.isfinite(array).all() for array in (prediction.probabilities, *maps)):
            self._show_no_answer(image)
            return
        self.picture.show_image(prediction.image)
        self.bars.show_probabilities(reader.labels, [float(value) for value in prediction.probabilities])
        self.maps.show_maps(maps[0] if maps else None)

    def _show_nothing(self, image: NDArray[np.float32] | None) -> None:
        """Show what a network would receive, if anything, and no reading of it."""
        if image is None:
            self.picture.clear()
        else:
            self.picture.show_image(image)
        self.bars.clear()
        self.maps.show_maps(None)

    def _show_no_answer(self, image: NDArray[np.float32]) -> None:
        """Show what a network receives that has diverged, and say that nothing comes of it."""
        self._show_nothing(image)
        self._say(_NO_ANSWER)

    def _say(self, words: str) -> None:
        self._hint.setText(words)
        self._hint.setVisible(bool(words))


def _rgb(colour: QColor) -> NDArray[np.float32]:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)
