"""The welcome: shown to new users, hidden by the first stroke, dismissed permanently."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.welcome import Welcome
from digitpad.gui.workspace.settings import Settings
from tests.gui.settling import lay_out


def _welcome(window: MainWindow) -> Welcome:
    window.welcome_newcomers()
    return window.findChildren(Welcome)[-1]


def _press(welcome: Welcome, name: str) -> None:
    button = welcome.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_newcomers_see_it_on_the_canvas(window: MainWindow) -> None:
    welcome = _welcome(window)
    assert welcome.isVisible()
    assert window.draw_tab.canvas.geometry().contains(welcome.geometry())
    for label in welcome.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_it_follows_the_window(window: MainWindow, qtbot: QtBot) -> None:
    welcome = _welcome(window)
    before = welcome.geometry()
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: welcome.geometry() != before)
    assert window.draw_tab.canvas.geometry().contains(welcome.geometry())


def test_it_is_in_sight_in_the_smallest_window(window: MainWindow) -> None:
    window.resize(800, 560)
    lay_out()
    welcome = _welcome(window)
    area = window.findChild(QScrollArea, "pageScroller0")
    assert area is not None
    view = area.viewport()
    assert view.height() < 500
    assert welcome.mapTo(view, welcome.rect().bottomLeft()).y() < view.height()


def test_the_first_stroke_sends_it_away_for_now(
    window: MainWindow, settings: Settings, draw: Callable[..., None]
) -> None:
    welcome = _welcome(window)
    draw(window.draw_tab.canvas, [[(20, 20), (60, 60)]])
    assert not welcome.isVisible()
    assert not settings.welcomed
    assert not window.draw_tab.canvas.sketch.page.is_blank


def test_a_press_on_it_sends_it_away(window: MainWindow, draw: Callable[..., None]) -> None:
    welcome = _welcome(window)
    draw(welcome, [[(5, 5), (6, 6)]])
    assert not welcome.isVisible()


def test_close_hides_it_for_now(window: MainWindow, settings: Settings) -> None:
    welcome = _welcome(window)
    _press(welcome, "welcomeClose")
    assert not welcome.isVisible()
    assert not settings.welcomed


def test_dismissed_it_never_comes_again(window: MainWindow, settings: Settings) -> None:
    welcome = _welcome(window)
    _press(welcome, "welcomeDismiss")
    assert settings.welcomed
    window.welcome_newcomers()
    assert not any(one.isVisible() for one in window.findChildren(Welcome))
