"""The Features tab on a real X screen: drawing with a real pointer, navigation with real keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.screen import NEEDED, Screen, program_on_screen

pytestmark = NEEDED

_WATCH = """
def watch(window):
    strip = window.findChild(QTabBar, "tabStrip")
    names = [strip.tabText(index) for index in range(strip.count())]
    middle = strip.mapToGlobal(strip.tabRect(names.index("Features")).center())
    state = {"model": window.model is not None, "tab": False, "strip": [middle.x(), middle.y()]}
    tab = window.findChild(QWidget, "featuresTab")
    if tab is not None and tab.isVisible():
        corner = tab.side.pad.mapToGlobal(tab.side.pad.rect().topLeft())
        cell = tab.maps.cell
        state |= {
            "tab": True,
            "pad": [corner.x(), corner.y()] if tab.side.pad.isVisible() else None,
            "digit": tab.side.answer.digit,
            "cell": None if cell is None else [cell.layer, cell.channel, cell.row, cell.column],
            "title": tab.panel.arithmetic.title.text(),
            "enlarged": [cell.layer for cell in tab.enlarged.cells],
        }
    return state
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with program_on_screen(tmp_path, _WATCH, arguments='model="standard"') as screen:
        yield screen


def test_a_seven_drawn_on_the_tab_is_read_and_looked_into_by_keyboard(screen: Screen) -> None:
    screen.click(screen.wait(lambda state: state["model"])["strip"])
    left, top = screen.wait(lambda state: state["tab"] and state["pad"])["pad"]
    points = [(60 + 6 * step, 60) for step in range(16)] + [(150 - 3 * step, 66 + 8 * step) for step in range(16)]
    screen.draw([(left + x, top + y) for x, y in points])
    screen.wait(lambda state: state["digit"] == "7" and state["cell"] is not None)
    screen.hand("key", "ctrl+g", *["Prior"] * 9, "Next", "Home", "Right", "Down")
    state = screen.wait(lambda state: state["cell"] == ["conv1", 0, 15, 15])
    assert state["title"] == "conv1, map 0, row 15, column 15"
    screen.hand("key", "space")
    screen.wait(lambda state: state["enlarged"] == ["conv1"])
    screen.hand("key", "ctrl+z")
    screen.wait(lambda state: not state["digit"])
