"""Probabilities are written as they are, to one decimal, and never as a certainty that is none."""

import pytest

from digitpad.gui.percent import percent


@pytest.mark.parametrize(
    ("probability", "written"),
    [
        (0.0, "0.0 %"),
        (0.0004, "0.0 %"),
        (0.5, "50.0 %"),
        (0.98749, "98.7 %"),
        (0.9994, "99.9 %"),
        (0.99951, "> 99.9 %"),
        (0.9999999, "> 99.9 %"),
        (1.0, "100.0 %"),
    ],
)
def test_percentages(probability: float, written: str) -> None:
    assert percent(probability).replace("\N{NO-BREAK SPACE}", " ") == written
