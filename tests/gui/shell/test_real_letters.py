"""Real ink under the names of letters in the window: chosen in Train, learned, drawn, and measured in Evaluate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.data.ink import read_ink
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.tour import replay
from digitpad.gui.training.control_card import State
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from tests.gui.settling import settle
from tests.real_letters import LETTERS, write_letters


@pytest.fixture
def real(theme: Theme, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(theme, settings)
    window.resize(1024, 640)
    window.show()
    window.use_first_model()
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.mark.slow
def test_real_ink_is_learned_under_the_names_of_letters(
    real: MainWindow, test_data: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    train, test = write_letters(tmp_path, test_data)
    tab = real.go_to("Train")
    assert isinstance(tab, TrainTab)
    tab.setup.use_data(str(train))
    qtbot.waitUntil(lambda: not tab.note.is_reading, timeout=20_000)
    assert f"10 outputs, one for each class: {', '.join(LETTERS)}." in tab.note.text
    QTest.mouseClick(tab.controls.main_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.session.is_on)
    qtbot.waitUntil(lambda: tab.session.state is State.IDLE, timeout=120_000)
    assert tab.notice.text == ""
    use = tab.findChild(QPushButton, "trainUse")
    assert use is not None
    QTest.mouseClick(use, Qt.MouseButton.LeftButton)
    # The model is read by another thread.
    qtbot.waitUntil(lambda: real.workspace.look.network is not None and real.draw_tab.isVisible())
    settle(real)
    canvas, right = real.draw_tab.canvas, 0
    drawings = read_ink(test)[:10]
    for drawing in drawings:
        real.draw_tab.clear.trigger()
        scale = min(canvas.width(), canvas.height()) / drawing.long_side
        replay(canvas, [[(float(x) * scale, float(y) * scale) for x, y in stroke] for stroke in drawing.strokes])
        settle(real)
        right += real.draw_tab.answer.digit == drawing.label
    assert right >= 8
    assert real.draw_tab.bars.labels == tuple(LETTERS)
    page = real.go_to("Evaluate")
    assert isinstance(page, EvaluationTab)
    page.setup.add_data(str(test))
    button = page.findChild(QToolButton, "evaluateButton")
    assert button is not None
    with qtbot.waitSignal(page.finished, timeout=30_000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.results.classes.names() == list(LETTERS)
