"""The confusion matrix, painted as one widget; choosing a cell shows its images."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

# Lengths in pixels at 100 % text size.
_TOP = 4.5 * SPACE  # above the cells: a title and the columns' labels
_LEFT = 5.0 * SPACE  # beside them: a title and the rows' labels
_MOST_NAME = 10.0 * SPACE  # more, for long names; above the columns, where these are written upwards, as well
_RIGHT = 7.0 * SPACE  # recall
_BOTTOM = 3.0 * SPACE  # precision
_LARGEST = 56.0  # pixels: a cell
_MANY = 16  # classes, from which on the matrix scrolls rather than that its labels overlap
_LEAST = (8.0, 14.0)  # pixels: a cell of a matrix of few, and of many classes


class ConfusionMatrix(QWidget):
    """One row per true class, one column per predicted class.

    Signals
    -------
    cell_chosen
        Row and column of the chosen cell.
    """

    cell_chosen = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._labels: tuple[str, ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._chosen: tuple[int, int] | None = None
        self._measured: tuple[str, int] | None = None  # a font, and the width of the widest name in it
        self.setObjectName("confusionMatrix")
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setToolTip(
            self.tr("Rows are true classes, columns are predicted classes; choose a cell to see its images")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)
        self._describe()

    @property
    def chosen(self) -> tuple[int, int] | None:
        """Row and column of the chosen cell."""
        return self._chosen

    @property
    def mistaken(self) -> list[tuple[int, int]]:
        """The cells with mistakes: those off the diagonal that have images."""
        return [(row, column) for row, column in np.argwhere(self._counts).tolist() if row != column]

    def count(self, cell: tuple[int, int]) -> int:
        """Return the number of images of a cell."""
        return int(self._counts[cell])

    def show_counts(self, labels: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Show a matrix.

        Parameters
        ----------
        labels
            The classes.
        counts
            int64 (classes, classes), see `digitpad.nn.metrics.confusion_matrix`.
        """
        self._labels, self._counts, self._measured = tuple(labels), counts, None
        if self._chosen is not None and max(self._chosen) >= len(labels):
            self._chosen = None
        self._describe()
        # More classes need more room.
        self.updateGeometry()
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Mark a cell, or none; `cell_chosen` is only emitted for choices of the user."""
        self._chosen = cell
        self._describe()
        self.update()

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return the rectangle of a cell."""
        side, left, top = self._grid()
        return QRectF(left + column * side, top + row * side, side, side)

    def sizeHint(self) -> QSize:
        """Return room for cells with easily readable numbers."""
        return QSize(px(480), px(440))

    def minimumSizeHint(self) -> QSize:
        """Return room for cells with numbers, or, of many classes, for cells with labels beside them."""
        side = 0 if len(self._labels) <= _MANY else round(px(_LEAST[1])) * len(self._labels)
        wide, high = self._margin() + px(_RIGHT) + side, self._head() + px(_BOTTOM) + side
        return QSize(max(px(300), round(wide)), max(px(260), round(high)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from cell to cell with the arrow keys."""
        steps = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._labels:
            super().keyPressEvent(event)
            return
        last = len(self._labels) - 1
        row, column = self._chosen or (0, 0)
        if self._chosen is not None:
            row, column = min(max(row + step[0], 0), last), min(max(column + step[1], 0), last)
        self._choose(row, column)

    def event(self, event: QEvent) -> bool:
        """Explain the cell under the pointer in a tooltip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            if cell is not None:
                area = self.cell_rect(*cell).toAlignedRect()
                words = tip_text(self._words(*cell))
                QToolTip.showText(event.globalPos() + QPoint(SPACE, SPACE), words, self, area)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is visible of the matrix; with ten classes this takes about a millisecond."""
        painter = QPainter(self)
        self.paint(painter, QRectF(event.rect()))
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def paint(self, painter: QPainter, visible: QRectF | None = None) -> None:
        """Paint the matrix with any painter, such as that of a file; of a large matrix only what is visible."""
        if not self._labels:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, left, top = self._grid()
        classes = len(self._labels)
        shown = QRectF(left, top, classes * side, classes * side)
        shown = shown if visible is None else shown.intersected(visible)
        rows = range(max(0, int((shown.top() - top) // side)), min(classes, int((shown.bottom() - top) // side) + 1))
        last = int((shown.right() - left) // side) + 1
        columns = range(max(0, int((shown.left() - left) // side)), min(classes, last))
        self._paint_labels(painter, side, left, top)
        number = fixed_font(self.font(), scale=min(1.0, max(0.55, side / px(38))))
        painter.setFont(number)
        right = self._counts.diagonal()
        most = int((self._counts - np.diag(right)).max(initial=0))
        supports = self._counts.sum(axis=1).tolist()
        for row in rows:
            support = supports[row]
            for column in columns:
                count = int(self._counts[row, column])
                area = self.cell_rect(row, column).adjusted(1, 1, -1, -1)
                share = count / support if row == column and support else (count / most) ** 0.5 if most else 0.0
                painter.fillRect(
                    area, self._shade(share, right=row == column) if count else self._theme.colour("field")
                )
                if count and side >= px(_LEAST[1]):
                    painter.setPen(self._theme.colour("text"))
                    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), str(count))
        if self._chosen is not None:
            painter.setPen(QPen(self._theme.colour("text"), px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.cell_rect(*self._chosen), 3, 3)

    def _paint_labels(self, painter: QPainter, side: float, left: float, top: float) -> None:
        count = len(self._labels)
        small = text_font(self.font(), scale=0.9)
        beginning = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        muted, text = self._theme.colour("muted"), self._theme.colour("text")
        centre, right = (
            int(Qt.AlignmentFlag.AlignCenter),
            int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
        )
        end, below = left + count * side, top + count * side
        painter.setFont(small)
        painter.setPen(muted)
        painter.drawText(QRectF(left, top - self._head(), count * side, px(2 * SPACE)), centre, self.tr("Predicted"))
        painter.drawText(QRectF(end, top - px(2.5 * SPACE), px(_RIGHT), px(2 * SPACE)), right, self.tr("Recall"))
        painter.save()
        painter.translate(left - self._margin() + px(SPACE), top + count * side / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(-px(60), -px(SPACE), px(120), px(2 * SPACE)), centre, self.tr("True class"))
        painter.restore()
        painter.drawText(
            QRectF(left - self._margin(), below + 4, self._margin() - 4, px(2.5 * SPACE)),
            right,
            self.tr("Prec.", "short for precision"),
        )
        painter.setFont(self._label_font(side))
        painter.setPen(text)
        metrics, end_of_text = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        upwards = self._names_go_upwards(side)
        room = self._head() - px(2 * SPACE)
        for index, label in enumerate(self._labels):
            beside = metrics.elidedText(label, end_of_text, round(self._margin() - px(3 * SPACE)))
            painter.drawText(
                QRectF(left - self._margin(), top + index * side, self._margin() - px(SPACE), side), right, beside
            )
            if not upwards:
                area = QRectF(left + index * side, top - px(2.5 * SPACE), side, px(2 * SPACE))
                painter.drawText(area, centre, metrics.elidedText(label, end_of_text, round(side)))
                continue
            painter.save()
            painter.translate(left + index * side, top - px(SPACE / 2))
            painter.rotate(-90)
            above = metrics.elidedText(label, end_of_text, round(room))
            painter.drawText(QRectF(0, 0, room, side), beginning, above)
            painter.restore()
        painter.setFont(fixed_font(self.font(), scale=0.85 if side >= px(32) else 0.7))
        painter.setPen(muted)
        hits, rows, columns = self._counts.diagonal(), self._counts.sum(axis=1), self._counts.sum(axis=0)
        for index, hit in enumerate(hits.tolist()):
            if rows[index]:
                area = QRectF(end, top + index * side, px(_RIGHT), side)
                painter.drawText(area, right, percent(hit / int(rows[index])))
            if columns[index]:
                area = QRectF(left + index * side - 4, below + 4, side + 8, px(2.5 * SPACE))
                figure = percent(hit / int(columns[index])).split("\N{NO-BREAK SPACE}")[0]
                painter.drawText(area, centre, figure)

    def _shade(self, share: float, *, right: bool) -> QColor:
        return self._theme.colour(
            "accent" if right else "warm", (0.10 + 0.40 * share) if right else 0.12 + 0.68 * share
        )

    def _margin(self) -> int:
        """Return the width left of the cells: that of digits, and more for longer names, up to a limit."""
        widest = self._widest()
        return px(_LEFT) + min(max(0, widest + px(4) - px(_LEFT - 3 * SPACE)), px(_MOST_NAME))

    def _widest(self) -> int:
        """Return the width of the widest name; measured once for each font, because every cell's place needs it."""
        font = text_font(self.font(), bold=True)
        if self._measured is None or self._measured[0] != font.key():
            metrics = QFontMetrics(font)
            widest = max((metrics.horizontalAdvance(label) for label in self._labels), default=0)
            self._measured = font.key(), widest
        return self._measured[1]

    def _label_font(self, side: float) -> QFont:
        """Return the font of the labels: smaller where cells are lower than a line of text."""
        font = text_font(self.font(), bold=True)
        height = QFontMetrics(font).height()
        return font if side >= height else text_font(self.font(), scale=max(0.7, side / height), bold=True)

    def _names_go_upwards(self, side: float) -> bool:
        """Return whether the names above the columns are turned, because at least one is wider than a column."""
        # Smaller letters are narrower by the same factor.
        fonts = self._label_font(side), text_font(self.font(), bold=True)
        small, usual = (QFontMetrics(font).height() for font in fonts)
        return self._widest() * small / usual > side

    def _head(self) -> float:
        """Return the height above the cells: that of digits, and more for names that are written upwards."""
        widest = self._widest()
        # As wide as a column is in a window of the usual size, so that the height depends on the names alone.
        if widest <= px(_LEAST[1] + SPACE):
            return px(_TOP)
        return px(2.5 * SPACE) + min(widest + px(SPACE), px(_MOST_NAME))

    def _grid(self) -> tuple[float, float, float]:
        """Return the side of a cell, and the left and top edges of the first cell."""
        count = max(len(self._labels), 1)
        room_x, room_y = self.width() - self._margin() - px(_RIGHT), self.height() - self._head() - px(_BOTTOM)
        least = px(_LEAST[count > _MANY])
        side = float(int(max(least, min(room_x / count, room_y / count, px(_LARGEST)))))
        left = (self.width() - self._margin() - px(_RIGHT) - side * count) / 2 + self._margin()
        return side, float(int(max(left, self._margin()))), self._head()

    def _cell_at(self, place: QPointF) -> tuple[int, int] | None:
        side, left, top = self._grid()
        row, column = int((place.y() - top) // side), int((place.x() - left) // side)
        count = len(self._labels)
        return (row, column) if 0 <= row < count and 0 <= column < count else None

    def _choose(self, row: int, column: int) -> None:
        self.choose((row, column))
        self.cell_chosen.emit(row, column)

    def _words(self, row: int, column: int) -> str:
        count, support = int(self._counts[row, column]), int(self._counts[row].sum())
        if row == column:
            text = self.tr("{label}, read correctly: {count:,} of {support:,}")
        else:
            text = self.tr("{label} read as {read}: {count:,} of {support:,}")
        text = text.format(label=self._labels[row], read=self._labels[column], count=count, support=support)
        return f"{text} ({percent(count / support)})" if support else text

    def _describe(self) -> None:
        if not self._labels:
            self.setAccessibleDescription(self.tr("No results yet"))
        elif self._chosen is None:
            self.setAccessibleDescription(self.tr("Use the arrow keys to choose a cell"))
        else:
            self.setAccessibleDescription(self._words(*self._chosen))


def scrolled(matrix: ConfusionMatrix, parent: QWidget) -> QScrollArea:
    """Return an area in which a matrix of many classes scrolls in both directions."""
    area = QScrollArea(parent)
    area.setObjectName("matrixScroll")
    area.setAccessibleName(matrix.accessibleName())
    area.setToolTip(matrix.toolTip())
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setWidget(matrix)
    matrix.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
