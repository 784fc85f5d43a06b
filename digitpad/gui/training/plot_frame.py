"""The axes, tick labels and grid lines of a plot."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from digitpad.charts.axis_numbers import in_words, steps_in_words
from digitpad.charts.plot_range import AxisScale, Range
from digitpad.gui.widgets.plot_axes import PlotAxes
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

# Pixels at 100 % text size. The numbers on the left have the same room in every plot, so that steps lie in line.
_LEFT = 56
_BOTTOM = 20
_NOTHING = np.empty(0)


class PlotFrame:
    """An empty plot, to which items are added.

    Parameters
    ----------
    theme
        The colours in use.
    name
        The object name of the plot that it is part of.
    owner
        That plot.
    """

    def __init__(self, theme: Theme, name: str, owner: QWidget) -> None:
        self._theme = theme
        self._owner = owner
        self._scale = AxisScale.PLAIN
        self._axes = PlotAxes(name, owner)
        self.view: Any = self._axes.view
        self.box: Any = self._axes.box
        self.box.setMouseMode(pg.ViewBox.RectMode)
        # The library's grid is part of the axes, which would be painted again with every change of a curve.
        self._grid: Any = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._grid.setZValue(-10)
        self.add(self._grid)
        self._log = False

    def add(self, item: Any) -> None:
        """Add an item that does not affect the automatic ranges."""
        self._axes.add(item)

    def remove(self, item: Any) -> None:
        """Remove an item."""
        self._axes.remove(item)

    @property
    def width(self) -> int:
        """The width of the plot in pixels."""
        return int(self.view.viewport().width())

    @property
    def range(self) -> Range:
        """The steps and the values in view; with a logarithmic scale, the values' logarithms."""
        (left, right), (low, high) = self.box.viewRange()
        return (float(left), float(right)), (float(low), float(high))

    def show_range(self, framed: Range) -> bool:
        """Show these steps and values; return whether others were shown before."""
        if self.range == framed:
            return False
        across, up = framed
        self.box.setRange(xRange=across, yRange=up, padding=0, disableAutoRange=True)
        return True

    def use_log(self, *, log: bool) -> None:
        """Write the numbers on the left for logarithms, or as they are."""
        self._log = log
        self._axes.left.setLogMode(log)

    def use_scale(self, scale: AxisScale) -> None:
        """Write the numbers on the left for another kind of values."""
        self._scale = scale

    def draw_grid(self) -> None:
        """Draw a line across at each number of the axis."""
        (left, right), (low, high) = self.range
        levels = self._axes.left.tickValues(low, high, max(1, self.view.viewport().height()))
        values = np.asarray(levels[0][1], float) if levels else _NOTHING
        self._grid.setData(np.tile([left, right], len(values)), np.repeat(values, 2))

    def dress(self) -> None:
        """Apply the colours in use."""
        theme = self._theme
        self.view.setBackground(theme.colour("surface"))
        small = text_font(self._owner.font(), scale=0.9)
        for axis in (self._axes.left, self._axes.bottom):
            axis.setPen(QPen(theme.colour("line"), 1))
            axis.setTextPen(theme.colour("muted"))
            axis.setStyle(
                tickFont=small,
                tickLength=0,
                tickTextOffset=px(SPACE // 2),
                hideOverlappingLabels=True,
                maxTickLevel=0,
                autoExpandTextSpace=False,
                autoReduceTextSpace=False,
            )
            axis.enableAutoSIPrefix(enable=False)
        left = self._axes.left
        left.setWidth(px(_LEFT))
        self._axes.bottom.setHeight(px(_BOTTOM))
        grid = QPen(theme.colour("line"), 1)
        grid.setCosmetic(True)
        self._grid.setPen(grid)
        left.tickStrings = _percentages if self._scale.is_share else self._numbers
        self._axes.bottom.tickStrings = _steps
        left.picture = None

    def _numbers(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return in_words([10.0**value for value in values] if self._log else values)


def _steps(values: list[float], _scale: float, _spacing: float) -> list[str]:
    return steps_in_words(values)


def _percentages(values: list[float], _scale: float, spacing: float) -> list[str]:
    """Write the numbers at an axis of shares; there are none above one."""
    decimals = max(0, -math.floor(math.log10(spacing) + 1e-9) - 2)
    return [f"{100 * value:.{decimals}f}\N{NO-BREAK SPACE}%" if value <= 1 + 1e-9 else "" for value in values]
