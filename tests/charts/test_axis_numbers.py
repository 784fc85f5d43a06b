"""The numbers at one axis are all written in the same way."""

import pytest

from digitpad.charts.axis_numbers import in_words, round_numbers, steps_in_words


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([], []),
        ([0, 0.5, 1, 1.5], ["0.0", "0.5", "1.0", "1.5"]),
        ([0, 2, 4], ["0", "2", "4"]),
        ([0, 20_000, 40_000], ["0", "20,000", "40,000"]),
        ([0, 500_000, 1_000_000, 1_500_000], ["0", "5e5", "1e6", "1.5e6"]),
        ([1e-6, 1e-5, 1e-3, 1.0, 10.0], ["1e-6", "1e-5", "1e-3", "1e0", "1e1"]),
        ([0.001, 0.01, 0.1], ["0.001", "0.010", "0.100"]),
        ([0.1 + 0.2, -0.3], ["0.3", "-0.3"]),
        ([0, 2e-5, 4e-5], ["0", "2e-5", "4e-5"]),
    ],
)
def test_numbers_have_one_notation(values: list[float], texts: list[str]) -> None:
    assert in_words(values) == texts


def test_steps_are_whole_and_have_separators() -> None:
    assert steps_in_words([0, 0.5, 500_000, 1_000_000]) == ["0", "", "500,000", "1,000,000"]


@pytest.mark.parametrize(
    ("low", "high", "numbers"), [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (3, 1000, [200, 400, 600, 800, 1000])]
)
def test_round_numbers_lie_between_the_ends(low: float, high: float, numbers: list[float]) -> None:
    assert round_numbers(low, high, 5) == pytest.approx(numbers)
