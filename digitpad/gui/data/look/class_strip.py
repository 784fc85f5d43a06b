"""The classes of a dataset side by side: the mean or the spread of their images, and how many there are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from digitpad.gui.widgets.picture_image import fitted, image_of_colours
from digitpad.gui.widgets.plain_text import one_line, tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workspace.tiles import Palette, reduced
from digitpad.inspection import ClassStatistics

_SIDE = 44  # pixels at 100 % text size
_BAR = 4
_NOTCH = 120  # eighths of a degree: a step of a wheel
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class ClassStrip(QAbstractScrollArea):
    """Shows a cell for each class; a click or Enter shows only its images, and all again the second time.

    Signals
    -------
    chosen
        Index of the class that was clicked.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palette = Palette(theme)
        self._ink = True
        self._names: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._means: dict[int, NDArray[np.uint8]] = {}
        self._spreads: dict[int, NDArray[np.uint8]] = {}
        self._shows_spread = False
        self._filtered: int | None = None
        self._marked = 0
        self.setObjectName("lookClasses")
        self.setAccessibleName(self.tr("Classes"))
        self.setToolTip(self.tr("Click a class to show only its images; click it again to show all"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setObjectName("qt_look_classes_viewport")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)

    @property
    def counts(self) -> dict[str, int]:
        """The number of images of each class."""
        return dict(zip(self._names, self._counts.tolist(), strict=True))

    @property
    def finished(self) -> int:
        """Number of classes whose mean image is shown."""
        return len(self._means)

    def show_classes(self, names: tuple[str, ...], counts: NDArray[np.int64], *, ink: bool) -> None:
        """Show classes whose statistics are not known yet.

        Parameters
        ----------
        names
            The classes.
        counts
            int64 (classes,): number of images of each.
        ink
            Whether images of one channel are ink.
        """
        self._names, self._counts, self._ink = names, counts, ink
        self._means, self._spreads = {}, {}
        self._marked = min(self._marked, max(0, len(names) - 1))
        self._fit()
        self._describe()
        self.updateGeometry()
        self.viewport().update()

    def add_statistics(self, statistics: ClassStatistics) -> None:
        """Show the mean image and the spread of a class."""
        self._means[statistics.label] = reduced(np.rint(statistics.mean * 255).astype(np.uint8))
        # A pixel that is 0 in half of the images and 1 in the others has the largest deviation, 0.5.
        self._spreads[statistics.label] = reduced(np.rint(statistics.deviation * 510).clip(0, 255).astype(np.uint8))
        self.viewport().update()

    def show_spread(self, *, spread: bool) -> None:
        """Show the standard deviation of the pixels instead of their mean."""
        self._shows_spread = spread
        self.viewport().update()

    def show_filter(self, label: int | None) -> None:
        """Frame the class that is shown alone; None if all are shown."""
        self._filtered = label
        self._describe()
        self.viewport().update()

    def cell_rect(self, label: int) -> QRect:
        """Return the cell of a class, in the coordinates of the viewport."""
        width = self._cell_width()
        return QRect(label * width - self.horizontalScrollBar().value(), 0, width, self._cell_height())

    def sizeHint(self) -> QSize:
        """Return room for ten classes."""
        return QSize(10 * px(_SIDE + SPACE), self._height())

    def minimumSizeHint(self) -> QSize:
        """Return room for two classes."""
        return QSize(2 * px(_SIDE + SPACE), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the cells for the new size."""
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the class under the pointer."""
        label = self._label_at(event.position().toPoint())
        if label is not None and event.button() == Qt.MouseButton.LeftButton:
            self._mark(label)
            self.chosen.emit(label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another class, or choose the marked one."""
        last = len(self._names) - 1
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -last - 1, Qt.Key.Key_End: last + 1}
        key = Qt.Key(event.key())
        if last < 0:
            super().keyPressEvent(event)
        elif key in moves:
            self._mark(min(max(self._marked + moves[key], 0), last))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.chosen.emit(self._marked)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go to other classes if not all of them have room; otherwise the page scrolls."""
        bar = self.horizontalScrollBar()
        notches = (event.angleDelta().y() or event.angleDelta().x()) / _NOTCH
        if bar.maximum() == 0 or not notches:
            event.ignore()
            return
        bar.setValue(bar.value() - round(notches * self._cell_width()))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the name and the number of images of the class under the pointer as a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            label = self._label_at(event.pos())
            if label is not None:
                QToolTip.showText(event.globalPos(), tip_text(self._words(label)), self.viewport())
                return True
        return super().viewportEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible cells."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.colour("surface"))
        name, number = text_font(self.font(), bold=True), fixed_font(self.font(), scale=0.85)
        for label in range(len(self._names)):
            cell = self.cell_rect(label)
            if cell.intersects(self.viewport().rect()):
                self._paint_cell(painter, label, cell)
                room = QRect(cell.left() + px(4), cell.bottom() - 2 * self._line() - px(2), cell.width() - px(8), 0)
                room.setHeight(self._line())
                painter.setFont(name)
                painter.setPen(self._theme.colour("text"))
                text = painter.fontMetrics().elidedText(
                    one_line(self._names[label]), Qt.TextElideMode.ElideRight, room.width()
                )
                painter.drawText(room, _CENTRE, text)
                painter.setFont(number)
                painter.setPen(self._theme.colour("muted"))
                painter.drawText(room.translated(0, self._line()), _CENTRE, f"{self._counts[label]:,}")
        painter.end()

    def _paint_cell(self, painter: QPainter, label: int, cell: QRect) -> None:
        side = px(_SIDE)
        room = QRect(cell.center().x() - side // 2, cell.top() + px(4), side, side)
        painter.fillRect(room, self._theme.colour("field"))
        pixels = (self._spreads if self._shows_spread else self._means).get(label)
        if pixels is not None:
            colours = self._palette.colours(pixels, ink=self._ink)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(fitted(room, colours.shape[1], colours.shape[0]), image_of_colours(colours))
        bar = QRectF(room.left(), room.bottom() + px(4), side, px(_BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        share = self._counts[label] / max(1, int(self._counts.max()))
        if share > 0:
            painter.setBrush(self._theme.colour("accent"))
            bar.setWidth(max(bar.width() * share, bar.height()))
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        focused = self.hasFocus() and label == self._marked
        if focused or label == self._filtered:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("text" if focused else "accent"), 2 if not focused else 1))
            painter.drawRoundedRect(QRectF(cell).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)

    def _line(self) -> int:
        return self.fontMetrics().height()

    def _cell_height(self) -> int:
        return px(_SIDE) + px(_BAR) + 2 * self._line() + px(16)

    def _height(self) -> int:
        return self._cell_height() + self.horizontalScrollBar().sizeHint().height()

    def _cell_width(self) -> int:
        return max(px(_SIDE + SPACE), self.viewport().width() // max(1, len(self._names)), 1)

    def _fit(self) -> None:
        width = self._cell_width() * len(self._names)
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, width - self.viewport().width()))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(self._cell_width())

    def _label_at(self, point: QPoint) -> int | None:
        label = (point.x() + self.horizontalScrollBar().value()) // self._cell_width()
        return label if 0 <= label < len(self._names) else None

    def _mark(self, label: int) -> None:
        self._marked = label
        cell, bar = self.cell_rect(label), self.horizontalScrollBar()
        if cell.left() < 0:
            bar.setValue(bar.value() + cell.left())
        elif cell.right() > self.viewport().width():
            bar.setValue(bar.value() + cell.right() - self.viewport().width())
        self._describe()
        self.viewport().update()

    def _words(self, label: int) -> str:
        count = int(self._counts[label])
        text = self.tr("{name}: {count:,} image(s)", "", count)
        return text.format(name=one_line(self._names[label]), count=count)

    def _describe(self) -> None:
        if not self._names:
            self.setAccessibleDescription(self.tr("No classes"))
            return
        words = self._words(self._marked)
        if self._filtered == self._marked:
            words = self.tr("{description}; only this class is shown").format(description=words)
        self.setAccessibleDescription(words)

    @Slot()
    def _dress(self) -> None:
        self._palette = Palette(self._theme)
        self._fit()
        self.updateGeometry()
        self.viewport().update()
