"""The Evaluate tab on a real X screen: measured, a cell and an image of it opened with a real pointer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.evaluation.conftest import images_read_as, save_pixel_model, write_test_set
from tests.gui.screen import NEEDED, Screen, program_on_screen

pytestmark = NEEDED

_WATCH = """
before = {}

def watch(window):
    global before
    tab = window.findChild(QWidget, "evaluationTab")
    strip = window.findChild(QTabBar, "tabStrip")
    names = [strip.tabText(index) for index in range(strip.count())]
    middle = strip.mapToGlobal(strip.tabRect(names.index("Evaluate")).center())
    state = {
        "strip": [middle.x(), middle.y()],
        "model": window.model is not None,
        "places": {},
        "correct": None,
        "images": "",
    }
    if tab is not None and tab.isVisible():
        if tab.setup.data.chosen == "test:mnist":
            tab.setup.add_data(sys.argv[2])
        matrix, gallery = tab.results.matrix, tab.results.gallery
        measured = tab.results.measured
        state["images"] = tab.results.gallery_title
        state["places"]["button"] = middle_of(tab.setup.button)
        if measured is not None:
            state["correct"] = measured.evaluations[0].accuracy
            cell = matrix.mapToGlobal(matrix.cell_rect(3, 8).center().toPoint())
            image = gallery.viewport().mapToGlobal(gallery.image_rect(0).center())
            state["places"] |= {"cell": [cell.x(), cell.y()], "image": [image.x(), image.y()]}
    state["received"] = window.draw_tab.isVisible() and window.draw_tab.answer.digit == "8"
    settled, before = state["places"] == before, state["places"]
    return state if settled else None
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    model = save_pixel_model(tmp_path / "first.safetensors")
    data = write_test_set(tmp_path / "data", images_read_as([0, 1, 2, 3, 8, 8]), [0, 1, 2, 3, 3, 8])
    with program_on_screen(tmp_path / "home", _WATCH, data, arguments=f"model={str(model)!r}") as screen:
        yield screen


def test_a_mistake_is_found_in_the_matrix_and_opened_in_draw(screen: Screen) -> None:
    screen.click(screen.wait(lambda state: state["model"])["strip"])
    screen.click(screen.wait(lambda state: "button" in state["places"])["places"]["button"])
    measured = screen.wait(lambda state: state["correct"] is not None and "cell" in state["places"])
    assert measured["correct"] == pytest.approx(5 / 6)
    screen.click(measured["places"]["cell"])
    image = screen.wait(lambda state: state["images"] == "3, read as 8")["places"]["image"]
    screen.click(image)
    screen.wait(lambda state: state["received"])
