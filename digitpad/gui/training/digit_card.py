"""The drawing beside a training: its picture, the bars, and the first layer's maps."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.received import ReceivedPicture
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.headline import show_verdict
from digitpad.gui.workspace.look import Look

if TYPE_CHECKING:
    from digitpad.explain.frame import Frame

_MAPS = 6
_TALL, _LOW, _SIDE = 440, 320, 28  # pixels


class MapStrip(QWidget):
    """Some feature maps in a row, each scaled by its own largest value; pale to full accent, negative to warm."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._maps: NDArray[np.float32] | None = None
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self.setObjectName("firstMaps")
        self.setAccessibleName(self.tr("First feature maps"))
        self.setToolTip(self.tr("The activations of the first maps of the first layer for your drawing"))
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
        return QSize(px(200), px(4 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(px(120), px(4 * SPACE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint all maps from their one image, or empty squares."""
        painter = QPainter(self)
        side = min((self.width() - (_MAPS - 1) * px(SPACE) / 2) / _MAPS, float(self.height()))
        for index in range(_MAPS):
            place = QRectF(index * (side + px(SPACE) / 2), (self.height() - side) / 2, side, side)
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
    """Shows how the current network reads the drawing on the canvas."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("digitCard")
        self.setProperty("card", "true")
        self.picture = ReceivedPicture(theme, self)
        sizes_itself(self.picture)
        self.picture.setObjectName("trainedPicture")
        self.bars = RefusalBars(theme, self)
        self.bars.setObjectName("trainedBars")
        self.maps = MapStrip(theme, self)
        self._hint = muted("", self)
        self._hint.setObjectName("digitHint")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title(self.tr("Your drawing, this network"), self))
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._hint)
        column.addWidget(self.bars, 1)
        column.addWidget(self.maps)
        self._say(self._invitation())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have a smaller picture where there is little room, for the bars need theirs."""
        super().resizeEvent(event)
        cell = px(5 if self.height() >= px(_TALL) else 3 if self.height() >= px(_LOW) else 2)
        self.picture.setFixedSize(cell * _SIDE + 2, cell * _SIDE + 2)

    def show_look(self, look: Look) -> None:
        """Show the drawing as the network received it, what it reads, and its first maps."""
        if look.page.is_blank:
            pictures = look.network is not None and look.network.picture_shape is not None
            self._say(self._invitation(pictures=pictures))
        elif look.not_finite:
            self._say(self.tr("The outputs of this network are not finite, so there is no prediction."))
        elif look.is_reading:
            self._say(self.tr("Reading…"))
        else:
            self._say("")
        if look.pixels is None:
            self.picture.clear()
        else:
            self.picture.show_image(look.pixels)
        show_verdict(look, None, self.bars)
        self.maps.show_maps(None if look.prediction is None or look.frame is None else _first_maps(look.frame))

    def _invitation(self, *, pictures: bool = False) -> str:
        if pictures:
            return self.tr("Open a photograph in the Draw tab: its reading changes here while the network learns.")
        return self.tr("Draw in the Draw tab: the reading changes here while the network learns.")

    def _say(self, words: str) -> None:
        self._hint.setText(words)
        self._hint.setVisible(bool(words))


def _first_maps(frame: "Frame") -> NDArray[np.float32] | None:
    """Return the first layer's maps (C, H, W); None for a network without any."""
    maps = (array for name, array in frame.activations.items() if name != "input" and array.ndim == 3)
    return next(maps, None)


def _rgb(colour: QColor) -> NDArray[np.float32]:
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)
