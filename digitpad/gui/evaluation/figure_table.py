"""A table of the figures of classes, writers or sources, with a bar for the main figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from digitpad.evaluation import Interval
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_ROW = 4 * SPACE
_VALUE = Qt.ItemDataRole.UserRole
_BAR_COLUMN = 2
_NUMBER = 64  # pixels: a percentage
_WIDEST = 20 * SPACE  # of the names of writers
_SLACK = 4  # pixels: text may need slightly more room than the font metrics return
_ARROW = 10  # pixels: the sort indicator beside the title of a column


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes
    ----------
    name
        Name of the class, writer or source; the first column.
    count
        Number of images; the second column.
    shares
        The other columns, in [0, 1]; None is shown as a dash. The first one has a bar.
    interval
        Confidence interval of the first share; None shows none.
    """

    name: str
    count: int
    shares: tuple[float | None, ...]
    interval: Interval | None = None


class FigureTable(QTableWidget):
    """Shows rows, sorted by any column; the bars start at the lowest interval, not at zero.

    Signals
    -------
    row_chosen
        Name of the chosen row.
    """

    row_chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, spoken: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setProperty("plain", "true")
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(_Cells(theme, self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(5 * SPACE)
        self.viewport().setObjectName(f"qt_{name}_viewport")
        self.itemSelectionChanged.connect(self._choose)
        theme.changed.connect(self.viewport().update)

    def show_rows(self, header: Sequence[str], rows: Sequence[Row], *, sort_by: int = 0, falling: bool = False) -> None:
        """Show rows.

        Parameters
        ----------
        header
            Titles of the columns: the names, the counts, and each share.
        rows
            The rows to show.
        sort_by, falling
            The initial sort column, and whether its order is descending.
        """
        self.blockSignals(True)
        self.setSortingEnabled(False)
        self.clear()
        self.setColumnCount(len(header))
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels(list(header))
        for place, row in enumerate(rows):
            self.setItem(place, 0, _Item(row.name, _natural(row.name)))
            self.setItem(place, 1, _Item(f"{row.count:,}", (row.count, "")))
            for column, share in enumerate(row.shares, start=2):
                self.setItem(place, column, _Item(_write(share), (-1.0 if share is None else share, "")))
            self._item_at(place, _BAR_COLUMN).interval = row.interval
        lows = [row.interval.low for row in rows if row.interval is not None]
        delegate = self.itemDelegate()
        if isinstance(delegate, _Cells):
            delegate.least = min(lows, default=0.0)
        self._divide()
        self.setSortingEnabled(True)
        self.sortByColumn(sort_by, Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder)
        self.blockSignals(False)

    def names(self) -> list[str]:
        """Return the names of the rows in the order shown, from top to bottom."""
        return [self._item_at(row, 0).text() for row in range(self.rowCount())]

    def minimumSizeHint(self) -> QSize:
        """Return room for some rows."""
        return QSize(px(280), 5 * px(_ROW))

    def _item_at(self, row: int, column: int) -> "_Item":
        item = self.item(row, column)
        if not isinstance(item, _Item):
            raise TypeError(f"FigureTable: row {row}, column {column} holds {item!r}; expected an item of its own")
        return item

    def _divide(self) -> None:
        """Give every column the width of its text, and the column with the bar the remaining width."""
        header = self.horizontalHeader()
        title, name, figure = self.fontMetrics(), *map(QFontMetrics, (_name_font(self), _figure_font(self)))
        for column in range(self.columnCount()):
            if column == _BAR_COLUMN:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
                continue
            metrics = name if column == 0 else figure
            words = [metrics.horizontalAdvance(self._item_at(row, column).text()) for row in range(self.rowCount())]
            heading = str(self.model().headerData(column, Qt.Orientation.Horizontal))
            words.append(title.horizontalAdvance(heading) + px(_ARROW))
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, min(max(words) + px(2 * SPACE) + _SLACK, px(_WIDEST)))

    @Slot()
    def _choose(self) -> None:
        rows = {index.row() for index in self.selectedIndexes()}
        if rows:
            self.row_chosen.emit(self._item_at(rows.pop(), 0).text())


class _Item(QTableWidgetItem):
    """A cell: its text, its sort key, and the confidence interval of its share."""

    def __init__(self, text: str, key: tuple[float, str]) -> None:
        super().__init__(text)
        self.key = key
        self.interval: Interval | None = None

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self.key < other.key if isinstance(other, _Item) else super().__lt__(other)


class _Cells(QStyledItemDelegate):
    """Paints the cells."""

    def __init__(self, theme: Theme, parent: FigureTable) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = parent
        self.least = 0.0

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a cell: text, or text and a bar with its interval."""
        item = self._table.item(index.row(), index.column())
        area = QRectF(self._table.visualRect(self._table.model().index(index.row(), index.column())))
        chosen = self._table.selectionModel().isRowSelected(index.row(), QModelIndex())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, self._theme.colour("hover" if chosen else "surface"))
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(QPointF(area.left(), area.bottom()), QPointF(area.right(), area.bottom()))
        if item is not None:
            name = index.column() == 0
            painter.setFont(_name_font(self._table) if name else _figure_font(self._table))
            painter.setPen(self._theme.colour("text" if index.column() in {0, _BAR_COLUMN} else "muted"))
            words = area.adjusted(px(SPACE), 0, -px(SPACE), 0)
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            text = painter.fontMetrics().elidedText(item.text(), Qt.TextElideMode.ElideMiddle, int(words.width()))
            painter.drawText(words, flags, text)
            if index.column() == _BAR_COLUMN and isinstance(item, _Item):
                self._paint_bar(painter, words.adjusted(px(_NUMBER), 0, 0, 0), item)
        painter.restore()

    def _paint_bar(self, painter: QPainter, area: QRectF, item: "_Item") -> None:
        share, interval = item.key[0], item.interval
        if share < 0 or area.width() < px(3 * SPACE):
            return
        low = max(0.0, min(self.least, share) - 0.05 * (1 - self.least))
        scale = area.width() / max(1 - low, 1e-9)
        track = QRectF(area.left(), area.center().y() - 3, area.width(), 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("track"))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(self._theme.colour("accent", 0.75))
        painter.drawRoundedRect(QRectF(track.left(), track.top(), (share - low) * scale, 6), 3, 3)
        if interval is not None:
            painter.setPen(QPen(self._theme.colour("text"), 1.5))
            y, left, right = track.center().y(), *(track.left() + (end - low) * scale for end in interval)
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            for x in (left, right):
                painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))


def _name_font(table: QWidget) -> QFont:
    return text_font(table.font(), bold=True)


def _figure_font(table: QWidget) -> QFont:
    return fixed_font(table.font(), scale=0.95)


def _natural(name: str) -> tuple[float, str]:
    """Return the sort key of a name: numbers are sorted by value."""
    return (float(name), "") if name.isdecimal() else (float("inf"), name)


def _write(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f}\N{NO-BREAK SPACE}%"
