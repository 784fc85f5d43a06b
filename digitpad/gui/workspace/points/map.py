"""The map itself: paints the points, and tells which one is under the pointer or inside a rectangle or lasso."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workspace.points import painting
from digitpad.gui.workspace.points.projection import Bounds, Projection, Values

_NEAR = 9  # pixels at 100 % text size: how near a point the pointer has to be
_MARGIN = 3 * SPACE
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Note:
    """What is shown at a point: its picture, lines of text, and a sentence for screen readers."""

    picture: QImage | None
    lines: list[str]
    words: str


class PointsMap(QWidget):
    """Shows images and the drawing as points.

    The dots are painted once, and copied while the drawing or the pointer moves.

    Signals
    -------
    opened
        The index of a point that was clicked.
    chosen
        int64 (M,): the indices of the points inside a rectangle or lasso.
    """

    opened = Signal(int)
    chosen = Signal(object)

    def __init__(self, theme: Theme, note_of: Callable[[int], Note], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._note_of = note_of
        self._places: Values = np.zeros((0, 2), np.float32)
        self._classes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._wrong: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._names: tuple[str, ...] = ()
        self._bounds: Bounds | None = None
        self._drawing: tuple[Values, QImage | None] | None = None
        self._dots: QPixmap | None = None
        self._under: int | None = None
        self._marked = False  # whether the keyboard chose the point
        self._inside: NDArray[np.int64] = np.zeros(0, np.int64)
        self._path: list[QPointF] = []  # of the drag
        #: Whether a drag draws a lasso, not a rectangle.
        self.lasso = False
        self.setObjectName("pointsMap")
        self.setAccessibleName(self.tr("Map of points"))
        self.setToolTip(self.tr("Point at an image to see it; click to open it in Draw; drag to list images"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._dress)

    @property
    def under(self) -> int | None:
        """The index of the point whose note is shown."""
        return self._under

    @property
    def drawing(self) -> Values | None:
        """The place of the drawing in the plane, float32 (2,); None without a drawing."""
        return None if self._drawing is None else self._drawing[0]

    def show_points(
        self,
        places: Values,
        classes: NDArray[np.int64],
        wrong: NDArray[np.bool_],
        names: tuple[str, ...],
        *,
        steady: bool,
    ) -> None:
        """Show points.

        Parameters
        ----------
        places
            float32 (N, 2).
        classes
            int64 (N,): index of the class of each.
        wrong
            bool (N,): which are ringed.
        names
            The names of the classes.
        steady
            Whether they are the same points at another moment: the scale stays, and grows only where they need it.
        """
        bounds = Bounds.of(places)
        same = steady and len(places) == len(self._places)
        self._bounds = bounds.joined(self._bounds) if same and bounds is not None else bounds
        self._places, self._classes, self._wrong, self._names = places, classes, wrong, names
        if not same:
            self._under = None
            self._inside = np.zeros(0, np.int64)
        self._refresh()

    def show_drawing(self, place: Values | None, picture: QImage | None) -> None:
        """Show the drawing at a place (2,); None shows none."""
        before = self._projection()
        self._drawing = None if place is None else (place, picture)
        if self._projection() != before:
            self._dots = None
        self.update()

    def refresh_note(self) -> None:
        """Paint the note again, because its picture is there now."""
        self.update()

    def pixel_of(self, index: int) -> QPointF:
        """Return where a point is painted."""
        return self._projection().point(self._places[index])

    def pixel_of_drawing(self) -> QPointF | None:
        """Return where the drawing is painted; None without a drawing."""
        return None if self._drawing is None else self._projection().point(self._drawing[0])

    def sizeHint(self) -> QSize:
        """Return room for a map."""
        return QSize(px(480), px(320))

    def minimumSizeHint(self) -> QSize:
        """Return room for a small map."""
        return QSize(px(160), px(96))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the dots, and over them what moves."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._dots is None or self._dots.deviceIndependentSize().toSize() != self.size():
            self._dots = self._painted_dots(ratio)
        painter.drawPixmap(0, 0, self._dots)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        middle = self.pixel_of_drawing()
        if middle is not None and self._drawing is not None:
            bold = text_font(self.font(), scale=0.95, bold=True)
            painting.paint_drawing(painter, self._theme, bold, middle, self._drawing[1], self.tr("your drawing"), room)
        self._paint_selection(painter)
        if self._under is not None:
            at = self.pixel_of(self._under)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), px(2)))
            painter.drawEllipse(at, px(8), px(8))
            note = self._note_of(self._under)
            painting.paint_note(painter, self._theme, self.font(), at, room, note.picture, note.lines)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _painted_dots(self, ratio: float) -> QPixmap:
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.colour("surface"))
        if not len(self._places):
            return pixmap
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pixels = self._projection().pixels(self._places)
        painting.paint_dots(painter, self._theme, pixels, self._classes, ratio)
        painting.paint_rings(painter, self._theme, pixels[self._wrong], ratio)
        names = {
            self._names[index]: QPointF(*np.median(pixels[self._classes == index], axis=0).tolist())
            for index in np.unique(self._classes).tolist()
        }
        painting.paint_names(painter, self._theme, text_font(self.font(), scale=1.5, bold=True), names)
        painter.end()
        return pixmap

    def _paint_selection(self, painter: QPainter) -> None:
        accent = self._theme.colour("accent")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, px(2)))
        for x, y in self._projection().pixels(self._places[self._inside]).tolist():
            painter.drawEllipse(QPointF(x, y), px(5), px(5))
        if len(self._path) > 1:
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.setBrush(self._theme.colour("accent", 0.1))
            painter.drawPolygon(self._outline())

    # Pointer and keys

    def event(self, event: QEvent) -> bool:
        """Show no tooltip over the note of a point."""
        if event.type() == QEvent.Type.ToolTip and self._under is not None:
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the note of the point under the pointer, or extend the rectangle or lasso."""
        if not event.buttons() & Qt.MouseButton.LeftButton or not self._path:
            self._point_at(self._nearest(event.position()), marked=False)
            return
        start = self._path[0]
        far = (event.position() - start).manhattanLength() >= QApplication.startDragDistance()
        if far or len(self._path) > 1:
            self._under = None
            self._path.append(event.position())
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a rectangle or a lasso."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._path = [event.position()]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the point that was clicked, or list those inside."""
        if event.button() != Qt.MouseButton.LeftButton or not self._path:
            return
        if len(self._path) == 1:
            start, self._path = self._path[0], []
            nearest = self._nearest(start)
            if nearest is not None:
                self.opened.emit(nearest)
            elif len(self._inside):
                self._choose(np.zeros(0, np.int64))
            return
        outline = self._outline()
        self._path = []
        pixels = self._projection().pixels(self._places).tolist()
        rule = Qt.FillRule.OddEvenFill
        self._choose(
            np.array([i for i, (x, y) in enumerate(pixels) if outline.containsPoint(QPointF(x, y), rule)], np.int64)
        )

    def leaveEvent(self, _event: object) -> None:
        """Remove the note of the pointer."""
        if not self._marked:
            self._point_at(None, marked=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point with the arrow keys; Enter opens, Escape ends."""
        key = Qt.Key(event.key())
        if key in _DIRECTIONS and len(self._places):
            self._point_at(self._next(_DIRECTIONS[key]), marked=True)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._under is not None:
            self.opened.emit(self._under)
        elif key == Qt.Key.Key_Escape and (self._under is not None or len(self._inside) or self._path):
            self._path = []
            self._point_at(None, marked=False)
            self._choose(np.zeros(0, np.int64))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the dots again."""
        super().resizeEvent(event)
        self._dots = None

    # Parts

    def _choose(self, indices: NDArray[np.int64]) -> None:
        self._inside = indices
        self.update()
        self.chosen.emit(indices)

    def _outline(self) -> QPolygonF:
        if self.lasso:
            return QPolygonF(self._path)
        return QPolygonF(QRectF(self._path[0], self._path[-1]).normalized())

    def _nearest(self, at: QPointF) -> int | None:
        if not len(self._places):
            return None
        distances = np.square(self._projection().pixels(self._places) - (at.x(), at.y())).sum(axis=1)
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= px(_NEAR) ** 2 else None

    def _next(self, direction: tuple[float, float]) -> int:
        """Return the nearest point within 45 degrees of a direction from the marked one; itself if there is none."""
        pixels = self._projection().pixels(self._places)
        if self._under is None:
            return int(np.square(pixels - np.median(pixels, axis=0)).sum(axis=1).argmin())
        away = pixels - pixels[self._under]
        along = away @ np.array(direction)
        across = np.abs(away @ np.array(direction[::-1]))
        ahead = np.flatnonzero((along > 0) & (across <= along))
        return int(ahead[(along[ahead] + 2 * across[ahead]).argmin()]) if len(ahead) else self._under

    def _point_at(self, index: int | None, *, marked: bool) -> None:
        self._marked = marked and index is not None
        if index == self._under:
            return
        self._under = index
        self.setCursor(Qt.CursorShape.ArrowCursor if index is None else Qt.CursorShape.PointingHandCursor)
        words = "" if index is None else self._note_of(index).words
        self.setAccessibleDescription(words)
        self.update()

    def _projection(self) -> Projection:
        margin = px(_MARGIN)
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        bounds = self._bounds
        if bounds is None:
            bounds = Bounds(0, 0, 0, 0)
        if self._drawing is not None:
            bounds = bounds.joined(Bounds.of(self._drawing[0][np.newaxis]))
        return Projection.fitting(bounds, room)

    def _refresh(self) -> None:
        self._dots = None
        self.update()

    @Slot()
    def _dress(self) -> None:
        self._refresh()
