"""Intervals and tests, compared with hand-computed numbers, published ones, and simulation."""

import itertools
import math

import numpy as np
import pytest

from digitpad.evaluation import mcnemar_p_value, paired_difference_interval, wilson_interval


def test_wilsons_interval_solves_his_equation() -> None:
    # By definition its ends are the shares p for which |p_observed - p| is 1.96 standard errors of p itself.
    for right, count in ((81, 263), (1, 29), (9935, 10_000), (3, 3), (0, 7)):
        for end in wilson_interval(right, count):
            distance = abs(right / count - end)
            assert distance == pytest.approx(1.959963984540054 * math.sqrt(end * (1 - end) / count), abs=1e-12)


def test_wilsons_interval_is_the_published_one() -> None:
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
    for (right, count), expected in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0000, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert wilson_interval(right, count) == pytest.approx(expected, abs=5e-5)


def test_nothing_wrong_is_no_proof_of_perfection() -> None:
    low, high = wilson_interval(100, 100)
    assert high == 1.0
    assert low == pytest.approx(100 / (100 + 1.959963984540054**2))
    assert wilson_interval(0, 100).low == 0.0


@pytest.mark.parametrize(("right", "count"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="wilson_interval"):
        wilson_interval(right, count)


def test_mcnemars_test_counts_every_throw_of_the_coins() -> None:
    for thrown in range(9):
        throws = [sum(throw) for throw in itertools.product((0, 1), repeat=thrown)]
        for heads in range(thrown + 1):
            as_uneven = [abs(2 * other - thrown) >= abs(2 * heads - thrown) for other in throws]
            assert mcnemar_p_value(heads, thrown - heads) == pytest.approx(sum(as_uneven) / len(throws))


def test_mcnemars_test_takes_many_images() -> None:
    assert mcnemar_p_value(0, 0) == 1.0
    assert mcnemar_p_value(3000, 3000) == 1.0
    # The normal approximation with the continuity correction, which is good here.
    z = (abs(5100 - 4900) - 1) / math.sqrt(10_000)
    assert mcnemar_p_value(4900, 5100) == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-3)
    assert mcnemar_p_value(0, 2000) == pytest.approx(0.0, abs=1e-300)


def test_the_difference_of_pairs_by_hand() -> None:
    # 10 only the first, 20 only the second, of 100: middle 10/102, variance 31 - 100/102.
    low, high = paired_difference_interval(10, 20, 100)
    reach = 1.959963984540054 * math.sqrt(31 - 100 / 102) / 102
    assert (low, high) == pytest.approx((10 / 102 - reach, 10 / 102 + reach))
    mirrored = paired_difference_interval(20, 10, 100)
    assert mirrored == pytest.approx((-high, -low))
    # Equal models stay undecided even when they never differed.
    assert paired_difference_interval(0, 0, 50).low < 0 < paired_difference_interval(0, 0, 50).high
    assert paired_difference_interval(0, 1, 1).high == 1.0


def test_the_intervals_hold_the_truth_about_19_times_in_20() -> None:
    rng = np.random.default_rng(0)
    count, worlds = 300, 2000
    # Of an image: both right, only the first, only the second, neither.
    cells = rng.multinomial(count, (0.90, 0.03, 0.06, 0.01), size=worlds)
    held = [low <= 0.03 <= high for low, high in (paired_difference_interval(a, b, count) for a, b in cells[:, 1:3])]
    assert 0.93 < np.mean(held) < 0.98
    shares = [wilson_interval(int(both + first), count) for both, first in cells[:, :2]]
    assert 0.93 < np.mean([low <= 0.93 <= high for low, high in shares]) < 0.98


def test_pairs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="paired_difference_interval"):
        paired_difference_interval(3, 3, 5)
    with pytest.raises(ValueError, match="mcnemar_p_value"):
        mcnemar_p_value(-1, 3)
