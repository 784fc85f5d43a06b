"""Reliability bins and the calibration error, by hand and by brute force."""

import numpy as np
import pytest

from digitpad.evaluation import calibration


def test_a_case_worked_by_hand() -> None:
    # Two bins: (0, 0.5] holds 0.5 (wrong); (0.5, 1] holds 0.6 and 0.8 (right) and 1.0 (wrong).
    result = calibration(np.array([0.5, 0.6, 0.8, 1.0]), np.array([False, True, True, False]), bins=2)
    low, high = result.bins
    assert (low.low, low.high, low.count, low.confidence, low.accuracy) == (0.0, 0.5, 1, 0.5, 0.0)
    assert (high.low, high.high, high.count) == (0.5, 1.0, 3)
    assert high.confidence == pytest.approx(0.8)
    assert high.accuracy == pytest.approx(2 / 3)
    assert result.error == pytest.approx(1 / 4 * 0.5 + 3 / 4 * (0.8 - 2 / 3))
    assert result.worst == pytest.approx(0.5)
    assert result.confidence == pytest.approx(0.725)


def test_brute_force_over_fifteen_bins() -> None:
    rng = np.random.default_rng(4)
    confidences = rng.random(1000).astype(np.float32)
    correct = rng.random(1000) < confidences**2
    result = calibration(confidences, correct)
    assert len(result.bins) == 15
    error = 0.0
    for index, bin_ in enumerate(result.bins):
        inside = (confidences > index / 15) & (confidences <= (index + 1) / 15)
        assert bin_.count == inside.sum()
        assert bin_.accuracy == pytest.approx(correct[inside].mean())
        assert bin_.confidence == pytest.approx(confidences[inside].mean(), abs=1e-6)
        error += inside.mean() * abs(correct[inside].mean() - confidences[inside].astype(np.float64).mean())
    assert result.error == pytest.approx(error)
    assert sum(bin_.count for bin_ in result.bins) == 1000


def test_every_probability_falls_into_one_bin_the_ends_included() -> None:
    edges = np.arange(16) / 15
    result = calibration(edges, np.ones(16, np.bool_))
    assert [bin_.count for bin_ in result.bins] == [2, *[1] * 14]


def test_a_bin_without_readings_says_nothing() -> None:
    result = calibration(np.array([0.95]), np.array([True]))
    assert (result.bins[0].count, result.bins[0].confidence, result.bins[0].accuracy) == (0, None, None)
    assert result.error == pytest.approx(0.05)


def test_what_makes_no_sense_is_refused() -> None:
    for confidences in (np.array([]), np.array([1.5]), np.array([-0.1]), np.array([np.nan])):
        with pytest.raises(ValueError, match="calibration"):
            calibration(confidences, np.ones(len(confidences), np.bool_))
    with pytest.raises(ValueError, match="calibration"):
        calibration(np.array([0.5]), np.array([True, False]))
