"""The headline shows its lines without cutting them off."""

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.answer import Headline
from digitpad.gui.widgets.theme import Theme


def inked_rows(headline: Headline, theme: Theme) -> list[int]:
    """Return the rows in which something is painted."""
    image = headline.grab().toImage()
    paper = theme.colour("surface").rgb()
    return [
        y for y in range(image.height()) if any(image.pixelColor(x, y).rgb() != paper for x in range(image.width()))
    ]


@pytest.mark.parametrize("width", [400, 220, 160])
def test_a_second_line_that_wraps_stays_within_the_card(qtbot: QtBot, theme: Theme, width: int) -> None:
    headline = Headline(theme)
    qtbot.addWidget(headline)
    headline.resize(width, 66)  # less than it asks for, as in Features
    rows = inked_rows(headline, theme)
    assert rows[0] >= 2
    assert rows[-1] < headline.height() - 2
