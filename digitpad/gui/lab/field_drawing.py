"""A receptive field as a drawing: one cell above, and in each layer below it the cells that it sees."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme

_LABELS = 14 * SPACE
_ROW = 5 * SPACE


class FieldDrawing(QWidget):
    """Rows of cells, from one cell of a layer back to the input.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._layers: tuple[tuple[str, int], ...] = ()
        self.setObjectName("labFieldDrawing")
        self.setAccessibleName(self.tr("Receptive field"))
        self.setToolTip(self.tr("How many cells of each layer one cell sees, along one axis"))
        theme.changed.connect(self.update)

    def show_layers(self, layers: Sequence[tuple[str, int]]) -> None:
        """Show layers with the number of cells that are seen in each, from the chosen one to the input."""
        # Layers that change no place would repeat the row before them.
        kept = [each for number, each in enumerate(layers) if number == 0 or each[1] != layers[number - 1][1]]
        if layers and kept[-1] != layers[-1]:
            kept[-1] = layers[-1]
        self._layers = tuple(kept)
        self.setAccessibleDescription(", ".join(f"{name} {cells}" for name, cells in self._layers))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the rows."""
        return QSize(px(44 * SPACE), px(_ROW * max(len(self._layers), 4)))

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and less width."""
        return QSize(px(30 * SPACE), px(_ROW * max(len(self._layers), 4)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the rows, and lines from the first and last cell to what they see."""
        if not self._layers:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(px(_LABELS), 0, -px(4), 0)
        most = max(cells for _name, cells in self._layers)
        height = min(area.height() / len(self._layers), px(2 * _ROW))
        before: QRectF | None = None
        for number, (name, cells) in enumerate(self._layers):
            # A cell of an early layer is as wide as what it sees.
            width = area.width() * (cells / most if number == len(self._layers) - 1 else (cells + 0.5) / (most + 0.5))
            row = QRectF(area.center().x() - width / 2, number * height + height / 4, width, height / 2)
            self._paint_row(painter, row, cells)
            painter.setPen(self._theme.colour("text"))
            label = QRectF(0, row.top(), px(_LABELS - SPACE), row.height())
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            text = painter.fontMetrics().elidedText(f"{cells}  {name}", Qt.TextElideMode.ElideRight, int(label.width()))
            painter.drawText(label, flags, text)
            if before is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.colour("warm", 0.12))
                corners = [before.bottomLeft(), before.bottomRight(), row.topRight(), row.topLeft()]
                painter.drawPolygon(QPolygonF([QPointF(corner) for corner in corners]))
            before = row
        painter.end()

    def _paint_row(self, painter: QPainter, row: QRectF, cells: int) -> None:
        painter.setPen(QPen(self._theme.colour("warm"), 1))
        painter.setBrush(self._theme.colour("warm", 0.25))
        side = row.width() / cells
        if side < px(4):
            # Too many to be told apart.
            painter.drawRect(row)
            return
        for number in range(cells):
            painter.drawRect(QRectF(row.left() + number * side, row.top(), side, row.height()))
