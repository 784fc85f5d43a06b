"""Numbers are shown with no more digits than asked for."""

import pytest

from digitpad.copying.numbers import ascii_number, factor, product, show, total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8.0, "8"),
        (-7.0, "−7"),
        (0.916290731, "0.9163"),
        (2.5, "2.5"),
        (-0.0, "0"),
        (1e-9, "1.000e−09"),
        (1e15, "1.000e+15"),
    ],
)
def test_a_number_is_shown_without_trailing_zeros(value: float, text: str) -> None:
    assert show(value) == text
    assert ascii_number(value) == text.replace("−", "-")


def test_negative_factors_and_summands() -> None:
    assert factor(-2) == "(−2)"
    assert product(-1, 5) == "(−1)·5"
    assert total([1, 9, -2, 0]) == "1 + 9 − 2 + 0"
    assert total([]) == "0"
