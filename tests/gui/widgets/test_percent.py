"""Shares are written to one decimal, and no probability as a certainty."""

import pytest

from digitpad.gui.widgets.percent import percent, sureness


@pytest.mark.parametrize(("share", "written"), [(0.0, "0.0 %"), (0.5, "50.0 %"), (0.98749, "98.7 %"), (1.0, "100.0 %")])
def test_shares(share: float, written: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == written


@pytest.mark.parametrize(
    ("probability", "written"),
    [
        (0.0, "0.0 %"),
        (0.0004, "0.0 %"),
        (0.98749, "98.7 %"),
        (0.9994, "99.9 %"),
        (0.9996, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_probabilities(probability: float, written: str) -> None:
    assert sureness(probability).replace("\N{NO-BREAK SPACE}", " ") == written
