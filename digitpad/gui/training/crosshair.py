"""The crosshair of a plot: a vertical line at a step, and what the curves are there."""

import math
from collections.abc import Iterable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from digitpad.charts.plot_range import AxisScale
from digitpad.charts.series import Series
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.plot_frame import PlotFrame
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.training.readout import Entry
from digitpad.gui.widgets.theme import Theme

_NEAR = 4.0  # pixels around a dot or a mark in which the crosshair is on it
_BETWEEN = "   "
_WIDE_VALUE, _WIDE_SHARE, _WIDE_STEP = 0.08888, 1.0, 99_999  # take as much room as nearly all others


class Crosshair:
    """A crosshair that is at a step or hidden.

    Parameters
    ----------
    theme, frame
        The colours in use, and the plot.
    owner
        The widget that the plot fills.
    """

    def __init__(self, theme: Theme, frame: PlotFrame, owner: QWidget) -> None:
        self._theme, self._frame, self._owner = theme, frame, owner
        self.step = math.nan
        self.text = ""
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(10)
        self._line.hide()
        frame.add(self._line)

    @property
    def is_on(self) -> bool:
        """Whether it is visible."""
        return not math.isnan(self.step)

    def move_to(self, step: float) -> None:
        """Move to a step; NaN hides it."""
        self.step = step
        self._line.setVisible(self.is_on)
        if self.is_on:
            self._line.setPos(step)

    def read(self, curves: Iterable[tuple[Style, Series]], marks: Iterable[Mark], scale: AxisScale) -> list[Entry]:
        """Return the values at the step, and what was changed there, and keep them as a text."""
        if not self.is_on:
            self.text = ""
            return []
        entries = [_plain(_step(self.step))]
        (left, right), _ = self._frame.range
        near = max(0.5, _NEAR * (right - left) / max(1, self._frame.width))
        for style, series in curves:
            value = value_at(series, self.step, near if style.dots else None)
            if value is not None:
                entries.append(_entry(style, written(value, scale)))
        entries += [_plain(mark.text) for mark in marks if abs(mark.step - self.step) <= near]
        self.text = _BETWEEN.join(entry.text for entry in entries)
        return entries

    def dress(self) -> None:
        """Apply the colours in use."""
        # As thick as a pixel of the screen, whatever the scales of the axes.
        pen = QPen(self._theme.colour("text", 0.7), self._owner.devicePixelRatioF())
        pen.setCosmetic(True)
        self._line.setPen(pen)


def widest_entries(curves: Iterable[tuple[Style, Series]], scale: AxisScale) -> list[Entry]:
    """Return entries of all curves, as wide as those of any step can be expected to be."""
    shown = list(curves)
    newest = max((float(series.x[-1]) for _, series in shown), default=0.0)
    value = written(_WIDE_SHARE if scale.is_share else _WIDE_VALUE, scale)
    return [_plain(_step(max(newest, _WIDE_STEP))), *(_entry(style, value) for style, _ in shown)]


def _entry(style: Style, value: str) -> Entry:
    return Entry(f"{style.name} {value}", f"{style.short or style.name} {value}")


def _plain(text: str) -> Entry:
    return Entry(text, text)


def value_at(series: Series, step: float, near: float | None = None) -> float | None:
    """Return a curve's value at a step; None where it has none.

    Parameters
    ----------
    series
        The curve.
    step
        Where to read it.
    near
        How far from the step a point may be; None takes the nearest point between the first and the last.
    """
    x = series.x
    beyond = 0.5 if near is None else near
    if not len(x) or not x[0] - beyond <= step <= x[-1] + beyond:
        return None
    nearest = min(int(np.searchsorted(x, step)), len(x) - 1)
    if nearest > 0 and step - x[nearest - 1] < x[nearest] - step:
        nearest -= 1
    if near is not None and abs(float(x[nearest]) - step) > near:
        return None
    return float(series.y[nearest])


def _step(step: float) -> str:
    return QCoreApplication.translate("Crosshair", "step {step}").format(step=f"{max(0, round(step)):,}")


def written(value: float, scale: AxisScale) -> str:
    """Return a value as the crosshair writes it."""
    return f"{100 * value:.2f}\N{NO-BREAK SPACE}%" if scale.is_share else f"{value:.4g}"
