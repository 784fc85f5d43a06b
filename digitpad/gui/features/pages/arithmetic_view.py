"""Paints the arithmetic of one number: patches times kernels, or a table, and on the right the lines that add up."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.gui.features.maps.cell_numbers import has_room, paint_numbers
from digitpad.gui.features.maps.colours import palettes
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.features.pages.explanation import Explanation, Figure, Grid, Line, Row, in_words
from digitpad.gui.widgets.picture_image import image_of_colours
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_LINES_WIDTH = 26 * SPACE
# All lengths are logical pixels at 100 % text size.
_CELLS = (24, 38)  # the side of a cell, from the smallest in which a number can be read
_WIDE = 8  # rows or columns of a kernel from which on cells may be too small for numbers, which the tooltip shows
_WIDE_CELL = 12
_TIMES = 3 * SPACE  # between a patch and its kernel
_APART = 4 * SPACE  # between figures
_ROWS = 6  # of a table in one column
_COLUMN = 40 * SPACE  # the least width of such a column
_LEAST_FIGURE = 19 * SPACE  # a figure's name and its result fit below it
_EASY = 28  # a cell in which a number is easy to read
_LEAST_HEIGHT = 17 * SPACE


class ArithmeticView(QWidget):
    """Paints an explanation; the tooltip of a number has all its digits.

    Signals
    -------
    room_changed
        There is room for more or for fewer terms.
    """

    room_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palettes = palettes(theme.colours)
        self._explanation: Explanation | None = None
        self.setObjectName("arithmeticView")
        self._spots: list[tuple[QRectF, str]] = []  # where numbers were painted, and each with all digits
        self._kernel = (3, 3)  # the kernel that the minimum size has room for
        self.setAccessibleName(self.tr("Arithmetic"))
        self.setToolTip(
            self.tr("The terms add up to the value. Point at a number to see all its digits; Ctrl+C copies them.")
        )
        sizes_itself(self)
        self._keep_room()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._dress)

    @property
    def explanation(self) -> Explanation | None:
        """The explanation that is shown."""
        return self._explanation

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Show how a number is computed; None shows nothing."""
        self._explanation = explanation
        if explanation is not None and explanation.figures:
            self._keep_room(explanation.figures[0].grids[0].numbers.shape)
        self.setAccessibleDescription("" if explanation is None else in_words(explanation))
        self.update()

    def room_for(self, kernel: tuple[int, int]) -> int:
        """Return how many terms with such a kernel fit side by side; at least one."""
        width = max(2 * self._cell(kernel) * kernel[1] + px(_TIMES), px(_LEAST_FIGURE))
        return max(1, int((self._room() + px(_APART)) // (width + px(_APART))))

    def table_room(self) -> int:
        """Return how many rows a table has room for."""
        return _ROWS * self._columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Signal that the available room has changed."""
        super().resizeEvent(event)
        self.room_changed.emit()

    def full_at(self, position: QPointF) -> str:
        """Return the number at a point, with all its digits; empty if there is none."""
        return next((text for area, text in self._spots if area.contains(position)), "")

    def event(self, event: QEvent) -> bool:
        """Show the number under the pointer with all its digits."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.full_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), tip_text(text), self)
                return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the figures or the table, and the lines."""
        self._spots = []
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        shown = self._explanation
        if shown is None:
            painter.end()
            return
        left = 0.0
        for figure in shown.figures:
            left = self._paint_figure(painter, figure, left) + px(_APART)
        if shown.rows:
            self._paint_table(painter, shown.rows)
        if shown.lines or shown.note:
            self._paint_lines(painter, shown)
        painter.end()

    # Figures

    def _keep_room(self, kernel: tuple[int, ...] | None = None) -> None:
        """Set the minimum size, in which one term with such a kernel is not cut."""
        self._kernel = (kernel[0], kernel[1]) if kernel is not None else self._kernel
        height, width = self._kernel
        cell = _least_cell(self._kernel)
        figure = max(px(_LEAST_FIGURE), 2 * width * cell + px(_TIMES))
        least = max(px(_LEAST_HEIGHT), height * cell + round(self._line()) + px(SPACE))
        self.setMinimumSize(figure + px(_APART) + px(_LINES_WIDTH), least)

    def _cell(self, shape: tuple[int, ...]) -> float:
        """Return the side of a cell with which a grid leaves room for the text below it."""
        room = self.height() - self._line() - px(SPACE // 2)
        # Three terms are more informative than two in larger cells, and two more than one.
        sides = [
            (self._room() - terms * px(_TIMES) - (terms - 1) * px(_APART)) / (2 * terms * shape[1]) for terms in (3, 2)
        ]
        most = next((side for side in sides if side >= px(_EASY)), px(_CELLS[1]))
        return float(max(int(min(room / max(shape), most, px(_CELLS[1]))), _least_cell(shape)))

    def _room(self) -> float:
        """Return the width beside the lines."""
        return self.width() - px(_LINES_WIDTH) - px(_APART)

    def _columns(self) -> int:
        """Return how many columns of a table fit side by side."""
        return max(1, int((self._room() + px(_APART)) // (px(_COLUMN) + px(_APART))))

    def _paint_figure(self, painter: QPainter, figure: Figure, left: float) -> float:
        cell = self._cell(figure.grids[0].numbers.shape)
        start = left
        height = 0.0
        for number, grid in enumerate(figure.grids):
            rows, columns = grid.numbers.shape
            if number:
                painter.setPen(self._theme.colour("muted"))
                painter.setFont(text_font(self.font(), scale=1.2))
                painter.drawText(QRectF(left, 0, px(_TIMES), height), int(Qt.AlignmentFlag.AlignCenter), "×")
                left += px(_TIMES)
            self._paint_grid(painter, grid, (left, 0.0), cell)
            left += columns * cell
            height = rows * cell
        left = max(left, start + px(_LEAST_FIGURE))
        words = QRectF(start, height + px(SPACE // 2), left - start, self._line())
        strong = fixed_font(self.font(), bold=True)
        number_width = QFontMetricsF(strong).horizontalAdvance(figure.result)
        painter.setFont(self._small())
        painter.setPen(self._theme.colour("muted"))
        room = max(words.width() - number_width - px(SPACE), 0)
        if room > px(4 * SPACE):
            name = QFontMetricsF(self._small()).elidedText(figure.name, Qt.TextElideMode.ElideLeft, room)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(strong)
        painter.setPen(self._theme.colour("text"))
        wide = words.adjusted(min(0.0, words.width() - number_width), 0, 0, 0)
        painter.drawText(wide, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), figure.result)
        return left

    def _paint_grid(self, painter: QPainter, grid: Grid, corner: tuple[float, float], cell: float) -> None:
        colours = grid.scale.colours(grid.numbers, self._palettes)
        rows, columns = grid.numbers.shape
        ground = int(self._theme.colour("field").rgb()) & 0xFFFFFFFF
        image = image_of_colours(np.where(grid.inside, colours, np.uint32(ground)))
        painter.drawImage(QRectF(*corner, columns * cell, rows * cell), image)
        painter.setPen(self._theme.colour("surface"))
        left, top, right, bottom = corner[0], corner[1], corner[0] + columns * cell, corner[1] + rows * cell
        lines = [QLineF(left, top + row * cell, right, top + row * cell) for row in range(1, rows)]
        lines += [QLineF(left + column * cell, top, left + column * cell, bottom) for column in range(1, columns)]
        painter.drawLines(lines)
        if has_room(cell):
            paint_numbers(painter, grid.numbers, colours, corner, cell, self._digits())
        for row in range(rows):
            for column in range(columns):
                area = QRectF(left + column * cell, top + row * cell, cell, cell)
                self._spots.append((area, grid.at(row, column)))
        if grid.winner is not None:
            row, column = grid.winner
            area = QRectF(corner[0] + column * cell, corner[1] + row * cell, cell - 1, cell - 1)
            paint_frame(painter, area.adjusted(2, 2, -2, -2), self._theme.colour("warm"), px(2))

    # Words

    def _paint_table(self, painter: QPainter, rows: Sequence[Row]) -> None:
        line = min(self._line() + px(4), self.height() / min(len(rows), _ROWS))
        columns = -(-len(rows) // _ROWS)
        width = min((self._room() + px(_APART)) / columns - px(_APART), px(46 * SPACE))
        for number, row in enumerate(rows):
            column, place = divmod(number, _ROWS)
            area = QRectF(column * (width + px(_APART)), place * line, width, line)
            self._paint_row(painter, row, area)

    def _paint_row(self, painter: QPainter, row: Row, area: QRectF) -> None:
        self._spots.append((area, f"{row.name}: {row.full}"))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number = fixed_font(self.font(), bold=row.strong)
        result = max(px(10 * SPACE), QFontMetricsF(number).horizontalAdvance(row.result))
        painter.setFont(number)
        painter.setPen(self._theme.colour("warm" if row.strong else "text"))
        painter.drawText(area, right, row.result)
        small = QFontMetricsF(self._digits())
        calculation = small.horizontalAdvance(row.calculation)
        painter.setFont(self._digits())
        painter.setPen(self._theme.colour("muted"))
        middle = area.adjusted(0, 0, -result - px(SPACE), 0)
        painter.drawText(middle, right, row.calculation)
        painter.setFont(self._small() if not row.strong else text_font(self._small(), bold=True))
        painter.setPen(self._theme.colour("text" if row.strong else "muted"))
        room = middle.width() - calculation - px(SPACE)
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(max(room, px(2 * SPACE))))
        painter.drawText(area, left, name)

    def _paint_lines(self, painter: QPainter, shown: Explanation) -> None:
        left, top = self.width() - px(_LINES_WIDTH), 0.0
        height = self._line() + px(SPACE // 2)
        for line in shown.lines:
            if line.strong and len(shown.lines) > 1:
                painter.setPen(QPen(self._theme.colour("line"), 1))
                painter.drawLine(QPointF(left, top + px(SPACE // 2)), QPointF(self.width(), top + px(SPACE // 2)))
                top += px(SPACE)
            self._paint_line(painter, line, QRectF(left, top, px(_LINES_WIDTH), height))
            top += height
        if shown.note:
            painter.setFont(self._small())
            painter.setPen(self._theme.colour("muted"))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(left, top, px(_LINES_WIDTH), height), flags, shown.note)

    def _paint_line(self, painter: QPainter, line: Line, area: QRectF) -> None:
        self._spots.append((area, f"{line.name}: {line.full}"))
        painter.setFont(text_font(self.font(), bold=line.strong))
        painter.setPen(self._theme.colour("text" if line.strong else "muted"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line.name)
        painter.setFont(fixed_font(self.font(), bold=line.strong))
        painter.setPen(self._theme.colour("warm" if line.strong else "text"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), line.number)

    @Slot()
    def _dress(self) -> None:
        self._palettes = palettes(self._theme.colours)
        self._keep_room()
        self.update()

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + 2

    def _small(self) -> QFont:
        return text_font(self.font(), scale=0.92)

    def _digits(self) -> QFont:
        return fixed_font(self.font(), scale=0.88)


def _least_cell(shape: tuple[int, ...]) -> int:
    """Return the least side of a cell of a grid, in logical pixels."""
    return px(_CELLS[0] if max(shape) < _WIDE else _WIDE_CELL)
