"""Drawings that are not digits are rejected, from an adjustable threshold on."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.rasterize import ink_to_image
from digitpad.gui.draw.tab import DrawTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.models import LoadedModel
from digitpad.reading.recognizer import Prediction
from tests.gui.settling import settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
STROKE = [[(100.0, 100.0), (200.0, 300.0)]]


class RefusingFake:
    """Reads every drawing as a 4 or, nearly as likely, a 9, and half doubts that it is a digit."""

    labels = tuple("0123456789")
    refuses = True
    reads_pictures = False

    def __init__(self) -> None:
        self.threshold = 0.6

    def recognize_ink(self, strokes: Sequence[NDArray[np.float32]], *, canvas: float = 400.0) -> Prediction:
        return self.recognize_image(ink_to_image(strokes, canvas=canvas))

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        return self.recognize_image(image)

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        return [self.recognize_image(image) for image in images]

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        shares = np.zeros(10, np.float32)
        shares[4], shares[9] = 0.7, 0.3
        refused = self.threshold <= 0.5
        reason = "unlike any digit" if refused else None
        return Prediction("4", 0.7, shares, refused, reason, gray, no_digit=0.5)


@pytest.fixture
def tab(window: MainWindow) -> DrawTab:
    window.show_model(LoadedModel("fake", Path("fake"), 0.1307, 0.3081, RefusingFake()))
    settle(window)
    return window.draw_tab


def text_of(tab: DrawTab, name: str) -> str:
    label = tab.findChild(QLabel, name)
    assert label is not None
    return label.text()


def test_a_model_that_never_refuses_has_no_threshold(window: MainWindow) -> None:
    assert window.draw_tab.refusal.isHidden()


def test_empty_bars_are_those_of_the_network_and_the_mark_is_on_the_last(tab: DrawTab) -> None:
    tab.bars.repaint()
    assert tab.bars.labels == (*"0123456789", "none")
    mark = tab.bars.mark_position()
    assert mark is not None
    assert mark.y() == pytest.approx(tab.bars.height() * 10.5 / 11, abs=1)


def test_the_models_own_threshold_is_shown(tab: DrawTab) -> None:
    assert not tab.refusal.isHidden()
    assert tab.refusal.slider.value() == 60
    assert text_of(tab, "refusalValue") == "60\N{NO-BREAK SPACE}%"
    assert "The default is 60" in tab.refusal.slider.toolTip()
    assert tab.bars.threshold == 0.6


def test_an_ambiguous_reading_says_so_with_the_second_guess(tab: DrawTab, draw: Draw) -> None:
    draw(tab.canvas, STROKE)
    assert tab.answer.digit == "4"
    # The headline's percentage is that of its bar, and the bars add up to 1 with "none".
    assert tab.answer.lines == ("35.0\N{NO-BREAK SPACE}%", "ambiguous: or none, 50.0\N{NO-BREAK SPACE}%")
    # The bar of the digit that the headline names is emphasized, although another one is longer.
    assert tab.bars.best == tab.answer.digit
    assert tab.bars.values == pytest.approx([0, 0, 0, 0, 0.35, 0, 0, 0, 0, 0.15, 0.5])


def test_moving_the_threshold_refuses_and_accepts_the_same_drawing(tab: DrawTab, draw: Draw, qtbot: QtBot) -> None:
    draw(tab.canvas, STROKE)
    tab.refusal.slider.setFocus()
    QTest.keyClick(tab.refusal.slider, Qt.Key.Key_PageDown)
    QTest.keyClick(tab.refusal.slider, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: tab.answer.lines == ("Not a digit", "closest: 4"))
    assert text_of(tab, "refusalValue") == "50\N{NO-BREAK SPACE}%"
    assert "Not a digit" in tab.answer.accessibleDescription()
    assert tab.answer.digit == ""
    # The bars stay: they say which digit it would be.
    assert tab.bars.values is not None
    QTest.keyClick(tab.refusal.slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: tab.answer.lines[0] == "35.0\N{NO-BREAK SPACE}%")


def test_the_mark_on_the_bar_of_none_is_dragged(window: MainWindow, tab: DrawTab, draw: Draw, qtbot: QtBot) -> None:
    draw(tab.canvas, STROKE)
    tab.bars.grab()
    mark = tab.bars.mark_position()
    assert mark is not None
    QTest.mousePress(tab.bars, Qt.MouseButton.LeftButton, pos=mark.toPoint())
    QTest.mouseMove(tab.bars, (mark - QPointF(60, 0)).toPoint())
    QTest.mouseRelease(tab.bars, Qt.MouseButton.LeftButton, pos=(mark - QPointF(60, 0)).toPoint())
    qtbot.waitUntil(lambda: tab.answer.lines[0] == "Not a digit")
    network = window.workspace.looked_at
    assert network is not None
    assert network.reader.threshold < 0.5
    assert tab.refusal.slider.value() == round(100 * network.reader.threshold)
    tab.bars.grab()
    moved = tab.bars.mark_position()
    assert moved is not None
    assert moved.x() == pytest.approx(mark.x() - 60, abs=3)
    # A press beside the mark does not start a drag.
    QTest.mousePress(tab.bars, Qt.MouseButton.LeftButton, pos=QPointF(mark.x(), 10).toPoint())
    QTest.mouseMove(tab.bars, QPointF(mark.x() + 40, 10).toPoint())
    assert tab.refusal.slider.value() == round(100 * network.reader.threshold)


def test_another_model_brings_its_own_threshold(window: MainWindow, tab: DrawTab) -> None:
    tab.refusal.slider.setValue(30)
    other = RefusingFake()
    other.threshold = 0.8
    window.show_model(LoadedModel("other", Path("other"), 0.1307, 0.3081, other))
    settle(window)
    assert tab.refusal.slider.value() == 80
    assert other.threshold == 0.8
