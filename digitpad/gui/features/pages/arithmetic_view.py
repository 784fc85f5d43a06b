"""The arithmetic of one number, painted: patches times kernels, or a table, and the lines that add up on the right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.features.maps.cell_numbers import paint_numbers
from digitpad.gui.features.maps.colours import coloured, palettes
from digitpad.gui.features.maps.marks import paint_frame
from digitpad.gui.features.pages.explanation import Explanation, Figure, Grid, Line, Row
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_LINES_WIDTH = 26 * SPACE
_CELLS = (18, 38)  # logical pixels: the side of a cell, from the least that a number fits in
_TIMES = 3 * SPACE  # between a patch and its kernel
_APART = 4 * SPACE  # between figures
_ROWS = 6  # of a table in one column
_COLUMN = 40 * SPACE  # the least that a column of it needs
_LEAST_FIGURE = 19 * SPACE  # its name and what it comes to have to fit below it
_EASY = 28  # a cell in which a number is read with ease


@dataclass(frozen=True, slots=True)
class _Limits:
    """The numbers that get the last colours."""

    values: float
    weights: float


class ArithmeticView(QWidget):
    """Paints an explanation.

    Signals
    -------
    room_changed
        There is room for more terms, or for fewer.
    """

    room_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._palettes = palettes(theme.colours)
        self._explanation: Explanation | None = None
        self.setObjectName("arithmeticView")
        self.setAccessibleName("The arithmetic")
        self.setToolTip("The terms add up to the value; what the network's rounding adds is a line of its own")
        self.setMinimumSize(QSize(40 * SPACE, 17 * SPACE))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._dress)

    @property
    def explanation(self) -> Explanation | None:
        """What is shown."""
        return self._explanation

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Show how a number comes about; None for nothing."""
        self._explanation = explanation
        self.setAccessibleDescription("" if explanation is None else in_words(explanation))
        self.update()

    def room_for(self, kernel: tuple[int, int]) -> int:
        """Return how many terms with such a kernel fit beside each other; at least one."""
        width = max(2 * self._cell(kernel) * kernel[1] + _TIMES, _LEAST_FIGURE)
        return max(1, int((self._room() + _APART) // (width + _APART)))

    def table_room(self) -> int:
        """Return how many lines a table has room for."""
        return _ROWS * self._columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say that there is other room."""
        super().resizeEvent(event)
        self.room_changed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the figures or the table, and the lines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        shown = self._explanation
        if shown is None:
            painter.end()
            return
        limits = _limits(shown.figures)
        left = 0.0
        for figure in shown.figures:
            left = self._paint_figure(painter, figure, left, limits) + _APART
        if shown.rows:
            self._paint_table(painter, shown.rows)
        if shown.lines or shown.note:
            self._paint_lines(painter, shown)
        painter.end()

    # Figures

    def _cell(self, shape: tuple[int, ...]) -> float:
        """Return the side of a cell, so that a grid leaves room for the words below it."""
        room = self.height() - self._line() - SPACE // 2
        # Three terms tell more than two in larger cells, and two more than one.
        sides = [(self._room() - terms * _TIMES - (terms - 1) * _APART) / (2 * terms * shape[1]) for terms in (3, 2)]
        most = next((side for side in sides if side >= _EASY), _CELLS[1])
        return float(max(int(min(room / max(shape), most, _CELLS[1])), _CELLS[0]))

    def _room(self) -> float:
        """Return the width beside the lines."""
        return self.width() - _LINES_WIDTH - _APART

    def _columns(self) -> int:
        """Return how many columns of a table fit beside each other."""
        return max(1, int((self._room() + _APART) // (_COLUMN + _APART)))

    def _paint_figure(self, painter: QPainter, figure: Figure, left: float, limits: _Limits) -> float:
        cell = self._cell(figure.grids[0].numbers.shape)
        start = left
        height = 0.0
        for number, grid in enumerate(figure.grids):
            rows, columns = grid.numbers.shape
            if number:
                painter.setPen(self._theme.colour("muted"))
                painter.setFont(text_font(self.font(), scale=1.2))
                painter.drawText(QRectF(left, 0, _TIMES, height), int(Qt.AlignmentFlag.AlignCenter), "×")
                left += _TIMES
            self._paint_grid(painter, grid, (left, 0.0), cell, limits.weights if grid.weights else limits.values)
            left += columns * cell
            height = rows * cell
        left = max(left, start + _LEAST_FIGURE)
        words = QRectF(start, height + SPACE // 2, left - start, self._line())
        strong = fixed_font(self.font(), bold=True)
        number_width = QFontMetricsF(strong).horizontalAdvance(figure.result)
        painter.setFont(self._small())
        painter.setPen(self._theme.colour("muted"))
        room = max(words.width() - number_width - SPACE, 0)
        if room > 4 * SPACE:
            name = QFontMetricsF(self._small()).elidedText(figure.name, Qt.TextElideMode.ElideLeft, room)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(strong)
        painter.setPen(self._theme.colour("text"))
        wide = words.adjusted(min(0.0, words.width() - number_width), 0, 0, 0)
        painter.drawText(wide, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), figure.result)
        return left

    def _paint_grid(
        self, painter: QPainter, grid: Grid, corner: tuple[float, float], cell: float, limit: float
    ) -> None:
        signed = grid.weights or bool((grid.numbers < 0).any())
        colours = coloured(grid.numbers, self._palettes.of(signed=signed), limit)
        rows, columns = grid.numbers.shape
        ground = int(self._theme.colour("field").rgb()) & 0xFFFFFFFF
        colours = np.ascontiguousarray(np.where(grid.inside, colours, np.uint32(ground)))
        image = QImage(colours.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        painter.drawImage(QRectF(*corner, columns * cell, rows * cell), image)
        painter.setPen(self._theme.colour("surface"))
        left, top, right, bottom = corner[0], corner[1], corner[0] + columns * cell, corner[1] + rows * cell
        lines = [QLineF(left, top + row * cell, right, top + row * cell) for row in range(1, rows)]
        lines += [QLineF(left + column * cell, top, left + column * cell, bottom) for column in range(1, columns)]
        painter.drawLines(lines)
        paint_numbers(painter, grid.numbers, colours, corner, cell, self._digits())
        if grid.winner is not None:
            row, column = grid.winner
            area = QRectF(corner[0] + column * cell, corner[1] + row * cell, cell - 1, cell - 1)
            paint_frame(painter, area.adjusted(2, 2, -2, -2), self._theme.colour("warm"), 2)

    # Words

    def _paint_table(self, painter: QPainter, rows: Sequence[Row]) -> None:
        line = min(self._line() + 4, self.height() / min(len(rows), _ROWS))
        columns = -(-len(rows) // _ROWS)
        width = min((self._room() + _APART) / columns - _APART, 46 * SPACE)
        for number, row in enumerate(rows):
            column, place = divmod(number, _ROWS)
            area = QRectF(column * (width + _APART), place * line, width, line)
            self._paint_row(painter, row, area)

    def _paint_row(self, painter: QPainter, row: Row, area: QRectF) -> None:
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number = fixed_font(self.font(), bold=row.strong)
        result = max(10 * SPACE, QFontMetricsF(number).horizontalAdvance(row.result))
        painter.setFont(number)
        painter.setPen(self._theme.colour("warm" if row.strong else "text"))
        painter.drawText(area, right, row.result)
        small = QFontMetricsF(self._digits())
        calculation = small.horizontalAdvance(row.calculation)
        painter.setFont(self._digits())
        painter.setPen(self._theme.colour("muted"))
        middle = area.adjusted(0, 0, -result - SPACE, 0)
        painter.drawText(middle, right, row.calculation)
        painter.setFont(self._small() if not row.strong else text_font(self._small(), bold=True))
        painter.setPen(self._theme.colour("text" if row.strong else "muted"))
        room = middle.width() - calculation - SPACE
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(max(room, 2 * SPACE)))
        painter.drawText(area, left, name)

    def _paint_lines(self, painter: QPainter, shown: Explanation) -> None:
        left, top = self.width() - _LINES_WIDTH, 0.0
        height = self._line() + SPACE // 2
        for line in shown.lines:
            if line.strong and len(shown.lines) > 1:
                painter.setPen(QPen(self._theme.colour("line"), 1))
                painter.drawLine(QPointF(left, top + SPACE // 2), QPointF(self.width(), top + SPACE // 2))
                top += SPACE
            self._paint_line(painter, line, QRectF(left, top, _LINES_WIDTH, height))
            top += height
        if shown.note:
            painter.setFont(self._small())
            painter.setPen(self._theme.colour("muted"))
            flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(left, top, _LINES_WIDTH, height), flags, shown.note)

    def _paint_line(self, painter: QPainter, line: Line, area: QRectF) -> None:
        painter.setFont(text_font(self.font(), bold=line.strong))
        painter.setPen(self._theme.colour("text" if line.strong else "muted"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line.name)
        painter.setFont(fixed_font(self.font(), bold=line.strong))
        painter.setPen(self._theme.colour("warm" if line.strong else "text"))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), line.number)

    def _dress(self) -> None:
        self._palettes = palettes(self._theme.colours)
        self.update()

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + 2

    def _small(self) -> QFont:
        return text_font(self.font(), scale=0.92)

    def _digits(self) -> QFont:
        return fixed_font(self.font(), scale=0.88)


def _limits(figures: Sequence[Figure]) -> _Limits:
    """Return one scale for all patches, and one for all kernels: what looks stronger is."""

    def largest(*, weights: bool) -> float:
        grids = [grid for figure in figures for grid in figure.grids if grid.weights == weights]
        return max((float(np.abs(grid.numbers).max(initial=0)) for grid in grids), default=0.0)

    return _Limits(largest(weights=False), largest(weights=True))


def in_words(explanation: Explanation) -> str:
    """Return an explanation as text, for a screen reader."""
    parts = [f"{explanation.title} is {explanation.value}: {explanation.sentence}."]
    parts += [f"{figure.name}: {figure.result}." for figure in explanation.figures]
    parts += [f"{row.name} {row.calculation}: {row.result}." for row in explanation.rows]
    parts += [f"{line.name}: {line.number}." for line in explanation.lines]
    return " ".join([*parts, explanation.note])
