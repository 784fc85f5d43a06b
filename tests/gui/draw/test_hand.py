"""Correcting and confirming readings: the drawing joins My hand."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.collections.folder import read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.data.dataset import NO_DIGIT
from digitpad.gui.canvas.sketch import InkStroke
from digitpad.gui.draw.hand.collection import HAND
from digitpad.gui.draw.hand.correction import own_strokes
from digitpad.gui.draw.hand.teaching import Teaching
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.reading.number_reading import Segment
from tests.gui.conftest import Draw, FakeReader
from tests.gui.settling import settle

SEVEN = [[(100.0, 100.0), (200.0, 100.0), (150.0, 250.0)]]
Wait = Callable[[], None]


@pytest.fixture
def teaching(window: MainWindow, qtbot: QtBot) -> Teaching:
    found = window.draw_tab.teaching
    qtbot.waitUntil(lambda: not found.hand.is_busy, timeout=30_000)
    return found


@pytest.fixture
def wait(teaching: Teaching, qtbot: QtBot) -> Wait:
    return lambda: qtbot.waitUntil(lambda: not teaching.hand.is_busy, timeout=30_000)


def _counts(name: str = HAND) -> dict[str, int]:
    return {each.name: len(each.samples) for each in read_contents(CollectionStore().find(name).folder).classes}


def _click_row(bars: RefusalBars, index: int) -> None:
    row = bars.row_of(index)
    assert row is not None
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=row.center().toPoint())


def test_a_click_on_the_right_bar_adds_the_drawing(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait
) -> None:
    draw(window.draw_tab.canvas, SEVEN)
    _click_row(window.draw_tab.bars, 4)
    wait()
    assert _counts() == {"4": 1}
    assert teaching.hand.state.count == 1
    assert window.messages.message is not None
    assert window.messages.message.text.endswith("in My hand, the last one as 4.")
    contents = read_contents(CollectionStore().find(HAND).folder)
    assert contents.classes[0].samples[0].is_ink


def test_a_message_covers_nothing_of_the_row_in_the_smallest_window(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait
) -> None:
    window.resize(800, 560)
    draw(window.draw_tab.canvas, SEVEN)
    teaching.correct("4")
    wait()
    settle(window)
    assert window.messages.isVisible()
    assert _bottom(teaching.bar, window) <= window.messages.mapTo(window, QPoint()).y()


def _bottom(widget: QWidget, window: MainWindow) -> int:
    return widget.mapTo(window, QPoint(0, widget.height())).y()


def test_a_blank_canvas_cannot_be_corrected(window: MainWindow, teaching: Teaching, wait: Wait) -> None:
    assert not teaching.row.isEnabled()
    assert not teaching.digits[3].isEnabled()
    _click_row(window.draw_tab.bars, 4)
    teaching.correct("4")
    wait()
    assert not CollectionStore().all()
    assert window.messages.message is not None
    assert window.messages.message.text == "Draw a digit first."


def test_keys_correct_confirm_and_take_back(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait, reader: FakeReader
) -> None:
    draw(window.draw_tab.canvas, SEVEN)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.draw_tab.canvas, Qt.Key.Key_9, keys)
    wait()
    QTest.keyClick(window.draw_tab.canvas, Qt.Key.Key_Return, keys)
    wait()
    QTest.keyClick(window.draw_tab.canvas, Qt.Key.Key_X, keys)
    wait()
    assert _counts() == {"9": 1, str(reader.digit): 1, NO_DIGIT: 1}
    QTest.keyClick(window.draw_tab.canvas, Qt.Key.Key_Backspace, keys)
    wait()
    assert _counts()[NO_DIGIT] == 0
    assert teaching.hand.state.count == 2
    assert teaching.hand.state.added == "7"
    teaching.take_back.trigger()
    wait()
    teaching.take_back.trigger()
    wait()
    assert teaching.hand.state.count == 0
    assert not teaching.take_back.isEnabled()
    assert not teaching.learn.isEnabled()


def test_the_menu_has_all_classes_and_another_sign(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait, qtbot: QtBot
) -> None:
    draw(window.draw_tab.canvas, SEVEN)
    entries = [action for action in teaching.row.menu.actions() if action.text()]
    assert [entry.text() for entry in entries] == [*"0123456789", "Another sign…"]
    entries[-1].trigger()
    qtbot.waitUntil(lambda: window.findChild(QLineEdit, "newSignDialogField") is not None)
    field = window.findChild(QLineEdit, "newSignDialogField")
    assert field is not None
    field.setText("✓")
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait()
    assert _counts() == {"✓": 1}


def test_each_person_has_a_collection(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait, qtbot: QtBot
) -> None:
    draw(window.draw_tab.canvas, SEVEN)
    teaching.correct("1")
    wait()
    _entry(teaching, "Another person…").trigger()
    qtbot.waitUntil(lambda: window.findChild(QLineEdit, "personDialogField") is not None)
    field = window.findChild(QLineEdit, "personDialogField")
    assert field is not None
    field.setText("Ada")
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait()
    assert teaching.hand.state.count == 0
    teaching.correct("2")
    wait()
    assert (_counts(), _counts("My hand (Ada)")) == ({"1": 1}, {"2": 1})
    assert window.workspace.settings.hand == "My hand (Ada)"
    _entry(teaching, "My hand").trigger()
    wait()
    assert teaching.hand.state.name == HAND
    assert teaching.hand.state.count == 1


def _entry(teaching: Teaching, text: str) -> QAction:
    return next(action for action in teaching.bar.menu.actions() if action.text() == text)


def test_the_button_says_how_many_drawings_there_are(
    window: MainWindow, teaching: Teaching, draw: Draw, wait: Wait
) -> None:
    button = window.findChild(QToolButton, "learnButton")
    assert button is not None
    assert not button.isEnabled()
    draw(window.draw_tab.canvas, SEVEN)
    for _number in range(10):
        teaching.correct("7")
        wait()
    assert button.isEnabled()
    assert "10" in button.text()
    assert button.property("role") == "primary"


def _stroke(*points: tuple[float, float]) -> InkStroke:
    return InkStroke(np.array(points, np.float32), 4.0)


def test_a_digit_of_a_number_has_the_strokes_in_its_box() -> None:
    four = (_stroke((10, 10), (10, 50), (40, 50)), _stroke((30, 10), (30, 90)))
    one = _stroke((80, 10), (80, 90))
    segments = (Segment("4", (10, 10, 40, 90), None), Segment("1", (78, 10, 82, 90), None))
    strokes = (*four, one)
    assert own_strokes(strokes, segments, 0) == four
    assert own_strokes(strokes, segments, 1) == (one,)
    joined = (_stroke((10, 10), (10, 50), (80, 50)), *strokes[1:])
    assert own_strokes(joined, segments, 0) is None
    assert own_strokes(joined, segments, 1) is None
