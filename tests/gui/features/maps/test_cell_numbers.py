"""Numbers in cells: few characters, and always correct."""

import pytest

from digitpad.gui.features.maps.cell_numbers import exact, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (-0.004, "−0.00"),
        (3.14159, "3.14"),
        (-25.743572, "−25.7"),
        (1234.5, "1234"),
        (float("nan"), "nan"),
        (float("-inf"), "−inf"),
    ],
)
def test_a_cell_has_room_for_a_few_characters(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0000"), (-0.0, "0.0000"), (-1.17479, "−1.1748"), (3.11e-16, "3.11e−16"), (123456.7, "1.23e+05")],
)
def test_a_sum_is_shown_with_four_decimals_or_a_power_of_ten(value: float, text: str) -> None:
    assert exact(value) == text
