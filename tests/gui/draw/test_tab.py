"""Drawing in the window, and the prediction."""

from collections.abc import Callable, Sequence
from typing import Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSlider, QToolButton, QWidget
from pytestqt.exceptions import capture_exceptions

from digitpad.errors import DigitpadError
from digitpad.gui.canvas.canvas import Tool
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.settings import Settings
from tests.gui.settling import lay_out, settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


class Reader(Protocol):
    digit: int
    sure: float
    second: int
    asked: list[object]
    trouble: Exception | None


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    return window.draw_tab


def _button(tab: DrawTab, name: str) -> QToolButton:
    button = tab.findChild(QToolButton, name)
    assert button is not None
    return button


def test_a_blank_canvas_shows_no_digit_but_what_to_do(tab: DrawTab) -> None:
    assert tab.answer.digit == ""
    assert "Draw" in tab.answer.lines[0]
    assert tab.bars.values is None
    assert tab.received.image is None


def test_the_smallest_usual_screen_shows_the_whole_tab(window: MainWindow, tab: DrawTab) -> None:
    # A narrower window has scrolled, which must not decide.
    for size in ((800, 560), (1024, 640)):
        window.resize(*size)
        lay_out()
    area = window.findChild(QScrollArea, "pageScroller0")
    assert area is not None
    assert tab.size() == area.viewport().size()
    card = tab.findChild(QFrame, "receivedCard")
    heading = tab.findChild(QLabel, "receivedTitle")
    assert card is not None
    assert heading is not None
    left = tab.received.x()
    assert left == tab.bars.x()
    facts = [label for label in card.findChildren(QLabel) if label.text()]
    assert {label.x() for label in facts} == {tab.received.geometry().right() + 1 + 16}
    assert all(label.height() < 2 * label.fontMetrics().height() for label in facts), "a fact takes two lines"


def test_a_drawing_is_read_and_shown(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert tab.answer.digit == "7"
    assert tab.answer.lines == ("90.0\N{NO-BREAK SPACE}%", "or 1, 10.0\N{NO-BREAK SPACE}%")
    assert tab.bars.values is not None
    assert tab.bars.values[7] == pytest.approx(0.9)
    assert "7: 90.0" in tab.bars.accessibleDescription()
    assert tab.received.image is not None
    assert tab.received.image.max() == 255
    assert "7, 90.0" in tab.answer.accessibleDescription()


def test_a_second_guess_that_is_not_near_is_not_named(tab: DrawTab, draw: Draw, reader: Reader) -> None:
    reader.sure = 0.99
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert tab.answer.lines[1] == ""


def test_clearing_empties_everything(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    QTest.mouseClick(_button(tab, "clearButton"), Qt.MouseButton.LeftButton)
    settle(tab)
    assert tab.answer.digit == ""
    assert tab.bars.values is None
    assert tab.received.image is None


def test_the_bars_follow_the_unfinished_stroke_once_a_turn(tab: DrawTab, reader: Reader) -> None:
    canvas = tab.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    settle(tab)
    before = len(reader.asked)
    assert before > 0
    for step in range(20):
        canvas.sketch.extend_stroke((300 + step, 300))
        canvas.changed.emit()
    settle(tab)
    assert len(reader.asked) == before + 1
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    settle(tab)


def test_undo_and_redo_follow_the_history(tab: DrawTab, draw: Draw) -> None:
    undo, redo = _button(tab, "undoButton"), _button(tab, "redoButton")
    assert not undo.isEnabled()
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert undo.isEnabled()
    assert "draw" in undo.toolTip()
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert tab.canvas.sketch.page.is_blank
    assert redo.isEnabled()
    QTest.mouseClick(redo, Qt.MouseButton.LeftButton)
    assert not tab.canvas.sketch.page.is_blank


@pytest.mark.parametrize(("name", "tool"), [("eraserButton", Tool.ERASER), ("penButton", Tool.PEN)])
def test_the_tools_are_taken_with_their_buttons(tab: DrawTab, name: str, tool: Tool) -> None:
    tab.canvas.use(Tool.PEN if tool is Tool.ERASER else Tool.ERASER)
    tab.pen.setChecked(tool is Tool.ERASER)
    button = _button(tab, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.canvas.tool is tool
    assert button.isChecked()


def test_the_pens_width_is_shown_remembered_and_does_not_change_what_the_network_gets(
    tab: DrawTab, draw: Draw, settings: Settings
) -> None:
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    image = tab.received.image
    tab.canvas.clear()
    slider = tab.findChild(QSlider, "widthSlider")
    assert slider is not None
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert tab.canvas.pen_width == slider.maximum() == settings.pen_width
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert tab.canvas.sketch.page.strokes[0].width == slider.maximum()
    assert image is not None
    assert tab.received.image is not None
    assert (tab.received.image == image).all()
    QTest.keyClick(tab.canvas, Qt.Key.Key_BracketLeft)
    assert slider.value() < slider.maximum()


def test_the_models_normalisation_is_shown(tab: DrawTab) -> None:
    label = tab.findChild(QLabel, "normalisation")
    assert label is not None
    assert label.text() == "mean 0.1307, std 0.3081"


def test_without_a_model_one_can_draw_and_is_told(window: MainWindow, tab: DrawTab, draw: Draw) -> None:
    window.show_model(None)
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert tab.answer.lines[0] == "No model"
    window.use_model(None)
    settle(tab)
    assert tab.answer.digit == "7"


def test_what_cannot_be_read_is_said_and_the_drawing_stays(
    window: MainWindow, tab: DrawTab, draw: Draw, reader: Reader
) -> None:
    reader.trouble = DigitpadError("That cannot be read; draw something else.")
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    assert window.messages.message is not None
    assert window.messages.message.text == "That cannot be read; draw something else."
    assert tab.answer.digit == ""
    assert len(tab.canvas.sketch.page.strokes) == 1


def test_a_fault_of_ours_leaves_no_stale_answer(tab: DrawTab, draw: Draw, reader: Reader) -> None:
    draw(tab.canvas, [[(100, 100), (200, 300)]])
    reader.trouble = ZeroDivisionError("our fault")
    with capture_exceptions() as caught:
        draw(tab.canvas, [[(10, 10), (20, 30)]])
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError] * len(caught)
    assert caught
    assert tab.answer.digit == ""
    assert len(tab.canvas.sketch.page.strokes) == 2
