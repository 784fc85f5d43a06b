"""Marks in a plot: where a setting was changed, and where a curve leaves the scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from digitpad.charts.plot_range import FAR, without_start
from digitpad.charts.series import Floats, Series
from digitpad.gui.training.plot_frame import PlotFrame
from digitpad.gui.widgets.theme import Theme

_MOST_PEAKS = 24  # marks of one curve: more could not be told apart
_INSIDE = 0.035  # share of the height by which the marks lie below the upper edge
_NOTHING = np.empty(0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A step at which a setting was changed, with a description of the change."""

    step: int
    text: str


class PlotMarks:
    """Draws the marks of a plot.

    Parameters
    ----------
    theme, frame
        The colours in use, and the plot.
    owner
        The widget that the plot fills.
    """

    def __init__(self, theme: Theme, frame: PlotFrame, owner: QWidget) -> None:
        self._theme, self._frame, self._owner = theme, frame, owner
        self.changes: tuple[Mark, ...] = ()
        self._lines: Any = pg.PlotCurveItem(connect="pairs", skipFiniteCheck=True)
        self._lines.setZValue(-5)
        frame.add(self._lines)
        self._peaks: Any = pg.ScatterPlotItem(symbol="t1", size=9)
        self._peaks.setZValue(9)
        frame.add(self._peaks)

    def draw_changes(self) -> None:
        """Draw a vertical line at each change."""
        _, (low, high) = self._frame.range
        steps = np.array([mark.step for mark in self.changes], float)
        self._lines.setData(np.repeat(steps, 2), np.tile([low, high], len(steps)))

    def draw_peaks(self, curves: Sequence[Series], others: Sequence[Series] = ()) -> float | None:
        """Mark at the upper edge where curves leave the scale.

        Parameters
        ----------
        curves
            Those that are meant to be in view.
        others
            Those that may leave the view a little, such as the noisy loss of single batches; only far peaks are marked.

        Returns
        -------
        float or None
            The highest value that is not in view, the wild first steps of a long run left out; None if all are.
        """
        (left, right), (low, high) = self._frame.range
        limits = [(series, high) for series in curves] + [(series, FAR * high) for series in others]
        found = [peaks_of(series, left, right, limit) for series, limit in limits]
        steps = np.concatenate(found) if found else _NOTHING
        self._peaks.setData(steps, np.full(len(steps), high - _INSIDE * (high - low)))
        tops = [(float(np.nanmax(without_start(one.y), initial=-np.inf)), limit) for one, limit in limits]
        return max((top for top, limit in tops if top > limit), default=None)

    def clear_peaks(self) -> None:
        """Remove the marks at the upper edge."""
        self._peaks.setData(_NOTHING, _NOTHING)

    def dress(self) -> None:
        """Apply the colours in use."""
        pen = QPen(self._theme.colour("warm"), self._owner.devicePixelRatioF(), Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._lines.setPen(pen)
        self._peaks.setPen(QPen(Qt.PenStyle.NoPen))
        self._peaks.setBrush(self._theme.colour("error"))


def peaks_of(series: Series, left: float, right: float, top: float) -> Floats:
    """Return the steps of the highest points of each stretch above `top`."""
    x, y = series.x, series.y
    # Written so that a NaN, which compares false with everything, does not count; infinity does.
    above = (y > top) & (x >= left) & (x <= right)
    if not above.any():
        return _NOTHING
    edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    steps = np.array([x[start + int(y[start:end].argmax())] for start, end in zip(starts, ends, strict=True)], float)
    return steps[:_MOST_PEAKS]
