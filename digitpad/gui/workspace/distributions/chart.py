"""Paints histograms: a small plot for each layer, with one histogram or ridges over the steps of a run."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workspace.distributions.work import Ridge
from digitpad.training.histograms import Histogram

_LEAST_WIDTH = 176  # pixels at 100 % text size: of a plot
_LEAST_HEIGHT = 112
_LEAST_HEIGHT_OF_RIDGES = 176
_OVERLAP = 3.0  # how many distances between ridges the highest one takes


class DistributionsChart(QWidget):
    """Shows the distributions of every layer.

    All ridges of a layer have the same horizontal axis. The area under a ridge is the same for all: a height is a
    density.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ridges: tuple[Ridge, ...] = ()
        self._layers: tuple[str, ...] = ()
        self._marked = 0
        self.setObjectName("distributionsChart")
        self.setAccessibleName(self.tr("Distributions by layer"))
        self.setToolTip(self.tr("How the values of each layer are distributed; the height is a density"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    @property
    def ridges(self) -> tuple[Ridge, ...]:
        """What is shown, the earliest moment first."""
        return self._ridges

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers, in the order of their plots."""
        return self._layers

    def show_ridges(self, ridges: Sequence[Ridge]) -> None:
        """Show one moment, or several over a run."""
        several, self._ridges = len(self._ridges) > 1, tuple(ridges)
        layers = tuple(dict.fromkeys(name for ridge in ridges for name in ridge.layers))
        if layers != self._layers:
            self._layers, self._marked = layers, 0
            self.updateGeometry()
        elif several != (len(self._ridges) > 1):
            self.updateGeometry()
        self._describe()
        self.update()

    def plot_rect(self, layer: str) -> QRectF:
        """Return the rectangle of a layer's plot, with its title and its axis."""
        columns = self._columns(self.width())
        rows = -(-len(self._layers) // columns)
        row, column = divmod(self._layers.index(layer), columns)
        width, height = self.width() / columns, self.height() / rows
        gap = px(SPACE)
        return QRectF(column * width, row * height, width - gap, height - gap)

    def outline(self, layer: str, number: int) -> QPolygonF:
        """Return the outline of a ridge as it is painted.

        Parameters
        ----------
        layer
            The layer.
        number
            The number of the moment, from 0.
        """
        low, high = self._range(layer)
        histogram = self._ridges[number].layers[layer]
        room = self._room(layer)
        count = len(self._ridges)
        distance = room.height() / (count + _OVERLAP - 1)
        base = room.bottom() - (count - 1 - number) * distance
        tallest = distance * _OVERLAP / self._densest(layer)
        scale = room.width() / (high - low)
        edges = [room.left() + (edge - low) * scale for edge in _edges(histogram)]
        heights = [density * tallest for density in _densities(histogram)]
        outline = QPolygonF([QPointF(edges[0], base)])
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            outline.append(QPointF(left, base - height))
            outline.append(QPointF(right, base - height))
        outline.append(QPointF(edges[-1], base))
        return outline

    def sizeHint(self) -> QSize:
        """Return room for all plots."""
        width = px(4 * _LEAST_WIDTH)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return room for one plot in each row."""
        width = max(self.width(), px(_LEAST_WIDTH))
        return QSize(px(_LEAST_WIDTH), self.heightForWidth(width))

    def hasHeightForWidth(self) -> bool:
        """Return that fewer plots in a row need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the least height of all plots."""
        least = _LEAST_HEIGHT if len(self._ridges) <= 1 else _LEAST_HEIGHT_OF_RIDGES
        return px(least) * max(1, -(-len(self._layers) // self._columns(width)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Describe one layer after the other with the arrow keys, for screen readers."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._layers:
            super().keyPressEvent(event)
            return
        self._marked = min(max(self._marked + step, 0), len(self._layers) - 1)
        self._describe()
        self.update()

    def event(self, event: QEvent) -> bool:
        """Show the figures of the plot under the pointer as a tooltip."""
        if isinstance(event, QHelpEvent):
            for layer in self._layers:
                if self.plot_rect(layer).contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), tip_text(self.in_words(layer)), self)
                    return True
        return super().event(event)

    def in_words(self, layer: str) -> str:
        """Return the range and the number of the values of a layer at the last moment."""
        for ridge in reversed(self._ridges):
            histogram = ridge.layers.get(layer)
            if histogram is not None:
                text = self.tr("{layer}: {count:,} values from {low} to {high}")
                if ridge.step is not None:
                    text = self.tr("{layer}, step {step:,}: {count:,} values from {low} to {high}")
                return text.format(
                    layer=layer,
                    step=ridge.step,
                    count=histogram.total,
                    low=f"{histogram.low:.3g}",
                    high=f"{histogram.high:.3g}",
                )
        return ""

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a plot for each layer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, layer in enumerate(self._layers):
            self._paint_plot(painter, layer, marked=self.hasFocus() and number == self._marked)
        painter.end()

    def _paint_plot(self, painter: QPainter, layer: str, *, marked: bool) -> None:
        theme, area, room = self._theme, self.plot_rect(layer), self._room(layer)
        title, small = text_font(self.font(), scale=0.95, bold=True), fixed_font(self.font(), scale=0.8)
        left, right = (int(side | Qt.AlignmentFlag.AlignVCenter) for side in _SIDES)
        painter.setFont(title)
        painter.setPen(theme.colour("text"))
        line = painter.fontMetrics().lineSpacing()
        name = painter.fontMetrics().elidedText(layer, Qt.TextElideMode.ElideMiddle, int(area.width()))
        painter.drawText(QRectF(area.left(), area.top(), area.width(), line), left, name)
        count = len(self._ridges)
        pen = QPen(theme.colour("accent"), 1.2 if count <= 10 else 0.7)
        for number, ridge in enumerate(self._ridges):
            if layer in ridge.layers:
                # The ground hides the ridge behind; the last moment is the strongest.
                outline = self.outline(layer, number)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("surface"))
                painter.drawPolygon(outline)
                painter.setBrush(theme.colour("accent", 0.12 + 0.3 * (number + 1) / count))
                painter.drawPolygon(outline)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(pen)
                painter.drawPolyline(outline)
        low, high = self._range(layer)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setFont(small)
        painter.setPen(theme.colour("muted"))
        below = QRectF(room.left(), room.bottom() + 1, room.width(), painter.fontMetrics().lineSpacing())
        painter.drawText(below, left, f"{low:.2g}")
        painter.drawText(below, right, f"{high:.2g}")
        if low < 0 < high:
            zero = room.left() - low * room.width() / (high - low)
            painter.setPen(QPen(theme.colour("muted", 0.6), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(zero, room.top()), QPointF(zero, room.bottom()))
        if marked:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(-0.5, 0.5, 0.5, -0.5), 4, 4)

    # Parts

    def _columns(self, width: int) -> int:
        return max(1, min(max(1, len(self._layers)), width // px(_LEAST_WIDTH)))

    def _room(self, layer: str) -> QRectF:
        """Return where the ridges of a layer are, below its title and above its axis."""
        line = self.fontMetrics().lineSpacing()
        return self.plot_rect(layer).adjusted(px(2), line + px(2), -px(2), -line)

    def _histograms(self, layer: str) -> list[Histogram]:
        return [ridge.layers[layer] for ridge in self._ridges if layer in ridge.layers]

    def _range(self, layer: str) -> tuple[float, float]:
        edges = [edge for one in self._histograms(layer) for edge in (_edges(one)[0], _edges(one)[-1])]
        return min(edges), max(edges)

    def _densest(self, layer: str) -> float:
        return max(max(_densities(one)) for one in self._histograms(layer))

    def _describe(self) -> None:
        words = self.in_words(self._layers[self._marked]) if self._layers else self.tr("Nothing to show")
        self.setAccessibleDescription(words)


_SIDES = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)


def _edges(histogram: Histogram) -> list[float]:
    """Return the edges of the bins; equal values have a narrow range around them."""
    low, high = histogram.low, histogram.high
    if low == high:
        half = max(abs(low), 1.0) * 0.5
        low, high = low - half, high + half
    bins = len(histogram.counts)
    return [low + (high - low) * place / bins for place in range(bins + 1)]


def _densities(histogram: Histogram) -> list[float]:
    """Return the share of the values in each bin, divided by its width."""
    edges = _edges(histogram)
    width = edges[1] - edges[0]
    return [count / (histogram.total * width) for count in histogram.counts]
