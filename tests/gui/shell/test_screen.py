"""The Draw tab on a real X screen, with a real pointer and keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.screen import NEEDED, Screen, program_on_screen

pytestmark = NEEDED

_WATCH = """
def watch(window):
    canvas = window.draw_tab.canvas
    corner = canvas.mapToGlobal(canvas.rect().topLeft())
    return {
        "corner": [corner.x(), corner.y()],
        "digit": window.draw_tab.answer.digit,
        "model": window.model is not None,
        "strokes": [stroke.points.tolist() for stroke in canvas.sketch.page.strokes],
    }
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with program_on_screen(tmp_path, _WATCH) as screen:
        yield screen


def test_a_seven_drawn_with_the_mouse_is_read_undone_and_drawn_by_keyboard(screen: Screen) -> None:
    left, top = screen.wait(lambda state: state["model"])["corner"]
    points = [(150 + 10 * step, 120) for step in range(18)] + [(320 - 5 * step, 140 + 15 * step) for step in range(22)]
    screen.draw([(left + x, top + y) for x, y in points])
    drawn = [[list(map(float, point)) for point in points]]
    screen.wait(lambda state: state["strokes"] == drawn and state["digit"] == "7")
    screen.hand("key", "ctrl+z")
    screen.wait(lambda state: not state["strokes"] and not state["digit"])
    screen.hand("key", "F6", "space", *["Up"] * 10, *["Down"] * 30, "space")
    screen.wait(lambda state: len(state["strokes"]) == 1 and state["digit"] == "1")
