"""The window opens within the screen, for any stored size and position."""

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.placement import LEAST, USUAL, place_on_screen
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings

# The window's own pixels: a screen of 1920x1080 at a scale of 2 has 960x540.
_SCREENS = [QRect(0, 0, 1366, 728), QRect(0, 0, 960, 516), QRect(1920, 27, 1024, 640), QRect(0, 0, 640, 480)]


@pytest.mark.parametrize("available", _SCREENS)
@pytest.mark.parametrize("left_at", [(0, 0), (-300, -200), (5000, 4000)])
def test_all_of_it_lies_on_the_screen(qtbot: QtBot, available: QRect, left_at: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(*left_at, USUAL.width(), USUAL.height())
    place_on_screen(window, available)
    assert available.contains(window.geometry())
    assert window.size().height() < available.height()


def test_where_there_is_room_it_stays_as_it_was(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(100, 120, 900, 600)
    place_on_screen(window, QRect(0, 0, 1920, 1040))
    assert window.geometry() == QRect(100, 120, 900, 600)
    assert window.minimumSize() == LEAST


def test_the_real_window_opens_on_the_screen_and_so_does_one_that_was_left_larger(
    theme: Theme, settings: Settings, qtbot: QtBot
) -> None:
    for _ in range(2):
        window = MainWindow(theme, settings)
        qtbot.addWidget(window)
        available = window.screen().availableGeometry()
        assert available.contains(window.geometry())
        window.setMinimumSize(QSize(1, 1))
        window.setGeometry(40, 40, 3000, 2500)
        settings.geometry = window.saveGeometry()
