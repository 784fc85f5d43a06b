"""The numbers behind the curves."""

import numpy as np
import pytest

from digitpad.charts.series import Series, Smoothed, thin


def test_a_series_keeps_every_point_in_order() -> None:
    series = Series(2)
    for step in range(1000):
        series.append(step, step / 7)
    assert len(series) == 1000
    np.testing.assert_array_equal(series.x, np.arange(1000))
    np.testing.assert_array_equal(series.y, np.arange(1000) / 7)


def test_reserved_room_is_not_asked_for_again() -> None:
    series = Series()
    series.append(1, 2)
    series.reserve(5000)
    memory = series.x.base
    for step in range(4999):
        series.append(step, 0)
    assert series.x.base is memory
    assert series.y[0] == 2


def test_smoothing_is_a_weighted_mean_of_what_came_before() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(50)
    series = Series()
    smoothed = Smoothed(series, 8)
    for step, value in enumerate(values):
        series.append(step, value)
        if step % 7 == 0:
            smoothed.follow()
    smoothed.follow()
    weights = (7 / 8) ** np.arange(50)[::-1]
    assert smoothed.series.y[-1] == pytest.approx((weights * values).sum() / weights.sum())
    assert smoothed.series.y[0] == values[0]


def test_another_window_starts_over_and_one_of_1_changes_nothing() -> None:
    series = Series()
    for step, value in enumerate([3.0, 1.0, 2.0]):
        series.append(step, value)
    smoothed = Smoothed(series, 8)
    smoothed.follow()
    smoothed.window = 1
    smoothed.follow()
    np.testing.assert_allclose(smoothed.series.y, [3.0, 1.0, 2.0])


def test_a_thinned_curve_keeps_its_peaks_its_ends_and_its_order() -> None:
    rng = np.random.default_rng(1)
    x, y = np.arange(43_001.0), rng.random(43_001)
    y[12_345], y[30_000] = 9.0, -9.0
    fewer_x, fewer_y = thin(x, y, 1000)
    assert len(fewer_x) <= 1100
    assert (np.diff(fewer_x) > 0).all()
    assert {9.0, -9.0} <= set(fewer_y)
    np.testing.assert_array_equal(fewer_y, y[fewer_x.astype(int)])
    assert fewer_x[-1] == x[-1]


@pytest.mark.parametrize("count", [0, 1, 5, 999])
def test_a_short_curve_is_left_as_it_is(count: int) -> None:
    x = np.arange(float(count))
    fewer_x, fewer_y = thin(x, x, 1000)
    np.testing.assert_array_equal(fewer_x, x)
    np.testing.assert_array_equal(fewer_y, x)
