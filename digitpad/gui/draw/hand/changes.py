"""Pictures of images that are read differently or wrongly, with what they show and are read as before and after."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.data.dataset import NO_DIGIT
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitpad.adaptation.judging import Change

MOST = 120
"""The largest number of pictures of one kind."""

_SIDE, _GAP = 44, 10  # pixels at 100 %: a picture, and between two of them


class ChangeGrid(QWidget):
    """Shows changes as pictures, in as many lines as they need.

    Below a picture stands what it shows, "= 7", and below that what it was read as before and is read as now, "2 → 7".

    Parameters
    ----------
    theme
        The theme.
    changes
        The changes; of more than `MOST`, the first ones are shown.
    spoken
        The accessible name.
    improves
        Whether the reading after is the right one, which is emphasized.
    """

    def __init__(
        self, theme: Theme, changes: "Sequence[Change]", spoken: str, parent: QWidget, *, improves: bool
    ) -> None:
        super().__init__(parent)
        self._theme, self._improves = theme, improves
        self._changes = tuple(changes[:MOST])
        self._images: list[QImage] = []
        self.setObjectName("changeGrid")
        self.setAccessibleName(spoken)
        self.setAccessibleDescription("; ".join(self._words(change) for change in self._changes))
        self.setToolTip(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._recolour)

    @property
    def changes(self) -> "tuple[Change, ...]":
        """The changes that are shown."""
        return self._changes

    def sizeHint(self) -> QSize:
        """Return room for all lines at the present width."""
        lines = -(-len(self._changes) // self._columns(self.width()))
        return QSize(6 * self._cell().width(), lines * self._cell().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for two pictures."""
        return QSize(2 * self._cell().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for as many lines as the new width needs."""
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the pictures with their captions."""
        if len(self._images) != len(self._changes):
            self._images = [self._image(change) for change in self._changes]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cell, columns = self._cell(), self._columns(self.width())
        line = QFontMetrics(self._font(bold=True)).height()
        for place, (change, image) in enumerate(zip(self._changes, self._images, strict=True)):
            row, column = divmod(place, columns)
            left, top = column * cell.width(), row * cell.height()
            side = (cell.width() - px(_GAP) - px(_SIDE)) // 2
            painter.drawImage(QRect(left + side, top, px(_SIDE), px(_SIDE)), image)
            below = QRectF(left, top + px(_SIDE) + 2, cell.width() - px(_GAP), line)
            truth, readings = caption(change)
            self._write(painter, below, truth, "text", bold=True)
            colour = "accent" if self._improves else "muted"
            self._write(painter, below.translated(0, line), readings, colour, bold=self._improves)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what the picture under the pointer shows."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(QPointF(event.pos()))
            text = self.toolTip() if place is None else self._words(self._changes[place])
            QToolTip.showText(event.globalPos(), tip_text(text), self)
            return True
        return super().event(event)

    def place_at(self, point: QPointF) -> int | None:
        """Return the place of the picture at a point; None if there is none."""
        cell, columns = self._cell(), self._columns(self.width())
        column, line = int(point.x() // cell.width()), int(point.y() // cell.height())
        place = line * columns + column
        return place if 0 <= column < columns and 0 <= place < len(self._changes) else None

    def _columns(self, width: int) -> int:
        return max(1, (width + px(_GAP)) // self._cell().width())

    def _cell(self) -> QSize:
        metrics = QFontMetrics(self._font(bold=True))
        words = max(metrics.horizontalAdvance(text) for change in self._changes for text in caption(change))
        width = max(px(_SIDE), words + px(SPACE // 2))
        return QSize(width + px(_GAP), px(_SIDE) + 2 * metrics.height() + 2 + px(_GAP))

    def _font(self, *, bold: bool) -> QFont:
        font = self.font()
        font.setBold(bold)
        return font

    def _write(self, painter: QPainter, place: QRectF, text: str, colour: str, *, bold: bool) -> None:
        painter.setFont(self._font(bold=bold))
        painter.setPen(self._theme.colour(colour))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _image(self, change: "Change") -> QImage:
        """Return the picture of a change in the colours of the theme: ink in the colour of text."""
        ground, ink = self._theme.colour("field"), self._theme.colour("text")
        share = change.image.astype(np.float32) / 255
        red, green, blue = (
            np.rint(low + share * (high - low)).astype(np.uint32)
            for low, high in (
                (ground.red(), ink.red()),
                (ground.green(), ink.green()),
                (ground.blue(), ink.blue()),
            )
        )
        colours = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
        return image_of_colours(colours).copy()

    def _recolour(self) -> None:
        self._images = []
        self.update()

    def _words(self, change: "Change") -> str:
        return self.tr("{label}, read as {before} before and as {after} now").format(
            label=_long(change.label), before=_long(change.before), after=_long(change.after)
        )


def caption(change: "Change") -> tuple[str, str]:
    """Return the two lines below a picture: what it shows, and what it is read as before and after."""
    return f"= {_short(change.label)}", f"{_short(change.before)} → {_short(change.after)}"


def _short(label: str) -> str:
    return "none" if label == NO_DIGIT else label[:4]


def _long(label: str) -> str:
    return "none" if label == NO_DIGIT else label
