"""The crosshair of a plot: a vertical line at a step, and above the plot what the curves are there.

The readout lies over the header of the plot's card, as wide and as many lines as it needs: never over a curve.
"""

import math
from collections.abc import Iterable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.gui.training.curve_style import AxisScale, Style
from digitpad.gui.training.plot_frame import PlotFrame
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.training.series import Series
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font

_NEAR = 4.0  # pixels around a dot or a mark in which the crosshair is on it
_BETWEEN = "   "


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
        self._label = QLabel(owner)
        self._label.setObjectName(f"{owner.objectName()}Readout")
        self._label.setProperty("readout", "true")
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setFont(fixed_font(owner.font(), scale=0.9))
        self._label.hide()

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

    def read(self, curves: Iterable[tuple[Style, Series]], marks: Iterable[Mark], scale: AxisScale) -> list[str]:
        """Write the values at the step, and what was changed there; return the entries."""
        if not self.is_on:
            self.text = ""
            self._label.hide()
            return []
        entries = [QCoreApplication.translate("Crosshair", "step {step}").format(step=f"{max(0, round(self.step)):,}")]
        (left, right), _ = self._frame.range
        near = max(0.5, _NEAR * (right - left) / max(1, self._frame.width))
        for style, series in curves:
            value = value_at(series, self.step, near if style.dots else None)
            if value is not None:
                entries.append(f"{style.name} {written(value, scale)}")
        entries += [mark.text for mark in marks if abs(mark.step - self.step) <= near]
        self.text = _BETWEEN.join(entries)
        self._label.setText("  ".join(f"{_unbroken(entry)}\N{NO-BREAK SPACE}" for entry in entries))
        self.place()
        self._label.show()
        self._label.raise_()
        return entries

    def place(self) -> None:
        """Put the readout above the plot: over the header of its card, and further up if it takes several lines."""
        card = self._owner.parentWidget() or self._owner
        if self._label.parentWidget() is not card:
            self._label.setParent(card)
        room = card.width() - 2 * SPACE
        natural = self._label.fontMetrics().horizontalAdvance(self._label.text()) + 2 * SPACE
        width = min(room, natural)
        height = self._label.heightForWidth(width)
        top = self._owner.mapTo(card, QPoint(0, 0)).y() if card is not self._owner else 0
        self._label.setGeometry(card.width() - width - SPACE, max(1, top - height), width, height)

    def dress(self) -> None:
        """Apply the colours in use."""
        # As thick as a pixel of the screen, whatever the scales of the axes.
        pen = QPen(self._theme.colour("text", 0.7), self._owner.devicePixelRatioF())
        pen.setCosmetic(True)
        self._line.setPen(pen)


def _unbroken(entry: str) -> str:
    """Return an entry that stays on one line."""
    return entry.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


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


def written(value: float, scale: AxisScale) -> str:
    """Return a value as the crosshair writes it."""
    return f"{100 * value:.2f}\N{NO-BREAK SPACE}%" if scale.is_share else f"{value:.4g}"
