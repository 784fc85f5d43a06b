"""The window with a model of letters: class names are shown in place of digits."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.ink import write_ink
from digitpad.data.sources import open_dataset
from digitpad.gui.canvas.canvas import Canvas
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.answer import Headline
from digitpad.gui.widgets.bars import ProbabilityBars
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import save_model
from digitpad.nn import ARCHITECTURES
from digitpad.training.live import prepare
from digitpad.training.plan import RunPlan
from tests.drawn_shapes import NAMES, drawn_shapes
from tests.gui.settling import settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
LETTERS = dict(zip(NAMES, ("ex", "roof", "dash", "O"), strict=True))
ORDER = ("dash", "ex", "O", "roof")


@pytest.fixture(scope="module")
def ink(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("letters") / "letters.jsonl"
    write_ink(path, drawn_shapes(20, 1, LETTERS))
    return path


@pytest.fixture(scope="module")
def letters_model(ink: Path) -> Path:
    plan = RunPlan(ARCHITECTURES["light"], str(ink)).with_settings(epochs=8, batch_size=8, threads=1, device="cpu")
    trainer = prepare(plan, diagnose=False)
    for _event in trainer.run():
        pass
    path = ink.with_name("letters.safetensors")
    save_model(path, trainer.snapshot_model("letters"))
    return path


@pytest.fixture
def letters_window(theme: Theme, settings: Settings, letters_model: Path) -> Iterator[MainWindow]:
    window = MainWindow(theme, settings)
    window.resize(1024, 640)
    window.show()
    window.use_model(letters_model)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


def test_a_drawing_is_read_as_a_class_by_name(letters_window: MainWindow, draw: Draw) -> None:
    canvas = letters_window.findChild(Canvas)
    bars, answer = letters_window.findChild(ProbabilityBars, "bars"), letters_window.findChild(Headline)
    assert canvas is not None
    assert bars is not None
    assert answer is not None
    draw(canvas, [[(100, 100), (300, 300)], [(100, 300), (300, 100)]])
    assert answer.accessibleName().startswith("ex") or "ex" in answer.accessibleDescription()
    assert bars.values is not None
    assert len(bars.values) == len(ORDER)
    assert bars.values[ORDER.index("ex")] == max(bars.values)
    assert all(name in bars.accessibleDescription() for name in ORDER)
    # Two letters side by side are one drawing: only digits make numbers.
    draw(canvas, [[(350, 100), (390, 300)]])
    assert "of 2" not in answer.accessibleDescription()


def test_every_tab_takes_it(letters_window: MainWindow, draw: Draw) -> None:
    canvas, tabs = letters_window.findChild(Canvas), letters_window.findChild(QTabBar, "tabStrip")
    assert canvas is not None
    assert tabs is not None
    draw(canvas, [[(100, 200), (300, 200)]])
    for index in range(tabs.count()):
        QTest.keyClick(letters_window, Qt.Key(Qt.Key.Key_1 + index), Qt.KeyboardModifier.ControlModifier)
        settle(letters_window)
        assert tabs.currentIndex() == index
        assert not letters_window.grab().isNull()


def test_the_confusion_matrix_has_its_names(letters_window: MainWindow, ink: Path, qtbot: QtBot) -> None:
    tabs = letters_window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    QTest.keyClick(letters_window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    settle(letters_window)
    tab = letters_window.findChild(EvaluationTab)
    assert tab is not None
    tab.setup.add_data(str(ink))
    button = tab.findChild(QToolButton, "evaluateButton")
    assert button is not None
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert sorted(tab.results.classes.names()) == sorted(ORDER)
    dataset = open_dataset(ink)
    counts = [tab.results.matrix.count((index, index)) for index in range(4)]
    assert sum(counts) >= 0.9 * len(dataset)
