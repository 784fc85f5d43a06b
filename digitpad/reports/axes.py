"""Axes of a chart: where values are, round numbers beside them, and lines at these numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitpad.charts.axis_numbers import in_words, round_numbers, steps_in_words
from digitpad.charts.drawing import Drawing, Point, shortened, text_width
from digitpad.charts.plot_range import LEAST_LOSS
from digitpad.charts.series import Floats, Series, thin

SMALL, TEXT = 10.0, 11.0
"""Sizes of texts in figures, in pixels."""

_POINTS_A_PIXEL = 2
_ROOM = 46.0  # pixels of the axis for one number of steps


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in a drawing, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Span:
    """What an axis shows.

    Attributes
    ----------
    low, high
        From and to.
    """

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return the place of a value between the ends, 0 to 1."""
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0


class Plot:
    """A pair of axes in a drawing.

    Parameters
    ----------
    drawing
        The drawing.
    area
        The rectangle between the axes.
    across, up
        What the axes show; for a logarithmic vertical axis, the logarithms.
    log
        Whether the vertical axis is logarithmic.
    """

    def __init__(self, drawing: Drawing, area: Area, across: Span, up: Span, *, log: bool = False) -> None:
        self.drawing, self.area = drawing, area
        self._across, self._up, self._log = across, up, log

    def x(self, value: float) -> float:
        """Return where a value is on the horizontal axis."""
        return self.area.left + self._across.share(value) * self.area.width

    def y(self, value: float) -> float:
        """Return where a value is on the vertical axis."""
        shown = math.log10(max(value, LEAST_LOSS)) if self._log else value
        return self.area.bottom - self._up.share(shown) * self.area.height

    def frame(self) -> None:
        """Draw the horizontal axis."""
        area = self.area
        self.drawing.line((area.left, area.bottom), (area.right, area.bottom), "bar")

    def ticks_up(self, values: Sequence[float], labels: Sequence[str]) -> None:
        """Draw lines at values, and numbers at the left of them."""
        area = self.area
        for value, label in zip(values, labels, strict=True):
            y = self.y(value)
            if area.top - 0.5 <= y <= area.bottom + 0.5:
                self.drawing.line((area.left, y), (area.right, y), "line")
                self.drawing.text(area.left - 6, y + 3.5, label, size=SMALL, colour="muted", anchor="end")

    def ticks_across(self, values: Sequence[float], labels: Sequence[str]) -> None:
        """Write numbers below the horizontal axis."""
        for value, label in zip(values, labels, strict=True):
            x = self.x(value)
            self.drawing.line((x, self.area.bottom), (x, self.area.bottom + 3), "bar")
            self.drawing.text(x, self.area.bottom + 15, label, size=SMALL, colour="muted", anchor="middle")

    def numbers_up(self, *, most: int = 5) -> None:
        """Draw lines at round values, with the numbers."""
        if self._log:
            powers = range(math.ceil(self._up.low - 1e-9), math.floor(self._up.high + 1e-9) + 1)
            values = [10.0**power for power in powers]
            if len(values) < 2:
                values = [v for v in round_numbers(10**self._up.low, 10**self._up.high, most) if v > 0]
        else:
            values = round_numbers(self._up.low, self._up.high, most)
        self.ticks_up(values, in_words(values))

    def shares_up(self) -> None:
        """Draw lines at round percentages, with the numbers."""
        values = [value for value in round_numbers(self._up.low, self._up.high, 5) if value <= 1 + 1e-9]
        self.ticks_up(values, [f"{100 * value:g}\N{NO-BREAK SPACE}%" for value in values])

    def steps_across(self, title: str) -> None:
        """Write numbers of steps below the horizontal axis, and its title."""
        steps = round_numbers(self._across.low, self._across.high, max(2, int(self.area.width / _ROOM / 2)))
        self.ticks_across(steps, steps_in_words(steps))
        self.title_across(title)

    def title_across(self, title: str) -> None:
        """Write the title of the horizontal axis."""
        middle = self.area.left + self.area.width / 2
        self.drawing.text(middle, self.area.bottom + 30, title, colour="muted", anchor="middle")

    def title_up(self, title: str) -> None:
        """Write the title of the vertical axis above it."""
        self.drawing.text(self.area.left, self.area.top - 8, title, colour="muted")

    def curve(
        self,
        series: Series,
        colour: str,
        *,
        width: float = 1.8,
        opacity: float = 1.0,
        dash: str = "",
        dots: bool = False,
    ) -> None:
        """Draw a curve, as far as it lies between the axes and is finite; only as many points as can be told apart.

        Parameters
        ----------
        series
            The curve.
        colour, width, opacity, dash
            Of the line.
        dots
            Whether each point has a dot.
        """
        x, y = series.x, series.y
        if not dots:
            x, y = thin(x, y, max(4, int(_POINTS_A_PIXEL * self.area.width)))
        for part in self._parts(x, y):
            self.drawing.polyline(part, colour, width=width, opacity=opacity, dash=dash)
            if dots or len(part) == 1:
                for place in part:
                    self.drawing.dot(*place, 2.6, colour)

    def _parts(self, x: Floats, y: Floats) -> list[list[Point]]:
        """Return the stretches of a curve whose values are finite; what lies above the axes is drawn at their edge."""
        parts: list[list[Point]] = [[]]
        for step, value in zip(x.tolist(), y.tolist(), strict=True):
            if not math.isfinite(value):
                parts.append([])
                continue
            height = min(max(self.y(value), self.area.top), self.area.bottom)
            parts[-1].append((self.x(step), height))
        return [part for part in parts if part]


def finite(series: Series) -> bool:
    """Return whether a curve has at least one finite value."""
    return bool(len(series)) and bool(np.isfinite(series.y).any())


def legend(drawing: Drawing, x: float, y: float, entries: Sequence[tuple[str, str, float]], right: float) -> float:
    """Write names beside samples of their colours, in as many rows as it takes.

    Parameters
    ----------
    drawing
        The drawing.
    x, y
        Where the first row begins.
    entries
        Colours, names, and how opaque the colours are.
    right
        The right edge.

    Returns
    -------
    float
        Where the last row ends.
    """
    left = x
    for colour, name, opacity in entries:
        text = shortened(name, right - left - 22)
        width = 22 + text_width(text) + 12
        if x > left and x + width > right:
            x, y = left, y + 17
        drawing.rect(x, y + 4, 14, 3, colour, radius=1.5, opacity=opacity)
        drawing.text(x + 20, y + 9, text, colour="muted")
        x += width
    return y + 17
