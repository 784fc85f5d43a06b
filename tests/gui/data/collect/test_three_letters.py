"""Three letters drawn ten times each are learned by Start alone, with the defaults for small sets, and then read.

How long that takes is measured by `tests/benchmarks/three_letters.py`.
"""

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.training.control_card import State
from digitpad.gui.training.train_tab import TrainTab
from tests.drawn_letters import Strokes, drawn_letter
from tests.gui.data.collect.conftest import Collecting
from tests.gui.settling import settle

LETTERS, EACH, FRESH = "ABC", 10, 10


def _press(window: MainWindow, name: str) -> None:
    button = window.findChild(QPushButton, name)
    assert button is not None
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _read(window: MainWindow, strokes: Strokes) -> str:
    canvas = window.draw_tab.canvas
    window.draw_tab.clear.trigger()
    replay(canvas, [[(round(x * canvas.width()), round(y * canvas.height())) for x, y in one] for one in strokes])
    settle(window)
    return window.draw_tab.answer.digit


@pytest.mark.slow
def test_three_letters_are_learned_by_start_alone(window: MainWindow, qtbot: QtBot) -> None:
    rng = np.random.default_rng(3)
    it = Collecting(window, qtbot)
    for letter in LETTERS:
        field = it.page.findChild(QLineEdit, "newClassName")
        assert field is not None
        QTest.mouseClick(field, Qt.MouseButton.LeftButton)
        QTest.keyClicks(field, letter)
        QTest.keyClick(field, Qt.Key.Key_Return)
        it.settle()
        for _ in range(EACH):
            it.draw(*drawn_letter(letter, rng))
            QTest.keyClick(it.page.pad.pad, Qt.Key.Key_Return)
        it.settle()
    assert it.counts == dict.fromkeys(LETTERS, EACH)
    _press(window, "trainOnCollection")
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    qtbot.waitUntil(lambda: tabs.tabText(tabs.currentIndex()) == "Train")
    tab = window.findChild(TrainTab, "trainTab")
    assert tab is not None
    qtbot.waitUntil(lambda: not tab.note.is_reading, timeout=20_000)
    assert "30 images, 3 classes. 3 outputs, one for each class: A, B, C." in tab.note.text
    assert "Defaults for a small dataset (30 images)" in tab.note.text
    _press(window, "trainMain")
    qtbot.waitUntil(lambda: tab.session.is_on)
    qtbot.waitUntil(lambda: tab.session.state is State.IDLE, timeout=120_000)
    assert tab.notice.text == ""
    _press(window, "trainUse")
    qtbot.waitUntil(lambda: tabs.tabText(tabs.currentIndex()) == "Draw")
    settle(window)
    read = [(letter, _read(window, drawn_letter(letter, rng))) for letter in LETTERS for _ in range(FRESH)]
    right = Counter(letter for letter, found in read if letter == found)
    assert sum(right.values()) >= 0.9 * len(read), read
