"""The state of each layer: a row for each layer with parameters, with bars, painted by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QT_TRANSLATE_NOOP, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.training.events import LayerMeasure

_BAR = 8.0  # pixels at 100 % text size: how thick a bar is
_ROW = 3 * SPACE  # pixels at 100 % text size
_HEAD = 30  # pixels at 100 % text size: two lines, for where a heading does not fit into one
_RATIOS = (1e-6, 1e-1)  # what the bars of updates go from and to, by their logarithm
_HEADINGS = (
    str(QT_TRANSLATE_NOOP("LayerTable", "gradient norm")),
    str(QT_TRANSLATE_NOOP("LayerTable", "weight norm")),
    str(QT_TRANSLATE_NOOP("LayerTable", "update / weight")),
    str(QT_TRANSLATE_NOOP("LayerTable", "dead units")),
)
_COLUMNS = (0.15, 0.37, 0.56, 0.82)  # where they begin, as shares of the width


@dataclass(frozen=True, slots=True)
class LayerState:
    """A row: a layer with parameters, and the units of the ReLU after it.

    Attributes
    ----------
    name, gradient_norm, weight_norm, update_ratio
        As in `LayerMeasure`.
    units, dead_units
        Of the ReLU that follows; None if none does.
    has_many_dead_units
        Whether there are so many that a hint says so (see `LayerMeasure`).
    """

    name: str
    gradient_norm: float
    weight_norm: float | None
    update_ratio: float | None
    units: int | None = None
    dead_units: int | None = None
    has_many_dead_units: bool = False


def rows_of(layers: Sequence[LayerMeasure]) -> list[LayerState]:
    """Join each layer with parameters and the ReLU after it."""
    rows: list[LayerState] = []
    for layer in layers:
        if layer.gradient_norm is not None:
            rows.append(LayerState(layer.name, layer.gradient_norm, layer.weight_norm, layer.update_ratio))
        elif layer.units is not None and rows and rows[-1].units is None:
            rows[-1] = replace(
                rows[-1],
                units=layer.units,
                dead_units=layer.dead_units,
                has_many_dead_units=layer.has_many_dead_units,
            )
    return rows


class LayerTable(QWidget):
    """Shows the rows; it is as high as they need, for a scroll area to hold."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[LayerState] = []
        self.setObjectName("layerTable")
        self.setAccessibleName(self.tr("State of each layer"))
        self.setToolTip(
            self.tr(
                "Gradient and weight norm, the relative size of each update (about 0.001 is usual), and units that "
                "never activate"
            )
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self.update)

    @property
    def rows(self) -> list[LayerState]:
        """What is shown."""
        return self._rows

    def show_layers(self, layers: Sequence[LayerMeasure]) -> None:
        """Show a measurement; nothing for no layers."""
        rows = rows_of(layers)
        if rows == self._rows:
            return
        if len(rows) != len(self._rows):
            self._rows = rows
            self.updateGeometry()
        self._rows = rows
        self.setAccessibleDescription("; ".join(map(self._say, rows)) or self.tr("Not measured yet"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the headings and all rows."""
        return QSize(px(320), px(_HEAD) + px(_ROW) * max(1, len(self._rows)))

    def minimumSizeHint(self) -> QSize:
        """Return the same height."""
        return QSize(px(280), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the headings and the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lefts = [self.width() * share for share in _COLUMNS] + [float(self.width())]
        head, high, gap = px(_HEAD), px(_ROW), px(SPACE)
        small = text_font(self.font(), scale=0.9)
        painter.setFont(small)
        painter.setPen(self._theme.colour("muted"))
        middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        wrapped = middle | int(Qt.TextFlag.TextWordWrap)
        for column, text in enumerate(_HEADINGS):
            area = QRectF(lefts[column], 0, lefts[column + 1] - lefts[column] - gap, head)
            painter.drawText(area, wrapped, self.tr(text))
        if not self._rows:
            painter.drawText(
                QRectF(0, head, self.width(), high), middle, self.tr("Shown once the training has started.")
            )
        most = max((row.gradient_norm for row in self._rows), default=0.0)
        numbers = fixed_font(self.font())
        for index, row in enumerate(self._rows):
            top = float(head + index * high)
            painter.setFont(self.font())
            painter.setPen(self._theme.colour("text"))
            name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(lefts[0]) - gap)
            painter.drawText(QRectF(0, top, lefts[0], high), middle, name)
            painter.setFont(numbers)
            cells = (figure(row.gradient_norm), figure(row.weight_norm), figure(row.update_ratio), self._dead(row))
            for column, text in enumerate(cells):
                painter.setPen(self._theme.colour("warm" if column == 3 and row.has_many_dead_units else "text"))
                painter.drawText(QRectF(lefts[column], top, lefts[column + 1] - lefts[column], high), middle, text)
            width = painter.fontMetrics().horizontalAdvance("0.00e-00") + gap
            self._bar(painter, lefts[0] + width, lefts[1] - gap, top, row.gradient_norm / most if most else 0.0)
            self._bar(painter, lefts[2] + width, lefts[3] - gap, top, _share_of_ratio(row.update_ratio))
        painter.end()

    def _dead(self, row: LayerState) -> str:
        if row.units is None:
            return "–"
        return self.tr("{dead} of {units}").format(dead=row.dead_units, units=row.units)

    def _say(self, row: LayerState) -> str:
        return self.tr(
            "{layer}: gradient norm {gradient}, weight norm {weight}, update over weight {ratio}, dead units {dead}"
        ).format(
            layer=row.name,
            gradient=figure(row.gradient_norm),
            weight=figure(row.weight_norm),
            ratio=figure(row.update_ratio),
            dead=self._dead(row),
        )

    def _bar(self, painter: QPainter, left: float, right: float, top: float, share: float) -> None:
        width = max(0.0, right - left) * min(1.0, share)
        if width < 1:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent", 0.5))
        painter.drawRoundedRect(QRectF(left, top + (px(_ROW) - px(_BAR)) / 2, width, px(_BAR)), 2, 2)


def figure(value: float | None) -> str:
    """Return a norm or a ratio in two or three digits; a dash for none."""
    if value is None:
        return "–"
    if value != 0 and not 1e-2 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _share_of_ratio(ratio: float | None) -> float:
    if not ratio:
        return 0.0
    low, high = (math.log10(bound) for bound in _RATIOS)
    return max(0.0, (math.log10(ratio) - low) / (high - low))
