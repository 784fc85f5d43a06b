"""A scrolling area of equal cells, each with an image and a caption, painted as one widget.

Only the visible rows are painted, so that any number of cells scrolls. `digitpad.gui.data.look.grid` and
`digitpad.gui.workspace.gallery` are such areas.
"""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme

GAP = SPACE
"""Pixels at 100 % text size between two cells."""


class CellGrid(NamedTuple):
    """Where the cells are, in pixels.

    Attributes
    ----------
    columns
        Number of cells in a row.
    left
        Left edge of the first image.
    width, height
        Size of a cell.
    """

    columns: int
    left: int
    width: int
    height: int


class CellArea(QAbstractScrollArea):
    """Lays out and scrolls the cells, and moves between them by keys; subclasses say what is in them, and paint it.

    Parameters
    ----------
    theme
        The colours.
    name
        Object name.
    above
        Pixels at 100 % text size above an image in its cell.
    parent
        The parent widget.
    """

    #: The colour between the cells.
    ground = "surface"
    #: The keys that open the cell at `place`.
    opening_keys = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})

    def __init__(self, theme: Theme, name: str, above: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._above = above
        self._place = 0
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def place(self) -> int:
        """Number of the current cell."""
        return self._place

    @property
    def columns(self) -> int:
        """Number of cells in a row."""
        return self._grid().columns

    # What subclasses say

    def count_cells(self) -> int:
        """Return the number of cells."""
        raise NotImplementedError

    def image_size(self) -> QSize:
        """Return the size of the image in each cell, in pixels."""
        raise NotImplementedError

    def count_lines(self) -> int:
        """Return the number of lines of a caption."""
        raise NotImplementedError

    def tip_of(self, place: int) -> str:
        """Return the tooltip of a cell, as plain text."""
        raise NotImplementedError

    def move_to(self, place: int) -> None:
        """Make a cell the current one, as an arrow key asks."""
        raise NotImplementedError

    def open_cell(self, place: int) -> None:
        """Open a cell, as Enter asks."""
        raise NotImplementedError

    def describe(self) -> None:
        """Update the accessible description after another cell has become the current one."""
        raise NotImplementedError

    def paint_cells(self, painter: QPainter, places: range, areas: list[QRect]) -> None:
        """Paint visible cells; `areas` are the rectangles of their images, in the coordinates of the viewport."""
        raise NotImplementedError

    # Geometry

    def image_rect(self, place: int) -> QRect:
        """Return the rectangle of the image in a cell, in the coordinates of the viewport."""
        return self._rects(range(place, place + 1))[0]

    def _grid(self) -> CellGrid:
        image = self.image_size()
        wanted = max(image.width(), self.fontMetrics().horizontalAdvance("> 99.9 %")) + px(GAP)
        room = self.viewport().width()
        columns = max(1, room // wanted)
        width = room // columns
        height = image.height() + self.count_lines() * self.line_height() + 2 * px(GAP)
        return CellGrid(columns, (width - image.width()) // 2, width, height)

    def line_height(self) -> int:
        """Return the height of a line of a caption, in pixels."""
        return self.fontMetrics().height()

    def _rects(self, places: range) -> list[QRect]:
        grid, size = self._grid(), self.image_size()
        top = px(self._above) - self.verticalScrollBar().value()
        return [
            QRect(
                grid.left + place % grid.columns * grid.width,
                place // grid.columns * grid.height + top,
                size.width(),
                size.height(),
            )
            for place in places
        ]

    def fit(self) -> None:
        """Update the scroll bar after the size or the number of cells has changed."""
        grid = self._grid()
        rows = -(-self.count_cells() // grid.columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * grid.height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(grid.height // 2)

    def place_at(self, point: QPoint) -> int | None:
        """Return the number of the cell at a point of the viewport; None if there is none."""
        grid = self._grid()
        column = point.x() // grid.width
        place = (point.y() + self.verticalScrollBar().value()) // grid.height * grid.columns + column
        return place if 0 <= column < grid.columns and 0 <= place < self.count_cells() else None

    def mark(self, place: int) -> None:
        """Make a cell the current one, and scroll until it is visible."""
        self._place = place
        height = self._grid().height
        top = self.image_rect(place).top() - px(self._above)
        bar = self.verticalScrollBar()
        if top < 0:
            bar.setValue(bar.value() + top)
        elif top + height > self.viewport().height():
            bar.setValue(bar.value() + top + height - self.viewport().height())
        self.describe()
        self.viewport().update()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the cells for the new size."""
        self.fit()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move to another cell, or open the current one."""
        grid = self._grid()
        last = self.count_cells() - 1
        page = grid.columns * max(1, self.viewport().height() // grid.height)
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -grid.columns,
            Qt.Key.Key_Down: grid.columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -last - 1,
            Qt.Key.Key_End: last + 1,
        }
        key = Qt.Key(event.key())
        if last < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in moves:
            self.move_to(min(max(self._place + moves[key], 0), last))
        elif key in self.opening_keys:
            self.open_cell(self._place)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the tooltip of the cell under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos())
            if place is not None:
                words = tip_text(self.tip_of(place))
                QToolTip.showText(event.globalPos(), words, self.viewport(), self.image_rect(place))
                return True
        return super().viewportEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible rows."""
        painter = QPainter(self.viewport())
        try:
            painter.fillRect(self.viewport().rect(), self._theme.colour(self.ground))
            grid = self._grid()
            top = self.verticalScrollBar().value()
            first = grid.columns * (top // grid.height)
            last = min(self.count_cells(), grid.columns * ((top + self.viewport().height()) // grid.height + 1))
            if first < last:
                places = range(first, last)
                self.paint_cells(painter, places, self._rects(places))
        finally:
            # Qt must not find it active after an exception.
            painter.end()
