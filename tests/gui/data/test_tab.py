"""The switch of the Data tab in the real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from digitpad.gui.data.look.page import LookPage
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.evaluation.conftest import images_read_as, write_test_set
from tests.gui.settling import lay_out, settle


@pytest.fixture
def tab(window: MainWindow) -> DataTab:
    tab = window.go_to("Data")
    assert isinstance(tab, DataTab)
    return tab


def test_the_switch_shows_look_with_mnist(tab: DataTab, qtbot: QtBot) -> None:
    assert not tab.findChildren(LookPage)
    button = tab.findChild(QToolButton, "lookSegment")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    (page,) = tab.findChildren(LookPage)
    assert page.isVisible()
    qtbot.waitUntil(lambda: page.images_card.shows_grid, timeout=20_000)
    assert page.facts.text() == "70,000 images, 28 × 28, grey"
    assert page.classes.counts["0"] == 5923 + 980


def test_an_image_of_look_is_opened_in_the_draw_tab(
    window: MainWindow, tab: DataTab, tmp_path: Path, qtbot: QtBot
) -> None:
    page = tab.page("look")
    assert isinstance(page, LookPage)
    page.data.open(str(write_test_set(tmp_path / "small", images_read_as([3, 5]), [3, 5])))
    qtbot.waitUntil(lambda: page.shown_cell == (0,), timeout=20_000)
    with qtbot.waitSignal(tab.tab_wanted):
        QTest.mouseClick(page.details.open_button, Qt.MouseButton.LeftButton)
    settle(window)
    assert window.draw_tab.isVisible()
    picture = window.workspace.drawing.sketch.page.picture
    assert picture is not None
    assert picture.name == "small, Image 0, 3"


def test_the_actions_of_look_work_only_while_it_is_shown(window: MainWindow, tab: DataTab, qtbot: QtBot) -> None:
    (export,) = (action for action in tab.actions() if action.objectName() == "actionLookExport")
    assert not export.isEnabled()
    page = tab.page("look")
    assert isinstance(page, LookPage)
    qtbot.waitUntil(lambda: page.images_card.shows_grid, timeout=20_000)
    assert export.isEnabled()
    tab.page("collect")
    assert not export.isEnabled()
    tab.page("look")
    assert export.isEnabled()
    window.go_to("Draw")
    assert not export.isEnabled()
    assert not export.isVisible()


def test_the_tab_needs_room_for_the_page_that_is_shown_only(tab: DataTab) -> None:
    tab.page("look")
    rests = []
    for name in ("collect", "look"):
        shown = tab.page(name)
        lay_out()
        layout, inner = tab.layout(), shown.layout()
        assert layout is not None
        assert inner is not None
        rests.append(layout.totalMinimumHeightForWidth(tab.width()) - inner.totalMinimumHeightForWidth(shown.width()))
    # What is left are the margins and the row of the switch, with the head of the page.
    assert max(rests) < 120
