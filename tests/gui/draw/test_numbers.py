"""Whole numbers in the window: boxes on the canvas, and the bars of one digit at a time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.headline import show_verdict
from digitpad.reading.number_reading import NumberReading, Segment
from digitpad.reading.recognizer import Prediction
from digitpad.reading.signs import SIGNS
from tests.gui.settling import settle
from tests.reading.written import written

if TYPE_CHECKING:
    from digitpad.gui.workspace.look import Look

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
SEVENS = [[(100.0, 100.0), (130.0, 250.0)], [(300.0, 100.0), (330.0, 250.0)], [(450.0, 100.0), (480.0, 250.0)]]


class Reader(Protocol):
    digit: int
    sure: float


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    return window.draw_tab


def places(tab: DrawTab) -> list[bool]:
    """Return for each box whether it is the chosen one."""
    return [box.chosen for box in tab.canvas.boxes]


def test_one_digit_has_no_boxes_and_a_number_has_one_around_each(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, SEVENS[:1])
    assert not tab.canvas.boxes
    assert tab.answer.digit == "7"
    draw(tab.canvas, SEVENS[1:2])
    assert tab.answer.digit == "77"
    assert [box.label for box in tab.canvas.boxes] == ["7", "7"]
    assert tab.canvas.boxes[0].box == pytest.approx((100, 100, 130, 250), abs=2)
    tab.canvas.undo()
    settle(tab)
    assert not tab.canvas.boxes
    assert tab.answer.digit == "7"


def test_whoever_writes_sees_the_last_digit(window: MainWindow, tab: DrawTab, draw: Draw) -> None:
    looks: list[Look] = []
    window.workspace.published.connect(looks.append)
    for count, stroke in enumerate(SEVENS[1:], start=2):
        draw(tab.canvas, [SEVENS[0], stroke] if count == 2 else [stroke])
        assert places(tab) == [False] * (count - 1) + [True]
    assert isinstance(looks[-1].prediction, Prediction)
    assert looks[-1] is window.workspace.look


def test_the_keyboard_goes_from_digit_to_digit(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, SEVENS)
    QTest.keyClick(tab.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(tab)
    assert places(tab) == [False, True, False]
    assert "2 of 3: 7, 90.0" in tab.answer.lines[1]
    QTest.keyClick(tab.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(tab)
    assert not tab.choice.previous.isEnabled()
    QTest.keyClick(tab.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    settle(tab)
    assert places(tab) == [False, True, False]
    assert tab.choice.next.isEnabled()


def test_what_was_chosen_stays_chosen_while_more_is_written(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, SEVENS[:2])
    tab.choice.back()
    settle(tab)
    draw(tab.canvas, SEVENS[2:])
    assert places(tab) == [True, False, False]
    tab.canvas.clear()
    settle(tab)
    draw(tab.canvas, SEVENS[:2])
    assert places(tab) == [False, True]


def test_a_click_on_the_answer_chooses_its_digit(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, SEVENS)
    QTest.mouseClick(tab.answer, Qt.MouseButton.LeftButton, pos=QPoint(12, tab.answer.height() // 3))
    settle(tab)
    assert places(tab) == [True, False, False]
    QTest.mouseClick(tab.answer, Qt.MouseButton.LeftButton, pos=QPoint(tab.answer.width() - 2, 5))
    settle(tab)
    assert sum(places(tab)) == 1


def test_the_bars_and_the_picture_are_those_of_the_chosen_digit(
    window: MainWindow, tab: DrawTab, draw: Draw, reader: Reader
) -> None:
    draw(tab.canvas, SEVENS[:1])
    alone = tab.received.image
    reader.sure = 0.8
    draw(tab.canvas, SEVENS[1:2])
    window.workspace.choose(0)
    settle(tab)
    assert tab.bars.values is not None
    assert tab.bars.values[7] == pytest.approx(0.8)
    assert alone is not None
    assert tab.received.image is not None
    assert np.array_equal(tab.received.image, alone)


def test_a_sign_has_no_bars(window: MainWindow, tab: DrawTab) -> None:
    tab.canvas.put("draw", Page(tuple(InkStroke(stroke, 10.0) for stroke in written("-11", gap=50))))
    settle(tab)
    assert tab.answer.digit == "-77"
    window.workspace.choose(0)
    settle(tab)
    assert tab.bars.values is None
    assert tab.received.image is None
    assert "a minus sign, by its size and position" in tab.answer.lines[1]


def test_the_boxes_lie_on_an_opened_picture(tab: DrawTab) -> None:
    ink = np.zeros((100, 200), np.float32)
    ink[20:80, 40:46] = ink[20:80, 140:146] = 1
    tab.canvas.put("open", Page(picture=Picture(ink, "two.png")))
    settle(tab)
    assert tab.answer.digit == "77"
    first = tab.canvas.area_of(tab.canvas.boxes[0].box)
    sheet = tab.canvas.area_of((0, 0, 200, 100))
    assert first.left() - sheet.left() == pytest.approx(sheet.width() * 40 / 200, abs=1)
    assert first.bottom() - sheet.top() == pytest.approx(sheet.height() * 80 / 100, abs=1)


def test_a_number_of_many_digits_fits_its_card(tab: DrawTab, window: MainWindow) -> None:
    window.resize(1024, 640)
    strokes = [np.array([[20 + 45 * place, 100], [26 + 45 * place, 160]], np.float32) for place in range(12)]
    tab.canvas.put("draw", Page(tuple(InkStroke(stroke, 6.0) for stroke in strokes)))
    settle(tab)
    assert tab.answer.digit == "7" * 12
    QTest.mouseClick(tab.answer, Qt.MouseButton.LeftButton, pos=QPoint(3, 20))
    settle(tab)
    assert places(tab)[0]
    tab.answer.grab()


def test_a_number_on_two_lines_is_shown_and_walked_through_line_by_line(window: MainWindow, tab: DrawTab) -> None:
    strokes = [
        InkStroke(np.array([[x, top], [x + 10, top + 100]], np.float32), 8.0)
        for top, xs in ((60, (60, 160, 260)), (300, (60, 160)))
        for x in xs
    ]
    tab.canvas.put("draw", Page(tuple(strokes)))
    settle(tab)
    assert tab.answer.digit == "777\n77"
    assert "777, 77" in tab.answer.accessibleDescription()
    assert [round(box.box[1] / 240) for box in tab.canvas.boxes] == [0, 0, 0, 1, 1]
    assert places(tab) == [False, False, False, False, True]
    walked = [window.workspace.look.place]
    while tab.choice.previous.isEnabled():
        tab.choice.previous.trigger()
        settle(tab)
        walked.append(window.workspace.look.place)
    assert walked == [4, 3, 2, 1, 0]
    # A click on a character chooses it, on any line.
    for place in (1, 4):
        QTest.mouseClick(tab.answer, Qt.MouseButton.LeftButton, pos=tab.answer.character_area(place).center().toPoint())
        settle(tab)
        assert window.workspace.look.place == place
    assert tab.answer.character_area(4).top() > tab.answer.character_area(1).bottom()
    assert tab.answer.rect().contains(tab.answer.character_area(4).toRect())


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_is_named_in_words(window: MainWindow, tab: DrawTab, sign: str) -> None:
    seven = Prediction("7", 0.9, np.full(10, 0.1, np.float32), False, None, np.ones((28, 28), np.float32))
    number = NumberReading((Segment("7", (0, 0, 1, 1), seven), Segment(sign, (2, 0, 3, 1), None)), 0.9)
    show_verdict(replace(window.workspace.look, reading=number, place=1), tab.answer, tab.bars)
    assert tab.answer.digit == f"7{sign}"
    assert "by its" in tab.answer.lines[1]


def test_a_number_with_a_part_that_is_no_digit_says_so(tab: DrawTab) -> None:
    tab.answer.show_number("27", 0.5, 0, "1 of 2: 2", "character 2 of 2: this does not look like a digit")
    assert tab.answer.lines == ("Not a number", "character 2 of 2: this does not look like a digit")
    assert "Not a number" in tab.answer.accessibleDescription()
