"""Three letters drawn ten times each with the mouse are trained on, and are then told apart in Draw."""

from collections.abc import Sequence

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
from tests.gui.data.collect.conftest import Collecting
from tests.gui.settling import settle

Strokes = list[list[tuple[float, float]]]

A: Strokes = [[(0.5, 0.1), (0.25, 0.85)], [(0.5, 0.1), (0.75, 0.85)], [(0.35, 0.55), (0.65, 0.55)]]
B: Strokes = [
    [(0.3, 0.1), (0.3, 0.85)],
    [(0.3, 0.1), (0.6, 0.2), (0.6, 0.35), (0.3, 0.45), (0.65, 0.6), (0.65, 0.75), (0.3, 0.85)],
]
C: Strokes = [[(0.7, 0.25), (0.55, 0.12), (0.35, 0.25), (0.28, 0.5), (0.35, 0.75), (0.55, 0.86), (0.72, 0.74)]]
LETTERS = {"A": A, "B": B, "C": C}


def _in_another_hand(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Return a letter with other proportions and with points that are a little elsewhere."""
    turn = rng.uniform(-0.15, 0.15)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * rng.uniform(0.7, 1, (2, 1))
    return [
        [
            (float(x), float(y))
            for x, y in (np.array(stroke) - 0.5) @ matrix.T + 0.5 + rng.normal(0, 0.015, (len(stroke), 2))
        ]
        for stroke in strokes
    ]


def _type_class(it: Collecting, name: str) -> None:
    field = it.page.findChild(QLineEdit, "newClassName")
    assert field is not None
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    it.settle()


def _read(window: MainWindow, strokes: Sequence[Sequence[tuple[float, float]]]) -> str:
    """Draw a letter in the Draw tab, and return what it is read as."""
    canvas = window.draw_tab.canvas
    window.draw_tab.clear.trigger()
    replay(canvas, [[(round(x * canvas.width()), round(y * canvas.height())) for x, y in one] for one in strokes])
    settle(window)
    prediction = window.workspace.look.prediction
    assert prediction is not None
    return prediction.label


@pytest.mark.slow
def test_letters_are_collected_trained_on_and_read(window: MainWindow, qtbot: QtBot) -> None:
    rng = np.random.default_rng(15)
    it = Collecting(window, qtbot)
    for name, strokes in LETTERS.items():
        _type_class(it, name)
        for _ in range(10):
            it.draw(*_in_another_hand(strokes, rng))
            QTest.keyClick(it.page.pad.pad, Qt.Key.Key_Return)
    button = it.page.findChild(QPushButton, "trainOnCollection")
    assert button is not None
    qtbot.waitUntil(button.isEnabled)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    qtbot.waitUntil(lambda: tabs.tabText(tabs.currentIndex()) == "Train")
    tab = window.findChild(TrainTab, "trainTab")
    assert tab is not None
    assert it.counts == {"A": 10, "B": 10, "C": 10}
    assert tab.editor.plan.dataset == "collection:My collection"
    start = window.findChild(QPushButton, "trainMain")
    assert start is not None
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.session.is_on)
    qtbot.waitUntil(lambda: tab.session.state is State.IDLE, timeout=60_000)
    assert tab.session.run is not None
    use = window.findChild(QPushButton, "trainUse")
    assert use is not None
    QTest.mouseClick(use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tabs.tabText(tabs.currentIndex()) == "Draw")
    settle(window)
    read = [
        (name, _read(window, _in_another_hand(strokes, rng))) for name, strokes in LETTERS.items() for _ in range(4)
    ]
    assert sum(name == found for name, found in read) >= 11, read
