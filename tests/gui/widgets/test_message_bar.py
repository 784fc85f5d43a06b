"""Messages: the newest first, errors until closed, and no control is covered."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.message_bar import Message, MessageBar
from digitpad.gui.widgets.theme import Theme
from tests.gui.controls import controls_of
from tests.gui.measuring import faults
from tests.gui.settling import lay_out


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
    with qtbot.waitSignal(bar.closed):
        bar.show_message(Message("Saved.", "info"))
    assert not bar.isVisible()


def test_the_newest_message_is_shown_and_a_repeated_one_is_listed_once(bar: MessageBar) -> None:
    first, second, third = Message("One."), Message("Two."), Message("Three.", "info")
    for message in (first, first, second, third, second):
        bar.show_message(message)
        assert bar.message == message
    shown = []
    while bar.message is not None:
        shown.append(bar.message)
        bar.close_message()
    assert shown == [second, third, first]


def test_the_earlier_messages_can_be_listed(bar: MessageBar) -> None:
    for text in ("One.", "Two.", "<b>Three</b>."):
        bar.show_message(Message(text))
    button = _button(bar, "messageEarlier")
    assert button.isVisible()
    assert button.text().startswith("2 ")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    details = bar.findChild(QPlainTextEdit)
    assert details is not None
    assert details.isVisible()
    assert details.toPlainText() == "Two.\n\nOne."
    # Closing the newest shows the one before it, and the list is closed.
    bar.close_message()
    assert bar.message == Message("Two.")
    assert not details.isVisible()
    assert button.text().startswith("1 ")
    bar.close_message()
    bar.close_message()
    assert not bar.isVisible()


def test_when_news_goes_an_error_before_it_is_shown_again(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_message(Message("Broken."))
    (timer,) = bar.findChildren(QTimer)
    timer.setInterval(1)
    bar.show_message(Message("Copied.", "info"))
    bar.show_message(Message("Saved.", "info"))
    qtbot.waitUntil(lambda: bar.message == Message("Broken."))
    assert bar.earlier == ()
    bar.close_message()


@pytest.mark.parametrize("size", [(1280, 800), (800, 560)])
def test_a_message_lies_over_no_control_and_moves_nothing(
    window: MainWindow, bar: MessageBar, size: tuple[int, int]
) -> None:
    window.resize(*size)
    lay_out()
    inside = [widget for widget in window.findChildren(QWidget) if widget.isVisible() and not bar.isAncestorOf(widget)]
    places = {widget: widget.rect().translated(widget.mapTo(window, QPoint(0, 0))) for widget in inside}
    bar.show_message(Message("A name of a file, and what is wrong with it. " * 20))
    lay_out()
    area = bar.rect().translated(bar.mapTo(window, QPoint(0, 0)))
    for control in controls_of(window.draw_tab):
        seen = places[control].intersected(_view_of(control, window))
        assert not area.intersects(seen), control.objectName()
    for widget, place in places.items():
        assert widget.rect().translated(widget.mapTo(window, QPoint(0, 0))) == place, widget.objectName()
    assert window.rect().contains(area)
    # A text that does not fit can be read in full.
    QTest.mouseClick(_button(bar, "messageDetails"), Qt.MouseButton.LeftButton)
    details = bar.findChild(QPlainTextEdit)
    assert details is not None
    assert details.toPlainText() == ("A name of a file, and what is wrong with it. " * 20).strip()
    bar.close_message()


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_the_strip_has_room_for_one_line_and_its_buttons(theme: Theme, bar: MessageBar, scale: float) -> None:
    theme.set_scale(scale)
    bar.show_message(Message("Earlier."))
    bar.show_message(Message("Broken.", "error", "the long story"))
    lay_out()
    found = faults(bar)
    room = bar.strip.height() / bar.fontMetrics().height()
    theme.set_scale(1.0)
    assert not found, "\n".join(found)
    assert room < 2.5
    for _ in range(2):
        bar.close_message()


def _view_of(widget: QWidget, window: QWidget) -> QRect:
    """Return what the scroll areas around a widget show, in the window's coordinates."""
    view = window.rect()
    parent = widget.parentWidget()
    while parent is not None and parent is not window:
        view = view.intersected(parent.rect().translated(parent.mapTo(window, QPoint(0, 0))))
        parent = parent.parentWidget()
    return view


def test_an_error_replaces_news(bar: MessageBar) -> None:
    bar.show_message(Message("Saved.", "info"))
    bar.show_message(Message("Broken."))
    assert bar.message == Message("Broken.")
    bar.close_message()
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
