"""Axes of the charts of a sweep: where the values of a setting or a figure are along a line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digitpad.charts.axis_numbers import in_words
from digitpad.sweeps.plans import shown_value
from digitpad.sweeps.variables import Value

_MOST_MARKS = 5  # numbers: each has a label of its own
_DECADES = 30.0  # from this ratio on, a list of numbers is shown on a logarithmic axis


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes
    ----------
    title
        What is along it.
    names
        The values of an axis of names, in order; empty for an axis of numbers.
    low, high
        The ends of an axis of numbers.
    is_log
        Whether an axis of numbers is logarithmic.
    marks
        Numbers to label; empty for both ends and the middle.
    """

    title: str
    names: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False
    marks: tuple[float, ...] = ()

    def place(self, value: Value | None) -> float | None:
        """Return where a value is, from 0 to 1; None if it has no place."""
        if self.names:
            known = value is not None and value in self.names
            return self.names.index(value) / max(1, len(self.names) - 1) if known else None
        if value is None or isinstance(value, str) or (self.is_log and value <= 0):
            return None
        if self.high <= self.low:
            return 0.5
        low, high, at = (math.log(x) if self.is_log else x for x in (self.low, self.high, value))
        return (at - low) / (high - low)

    @property
    def labels(self) -> list[tuple[float, str]]:
        """Places and texts of the labels."""
        if self.names:
            step = 1 / max(1, len(self.names) - 1)
            return [(place * step, shown_value(name)) for place, name in enumerate(self.names)]
        if self.high <= self.low:
            return [(0.5, _short(self.low))]
        if self.marks:
            places = ((self.place(mark), _short(mark)) for mark in self.marks)
            return [(place, text) for place, text in places if place is not None]
        middle = math.sqrt(self.low * self.high) if self.is_log else (self.low + self.high) / 2
        return [(0.0, _short(self.low)), (0.5, _short(middle)), (1.0, _short(self.high))]


def axis_of(title: str, values: Sequence[Value], *, text: str = "") -> Axis:
    """Return the axis of some values.

    Parameters
    ----------
    title
        What is along it.
    values
        The values, at least one.
    text
        What the user wrote for a setting, such as `log:1e-4..1e-1`; it decides between a linear and a logarithmic axis.
    """
    if any(isinstance(value, str | bool) for value in values):
        return Axis(title, tuple(dict.fromkeys(values)))
    numbers = [float(value) for value in values]
    low, high = min(numbers), max(numbers)
    wide = low > 0 and high / low >= _DECADES
    is_log = low > 0 and (text.startswith("log:") or (wide and not text.startswith("lin:")))
    few = sorted(set(numbers)) if len(set(numbers)) <= _MOST_MARKS else []
    return Axis(title, low=low, high=high, is_log=is_log, marks=tuple(few))


def _short(number: float) -> str:
    return in_words([float(f"{number:.3g}")])[0]
