"""The range of steps and values that a plot shows while it follows a run."""

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np

from digitpad.charts.series import Floats, Series

Range = tuple[tuple[float, float], tuple[float, float]]
"""From the first to the last step, and from the lowest to the highest value."""

#: What a logarithmic axis shows for zero.
LEAST_LOSS = 1e-6
#: What is above the top of a plot is this many times higher than this share of all values, and than the first values.
_ABOVE, _NEARLY_ALL, _START = 1.5, 0.95, 10
#: A curve that does not set the range, such as the loss of single batches, is off scale above this many times the top.
FAR = 1.5


class AxisScale(Enum):
    """The kind of the values, which determines the labels and the limits of the axis."""

    #: From zero up; single spikes may leave the scale.
    PLAIN = "plain"
    #: From zero up, all of it.
    WHOLE = "whole"
    SHARE = "share"
    #: A share for which values close to one matter.
    ACCURACY = "accuracy"

    @property
    def is_share(self) -> bool:
        """Whether the values are written in percent."""
        return self in {AxisScale.SHARE, AxisScale.ACCURACY}


def range_of(shown: Sequence[Series], steady: Sequence[Series], scale: AxisScale, *, log: bool) -> Range | None:
    """Return what a plot shows; with a logarithmic scale, the values' logarithms.

    One spike does not flatten all the rest: values far above both the start and nearly all others leave the scale. A
    smoothed curve carries a spike along for many steps, so the values of single batches decide, if they are shown.

    Parameters
    ----------
    shown
        All curves, none of them empty.
    steady
        Those that the range is chosen for.
    scale, log
        What the values are, and whether their logarithms are shown.

    Returns
    -------
    tuple or None
        Rounded outwards; None if no value is finite.
    """
    left = min(float(series.x[0]) for series in shown)
    right = max(float(series.x[-1]) for series in shown)
    parts = [without_start(series.y) for series in steady]
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if scale is AxisScale.ACCURACY:
        low = min(low, 0.98)
        return rounded(left, right, low - 0.04 * (1 - low), 1 + 0.02 * (1 - low))
    if log:
        bottom, top = math.log10(max(low, LEAST_LOSS)), math.log10(max(high, 2 * LEAST_LOSS))
        return rounded(left, right, bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))
    if scale is AxisScale.PLAIN:
        single = [without_start(one.y) for one in shown if not any(one is other for other in steady)]
        usual = np.concatenate(single) if single else values
        high = min(high, _usual_top(usual[np.isfinite(usual)], parts))
    return rounded(left, right, 0.0, 1.05 * high if high > 0 else 1.0)


def _usual_top(values: Floats, parts: Sequence[Floats]) -> float:
    """Return the value above which only spikes are: well above the start of each curve and nearly all values."""
    if not len(values):
        return math.inf
    starts = [float(np.median(part[:_START])) for part in parts if np.isfinite(part[:_START]).all()]
    firsts = [float(part[0]) for part in parts if np.isfinite(part[0])]
    return _ABOVE * max([*starts, *firsts, float(np.quantile(values, _NEARLY_ALL))]) or float(values.max())


def rounded(left: float, right: float, low: float, high: float) -> Range:
    """Return a range rounded outwards: while a run goes on, the axes stay as they are for many steps."""
    return (left, _round_up(right - left) + left), (low, low + _round_up(max(high - low, 1e-9)))


def _round_up(length: float) -> float:
    """Return the next larger of sixteen lengths within each power of two."""
    step = 2.0 ** (math.floor(math.log2(max(length, 1e-12))) - 4)
    return math.ceil(length / step) * step


def without_start(values: Floats) -> Floats:
    """Return the values of a curve that its range is chosen for: of a long one all but the wild first steps."""
    return values[len(values) // 50 :] if len(values) > 100 else values
