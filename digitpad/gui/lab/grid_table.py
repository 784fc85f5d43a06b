"""A view of a matrix: cells to point at, walk through with the arrow keys, and edit; some are framed."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from digitpad.gui.lab.grid_model import Cell, GridModel
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import Theme

Numbers = NDArray[np.float64]
_Index = QModelIndex | QPersistentModelIndex

_CELL, _SMALL_CELL = 36, 28
_ROOMY = 6  # columns that have room for large cells
_MARGIN = 4  # pixels left and right of a number together
_SMALLEST = 6.0  # points
_MOST_SHOWN = 9  # rows and columns; further ones are scrolled to


class _CellPainter(QStyledItemDelegate):
    """Paints a number in the middle of its cell, smaller where it would not fit."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the ground and the number."""
        area: QRect = option.rect
        ground, ink = index.data(Qt.ItemDataRole.BackgroundRole), index.data(Qt.ItemDataRole.ForegroundRole)
        if ground is None:
            return
        painter.save()
        painter.fillRect(area, ground)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        font = QFont(painter.font())
        needed = QFontMetrics(font).horizontalAdvance(text)
        if needed > area.width() - _MARGIN:
            font.setPointSizeF(max(_SMALLEST, font.pointSizeF() * (area.width() - _MARGIN) / needed))
        painter.setFont(font)
        painter.setPen(ink.color())
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, elided)
        painter.restore()


class GridTable(QTableView):
    """A table of numbers without headers.

    Parameters
    ----------
    theme
        The colours.
    name, spoken, tip
        Its objectName, accessible name and tooltip.
    editable
        Whether numbers can be typed into it.

    Signals
    -------
    chosen
        Matrix, row and column of the cell that was chosen by a click, a key or pointing.
    typed
        Matrix, row, column and the text that was typed into a cell.
    pasted
        Text was pasted into the table.
    """

    chosen = Signal(int, int, int)
    typed = Signal(int, int, int, str)
    pasted = Signal()

    def __init__(
        self, theme: Theme, name: str, spoken: str, tip: str, parent: QWidget, *, editable: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = GridModel(theme, self, editable=editable)
        self._framed: list[Cell] = []
        self._quiet = False
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setModel(self._grid)
        self.setItemDelegate(_CellPainter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        sizes_itself(self)
        self._grid.typed.connect(self.typed)
        self.selectionModel().currentChanged.connect(self._current_changed)
        theme.changed.connect(self._resize_cells)

    @property
    def grid(self) -> GridModel:
        """The numbers."""
        return self._grid

    def show_values(self, values: Numbers, digits: int = 4, covered: Collection[Cell] = ()) -> None:
        """Show numbers, float64 (matrices, rows, columns), of which some are covered."""
        current = self._grid.cell_at(self.currentIndex())
        reshaped = values.shape != self._grid.values.shape
        self._quiet = True
        self._grid.show_values(values, digits, covered)
        self._resize_cells()
        if reshaped:
            self._framed = []
            self.choose(current or (0, 0, 0))
        self._quiet = False

    def frame_cells(self, cells: Collection[Cell]) -> None:
        """Frame some cells, instead of those before."""
        self._framed = list(cells)
        self.viewport().update()

    def choose(self, cell: Cell) -> None:
        """Make a cell the current one, or the nearest that there is."""
        shape = self._grid.values.shape
        if all(shape):
            inside = tuple(min(max(place, 0), size - 1) for place, size in zip(cell, shape, strict=True))
            self.setCurrentIndex(self._grid.index_of((inside[0], inside[1], inside[2])))

    def sizeHint(self) -> QSize:
        """Return room for the cells, up to some number of rows and columns."""
        side, rows, columns = self._cell_side(), self._grid.rowCount(), self._grid.columnCount()
        bar = self.verticalScrollBar().sizeHint().width()
        wide = columns > _MOST_SHOWN
        tall = rows > _MOST_SHOWN
        return QSize(
            side * min(columns, _MOST_SHOWN) + (bar if tall else 0) + 2,
            side * min(rows, _MOST_SHOWN) + (bar if wide else 0) + 2,
        )

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the cells do not shrink."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste a whole matrix, or move through the cells."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
            event.accept()
            return
        super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the cell that the mouse points at, unless a number is being typed."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        cell = self._grid.cell_at(index)
        if cell is not None and self.state() != QAbstractItemView.State.EditingState:
            self.chosen.emit(*cell)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells, and the frames over them."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(self._theme.colour("warm"), 2))
        framed = QRegion()
        for cell in self._framed:
            framed += self.visualRect(self._grid.index_of(cell)).adjusted(0, 0, 1, 1)
        outline = QPainterPath()
        outline.addRegion(framed)
        painter.drawPath(outline.simplified())
        painter.end()

    def _cell_side(self) -> int:
        return px(_CELL if self._grid.columnCount() <= _ROOMY else _SMALL_CELL)

    @Slot()
    def _resize_cells(self) -> None:
        side = self._cell_side()
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setDefaultSectionSize(side)
        self.setFixedSize(self.sizeHint())
        self.updateGeometry()

    @Slot(QModelIndex)
    def _current_changed(self, index: QModelIndex) -> None:
        cell = self._grid.cell_at(index)
        if cell is not None and not self._quiet:
            self.chosen.emit(*cell)
