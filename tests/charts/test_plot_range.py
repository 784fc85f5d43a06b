"""What a plot that follows shows: everything steady, whole, and the same for many steps."""

import math

import numpy as np
import pytest

from digitpad.charts.plot_range import LEAST_LOSS, AxisScale, Range, range_of, rounded
from digitpad.charts.series import Series


def _series(*values: float) -> Series:
    series = Series()
    series.extend(np.arange(1.0, len(values) + 1), np.array(values))
    return series


def _framed(series: Series, scale: AxisScale, *, log: bool = False) -> Range:
    found = range_of([series], [series], scale, log=log)
    assert found is not None
    return found


def test_losses_are_seen_from_zero_and_accuracies_up_to_one() -> None:
    loss, accuracy = _series(2.0, 1.0, 0.5), _series(0.2, 0.9, 0.99)
    (left, right), (low, high) = _framed(loss, AxisScale.PLAIN)
    assert (left, low) == (1, 0)
    assert 3 <= right < 3.2
    assert 2 < high < 2.4
    _, (low, high) = _framed(accuracy, AxisScale.ACCURACY)
    assert low < 0.2
    assert 1 < high < 1.1


def test_logarithms_of_nothing_are_those_of_very_little() -> None:
    loss = _series(1.0, 0.0)
    _, (low, high) = _framed(loss, AxisScale.PLAIN, log=True)
    assert low < math.log10(LEAST_LOSS) < 0 < high


def test_one_spike_does_not_flatten_the_rest_and_a_lasting_rise_is_shown() -> None:
    values = np.full(1000, 0.5)
    values[0] = 2.3
    values[600:610] = 1e6
    spiked = Series()
    spiked.extend(np.arange(1.0, 1001), values)
    _, (low, high) = _framed(spiked, AxisScale.PLAIN)
    assert low == 0
    assert 0.5 < high < 3
    # All of a learning rate is shown, however it is set.
    assert _framed(spiked, AxisScale.WHOLE)[1][1] >= 1e6
    values[600:700] = 1e6
    risen = Series()
    risen.extend(np.arange(1.0, 1001), values)
    assert _framed(risen, AxisScale.PLAIN)[1][1] >= 1e6


def test_nothing_finite_has_no_range() -> None:
    lost = _series(math.nan, math.inf)
    assert range_of([lost], [lost], AxisScale.PLAIN, log=False) is None


@pytest.mark.parametrize("steps", [100, 12_345])
def test_a_step_more_changes_nothing_most_of_the_time(steps: int) -> None:
    ranges = {rounded(1, right, 0, 1) for right in range(steps, steps + steps // 16 + 1)}
    assert len(ranges) <= 3
    assert all(steps <= across[1] for across, _ in ranges)


def test_a_spike_that_a_smoothed_curve_carries_along_does_not_flatten_the_rest() -> None:
    batches = np.full(306, 0.5)
    batches[0] = 2.3
    batches[150:157] = 1e6
    smoothed = np.empty_like(batches)
    smoothed[0] = batches[0]
    for step in range(1, 306):
        smoothed[step] = 0.95 * smoothed[step - 1] + 0.05 * batches[step]
    shown = []
    for values in (batches, smoothed):
        series = Series()
        series.extend(np.arange(1.0, 307), values)
        shown.append(series)
    # For more than a third of the run, the smoothed curve is far above every other batch.
    assert np.mean(smoothed > 4) > 0.3
    found = range_of(shown, shown[1:], AxisScale.PLAIN, log=False)
    assert found is not None
    assert 0.5 < found[1][1] < 4
