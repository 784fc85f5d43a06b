"""Messages: one at a time, errors until closed, never in the way."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.message_bar import Message, MessageBar


@pytest.fixture
def bar(window: MainWindow) -> MessageBar:
    return window.messages


def _button(bar: MessageBar, name: str) -> QToolButton:
    button = bar.findChild(QToolButton, name)
    assert button is not None
    return button


def test_nothing_is_shown_at_first(bar: MessageBar) -> None:
    assert not bar.isVisible()


def test_an_error_stays_until_it_is_closed_and_takes_no_focus(window: MainWindow, bar: MessageBar) -> None:
    canvas = window.draw_tab.canvas
    place = canvas.geometry()
    bar.show_message(Message("x.png is cut short; choose another."))
    assert bar.isVisible()
    assert bar.accessibleDescription() == "x.png is cut short; choose another."
    assert canvas.hasFocus()
    assert canvas.geometry() == place
    assert not any(timer.isActive() for timer in bar.findChildren(QTimer))
    QTest.mouseClick(_button(bar, "messageClose"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_news_goes_by_itself(bar: MessageBar, qtbot: QtBot) -> None:
    (timer,) = bar.findChildren(QTimer)
    timer.setInterval(1)
    with qtbot.waitSignal(bar.closed, timeout=2000):
        bar.show_message(Message("Saved.", "info"))
    assert not bar.isVisible()


def test_messages_wait_for_an_error_and_are_not_repeated(bar: MessageBar) -> None:
    first, second, third = Message("One."), Message("Two."), Message("Three.", "info")
    for message in (first, first, second, third, second):
        bar.show_message(message)
    shown = []
    while bar.message is not None:
        shown.append(bar.message)
        bar.close_message()
    assert shown == [first, second, third]


def test_an_error_replaces_news(bar: MessageBar) -> None:
    bar.show_message(Message("Saved.", "info"))
    bar.show_message(Message("Broken."))
    assert bar.message == Message("Broken.")
    bar.close_message()


def test_details_are_shown_on_request(bar: MessageBar) -> None:
    bar.show_message(Message("Broken.", "error", "the long story"))
    details = bar.findChild(QPlainTextEdit)
    assert details is not None
    assert not details.isVisible()
    height = bar.height()
    QTest.mouseClick(_button(bar, "messageDetails"), Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert details.toPlainText() == "the long story"
    assert bar.height() > height
    bar.close_message()
    bar.show_message(Message("Plain."))
    assert not _button(bar, "messageDetails").isVisible()


def test_it_stays_inside_a_small_window_with_a_long_text(window: MainWindow, bar: MessageBar) -> None:
    bar.show_message(Message("A very long name of a file and what is wrong with it. " * 6))
    window.resize(800, 560)
    central = window.centralWidget()
    assert central is not None
    assert central.rect().contains(bar.geometry())
    assert bar.height() >= bar.heightForWidth(bar.width())
