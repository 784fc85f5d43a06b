"""The Train tab, with a small dataset that is learned quickly."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.data.idx import write_idx
from digitpad.gui.training.control_card import State
from digitpad.gui.training.train_tab import TrainTab
from digitpad.nn import ARCHITECTURES
from digitpad.training.plan import RunPlan
from tests.gui.settling import settle

if TYPE_CHECKING:
    from digitpad.gui.shell.main_window import MainWindow
    from tests.gui.frame import Frame


def write_digits(folder: Path, count: int, *, seed: int = 0) -> Path:
    """Write an IDX folder with ten classes of pictures that are easy to distinguish."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    images = rng.integers(0, 40, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 6 + 2 * label, 4:24] = 250
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    return folder


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    return write_digits(tmp_path / "digits", 480)


@pytest.fixture
def train(request: pytest.FixtureRequest) -> TrainTab:
    """Open the Train tab as it is at first, alone unless the test asks for the main window, too."""
    if "window" in request.fixturenames:
        window: MainWindow = request.getfixturevalue("window")
        QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
        tab = window.findChild(TrainTab, "trainTab")
        assert tab is not None
    else:
        frame: Frame = request.getfixturevalue("frame")
        tab = frame.hold(partial(TrainTab, frame.theme, frame.workspace))
    settle(tab)
    return tab


@pytest.fixture
def tab(train: TrainTab, digits: Path) -> TrainTab:
    """Open the Train tab with a light network, the small dataset, and the usual settings chosen by hand."""
    train.editor.change(dataset=str(digits), architecture=ARCHITECTURES["light"])
    train.editor.change_settings(batch_size=16, epochs=2, threads=1)
    usual = RunPlan.quick().settings
    names = ("optimizer", "learning_rate", "schedule", "augmentation")
    train.editor.change_settings(**{name: getattr(usual, name) for name in names})
    return train


Wait = Callable[[TrainTab, State], None]


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    """Return a function that waits until the training of a tab is in a state."""

    def wait_for(tab: TrainTab, state: State) -> None:
        qtbot.waitUntil(lambda: tab.session.state is state, timeout=30_000)

    return wait_for
