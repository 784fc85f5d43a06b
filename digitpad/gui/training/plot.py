"""A plot of curves over the steps of a run: it follows the run, or stays where it was zoomed to; a crosshair reads it.

Curves are given as growing `Series`; `redraw` is called from a timer and draws no more points than the screen can show.
"""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.training.curve_style import Scale, Style, pen_of
from digitpad.gui.training.plot_range import LEAST_LOSS, Range, range_of, rounded
from digitpad.gui.training.series import Series, thin
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_LEFT = 56  # pixels for the numbers on the left: the same in every plot, so that equal steps lie under each other
_BOTTOM = 20
_ZOOM = 1.25
_NOTHING = np.empty(0)
_SEEN = 3.0  # pixels by which a curve must have grown before it is worth drawing anew


class _Curve:
    """One curve: its numbers, its style and what draws it."""

    def __init__(self, style: Style, series: Series, item: Any) -> None:
        self.style, self.series, self.item = style, series, item
        self.hidden = False
        #: What was drawn last: how many points, of which stretch. Nothing is drawn anew that is drawn already.
        self.drawn: tuple[object, ...] = ()


class CurvePlot(QWidget):
    """Shows curves.

    Parameters
    ----------
    theme
        The colours in force.
    name, spoken, tip
        As every control has them.
    scale
        What the values are.

    Signals
    -------
    crosshair_moved
        The step under the crosshair; NaN when it is gone.
    """

    crosshair_moved = Signal(float)

    def __init__(
        self,
        theme: Theme,
        name: str,
        spoken: str,
        tip: str,
        *,
        scale: Scale = Scale.PLAIN,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = scale
        self._log = False
        self._following = True
        self._curves: dict[str, _Curve] = {}
        self._crosshair = math.nan
        #: The newest step when the curves were drawn last.
        self.drawn_to = 0.0
        self._plain_numbers: Any = None  # how the library writes them
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._view: Any = pg.PlotWidget(self, enableMenu=False)
        self._view.setObjectName(f"qt_{name}")
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.viewport().setObjectName(f"qt_{name}Viewport")
        self._view.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._item: Any = self._view.getPlotItem()
        self._item.setMenuEnabled(enableMenu=False)
        self._item.hideButtons()
        # The library's own menu is never shown, but would outlive us.
        self._item.ctrlMenu.setParent(self, self._item.ctrlMenu.windowFlags())
        self._box: Any = self._item.getViewBox()
        self._box.setMouseMode(pg.ViewBox.RectMode)
        self._box.setDefaultPadding(0)
        self._box.disableAutoRange()
        # The library's grid is part of the axes, which would be painted anew with every change of a curve.
        self._grid: Any = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._grid.setZValue(-10)
        self._item.addItem(self._grid, ignoreBounds=True)
        self._line: Any = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(10)
        self._line.hide()
        self._item.addItem(self._line, ignoreBounds=True)
        self._readout = QLabel(self)
        self._readout.setObjectName(f"{name}Readout")
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.setFont(fixed_font(self.font(), scale=0.9))
        self._readout.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self._view.scene().sigMouseMoved.connect(self._point_at)
        self._view.viewport().installEventFilter(self)
        self._box.sigRangeChangedManually.connect(self._stay)
        theme.changed.connect(self._dress)
        self._dress()
        self._frame(rounded(0.0, 1.0, 0.0, 1.0))

    # Curves

    @property
    def keys(self) -> list[str]:
        """The keys of the curves, in the order in which they came."""
        return list(self._curves)

    def put(self, key: str, style: Style, series: Series) -> None:
        """Show a series, in place of the one that had the key before."""
        old = self._curves.get(key)
        if old is not None and old.style == style:
            if old.series is not series:
                old.series, old.drawn = series, ()
            return
        self.remove(key)
        # A curve without dots is spared what the library does for dots.
        item = pg.PlotDataItem(skipFiniteCheck=True) if style.dots else pg.PlotCurveItem(skipFiniteCheck=True)
        self._item.addItem(item)
        curve = self._curves[key] = _Curve(style, series, item)
        curve.hidden = old is not None and old.hidden
        self._paint(curve)

    def remove(self, key: str) -> None:
        """Show a curve no more; one that is not there is none the less gone."""
        curve = self._curves.pop(key, None)
        if curve is not None:
            self._item.removeItem(curve.item)

    def hide_curve(self, key: str, *, hidden: bool) -> None:
        """Hide a curve, or show it again."""
        curve = self._curves.get(key)
        if curve is not None:
            curve.hidden = hidden
            self.redraw()

    def use_scale(self, scale: Scale) -> None:
        """Take the values for something else from now on."""
        self._scale = scale
        self._dress()
        self.show_all()

    def use_log(self, *, log: bool) -> None:
        """Scale the values by their logarithm, or as they are."""
        self._log = log
        self._item.getAxis("left").setLogMode(log)
        self.show_all()

    def show_all(self) -> None:
        """Show all curves whole, and follow them from now on."""
        self._following = True
        self.redraw()

    @property
    def follows(self) -> bool:
        """Whether the plot follows the run, rather than staying where it was zoomed to."""
        return self._following

    @property
    def view_range(self) -> Range:
        """The steps and the values in view; with a logarithmic scale, the values' logarithms."""
        (left, right), (low, high) = self._box.viewRange()
        return (float(left), float(right)), (float(low), float(high))

    def redraw(self) -> None:
        """Draw what the series hold now."""
        shown = [curve for curve in self._curves.values() if not curve.hidden and len(curve.series)]
        if self._following and shown:
            steady = [curve for curve in shown if curve.style.sets_range] or shown
            framed = range_of([c.series for c in shown], [c.series for c in steady], self._scale, log=self._log)
            if framed is not None:
                self._frame(framed)
        (left, right), _ = self._box.viewRange()
        points = max(200, self._view.viewport().width())
        for curve in self._curves.values():
            wanted: tuple[object, ...] = ("hidden",)
            if not curve.hidden:
                wanted = (len(curve.series), left, right, points, self._log)
            if wanted == curve.drawn:
                continue
            curve.drawn = wanted
            if curve.hidden or not len(curve.series):
                curve.item.setData(_NOTHING, _NOTHING)
                continue
            x, y = curve.series.x, curve.series.y
            # One point beyond each edge, so that lines leave the view rather than end in it.
            part = slice(max(0, int(np.searchsorted(x, left)) - 1), int(np.searchsorted(x, right)) + 2)
            x, y = thin(x[part], y[part], points)
            curve.item.setData(x, np.log10(np.maximum(y, LEAST_LOSS)) if self._log else y)
        self.drawn_to = self._newest()
        self._read()

    def redraw_if_seen(self) -> None:
        """Draw what the series hold now if the eye could tell: some pixels of line, or a dot, have come.

        In a long run a step is a fraction of a pixel, and to draw each would take time from the training.
        """
        (left, right), _ = self._box.viewRange()
        grown = (self._newest() - self.drawn_to) * self._view.viewport().width()
        if grown >= _SEEN * (right - left) or self._has_new_dots():
            self.redraw()

    def _newest(self) -> float:
        """Return the newest step of the run that the plot is about: those beside it grow no more."""
        shown = [one for one in self._curves.values() if len(one.series) and not one.hidden]
        return max((float(one.series.x[-1]) for one in shown if not one.style.is_of_other_run), default=0.0)

    def _has_new_dots(self) -> bool:
        dotted = (curve for curve in self._curves.values() if curve.style.dots and not curve.hidden)
        return any(curve.drawn[:1] != (len(curve.series),) for curve in dotted)

    # The crosshair

    def point_to(self, step: float) -> None:
        """Put the crosshair on a step; NaN takes it away."""
        self._crosshair = step
        self._line.setVisible(not math.isnan(step))
        if not math.isnan(step):
            self._line.setPos(step)
        self._read()

    @property
    def readout(self) -> str:
        """What the crosshair says; empty without one."""
        return self._readout.text() if not math.isnan(self._crosshair) else ""

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Take the crosshair away with the pointer, and show all on a double click."""
        if event.type() == QEvent.Type.Leave and not self.hasFocus():
            self._move_crosshair(math.nan)
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self.show_all()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the crosshair with the arrows, zoom with plus and minus, show all with Home."""
        (left, right), _ = self._box.viewRange()
        centre = self._crosshair if left <= self._crosshair <= right else (left + right) / 2
        stride = max(1.0, round((right - left) / 50))
        match event.key():
            case Qt.Key.Key_Left:
                self._move_crosshair(max(left, round(centre) - stride))
            case Qt.Key.Key_Right:
                self._move_crosshair(min(right, round(centre) + stride))
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(centre, 1 / _ZOOM)
            case Qt.Key.Key_Minus:
                self._zoom(centre, _ZOOM)
            case Qt.Key.Key_Home:
                self.show_all()
            case _:
                super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw lines as thick as this screen wants them."""
        super().showEvent(event)
        self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the readout in its corner."""
        super().resizeEvent(event)
        self._place_readout()
        self._draw_grid()

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines of the grid."""
        return QSize(160, 72)

    # Parts

    def _frame(self, framed: Range) -> None:
        if self.view_range != framed:
            across, up = framed
            self._box.setRange(xRange=across, yRange=up, padding=0, disableAutoRange=True)
            self._draw_grid()

    def _draw_grid(self) -> None:
        """Draw a line across at each number of the axis."""
        (left, right), (low, high) = self.view_range
        levels = self._item.getAxis("left").tickValues(low, high, max(1, self._view.viewport().height()))
        values = np.asarray(levels[0][1], float) if levels else _NOTHING
        self._grid.setData(np.tile([left, right], len(values)), np.repeat(values, 2))

    def _zoom(self, centre: float, factor: float) -> None:
        (left, right), _ = self._box.viewRange()
        self._following = False
        self._box.setXRange(centre - (centre - left) * factor, centre + (right - centre) * factor, padding=0)
        self._draw_grid()
        self.redraw()

    @Slot(object)
    def _stay(self, _mouse: object) -> None:
        self._following = False
        self._draw_grid()
        self.redraw()

    @Slot(object)
    def _point_at(self, place: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(place):
            self._move_crosshair(float(self._box.mapSceneToView(place).x()))

    def _move_crosshair(self, step: float) -> None:
        self.point_to(step)
        self.crosshair_moved.emit(step)

    def _read(self) -> None:
        """Write the values under the crosshair."""
        if math.isnan(self._crosshair):
            self._readout.hide()
            return
        lines = [f"step {max(0, round(self._crosshair)):,}"]
        for curve in self._curves.values():
            if not curve.hidden and len(curve.series):
                x = curve.series.x
                near = min(int(np.searchsorted(x, self._crosshair)), len(x) - 1)
                if near > 0 and self._crosshair - x[near - 1] < x[near] - self._crosshair:
                    near -= 1
                lines.append(f"{curve.style.name} {self._write(float(curve.series.y[near]))}")
        self._readout.setText("   ".join(lines))
        self.setAccessibleDescription(", ".join(lines))
        self._readout.show()
        self._place_readout()

    def _write(self, value: float) -> str:
        return f"{100 * value:.2f}\N{NO-BREAK SPACE}%" if self._scale is not Scale.PLAIN else f"{value:.4g}"

    def _place_readout(self) -> None:
        self._readout.adjustSize()
        width = min(self._readout.width(), self.width() - _LEFT)
        self._readout.setGeometry(self.width() - width, 0, width, self._readout.height())

    def _percentages(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        """Write the numbers at an axis of shares; there are none above one."""
        decimals = max(0, -math.floor(math.log10(spacing) + 1e-9) - 2)
        return [f"{100 * value:.{decimals}f}\N{NO-BREAK SPACE}%" if value <= 1 + 1e-9 else "" for value in values]

    @Slot()
    def _dress(self) -> None:
        """Put the colours in force on."""
        theme = self._theme
        self._view.setBackground(theme.colour("surface"))
        small = text_font(self.font(), scale=0.9)
        for side in ("left", "bottom"):
            axis: Any = self._item.getAxis(side)
            axis.setPen(QPen(theme.colour("line"), 1))
            axis.setTextPen(theme.colour("muted"))
            axis.setStyle(
                tickFont=small,
                tickLength=0,
                tickTextOffset=SPACE // 2,
                hideOverlappingLabels=True,
                maxTickLevel=0,
                autoExpandTextSpace=False,
                autoReduceTextSpace=False,
            )
            axis.enableAutoSIPrefix(enable=False)
        left: Any = self._item.getAxis("left")
        left.setWidth(_LEFT)
        self._item.getAxis("bottom").setHeight(_BOTTOM)
        grid = QPen(theme.colour("line"), 1)
        grid.setCosmetic(True)
        self._grid.setPen(grid)
        if self._plain_numbers is None:
            self._plain_numbers = left.tickStrings
        left.tickStrings = self._plain_numbers if self._scale is Scale.PLAIN else self._percentages
        left.picture = None
        self._line.setPen(QPen(theme.colour("muted"), 1))
        self._readout.setStyleSheet(
            f"background: {theme.colours.surface}; color: {theme.colours.text}; padding: 2px 4px;"
            f"border: 1px solid {theme.colours.line}; border-radius: 4px;"
        )
        for curve in self._curves.values():
            self._paint(curve)

    def _paint(self, curve: _Curve) -> None:
        style, item = curve.style, curve.item
        pen = pen_of(style, self._theme, self.devicePixelRatioF())
        item.setPen(pen)
        item.setZValue(style.width)
        line = item.curve if style.dots else item
        # Thin lines are drawn as they fall, which is many times faster, and cannot be told apart in their noise.
        line.opts["antialias"] = style.width > 1
        line.setSegmentedLineMode("on" if style.width <= 1 else "off")
        if style.dots:
            item.setSymbol("o")
            item.setSymbolSize(6)
            item.setSymbolPen(QPen(Qt.PenStyle.NoPen))
            item.setSymbolBrush(pen.color())
