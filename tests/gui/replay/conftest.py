"""A run with a film, and the strip in the real window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.idx import write_idx
from digitpad.gui.replay.player import Player
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow
from digitpad.nn import Architecture
from digitpad.training.film.limits import FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings

SMALL = Architecture(
    "small",
    (1, 28, 28),
    (
        {"name": "conv1", "type": "Conv2D", "in_channels": 1, "out_channels": 4, "kernel_size": 3, "padding": 1},
        {"name": "relu1", "type": "ReLU"},
        {"name": "pool1", "type": "MaxPool2D", "kernel_size": 4},
        {"name": "flatten", "type": "Flatten"},
        {"name": "dropout", "type": "Dropout", "p": 0.2},
        {"name": "fc1", "type": "Linear", "in_features": 196, "out_features": 10},
    ),
)
CHANGED = 20


@pytest.fixture(scope="session")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train 48 steps in three epochs, of which every other one is filmed, and return the folder of the run."""
    folder = tmp_path_factory.mktemp("filmed")
    rng = np.random.default_rng(3)
    labels = np.arange(320) % 10
    images = rng.integers(0, 40, (320, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 6 + 2 * label, 4:24] = 250
    (folder / "digits").mkdir()
    write_idx(folder / "digits" / "train-images-idx3-ubyte", images)
    write_idx(folder / "digits" / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    settings = TrainingSettings(epochs=3, batch_size=16, threads=1, seed=1, device="cpu")
    plan = RunPlan(SMALL, str(folder / "digits"), None, 64, settings)
    live = LiveRun.start(plan, RunStore(folder / "runs"), film=FilmLimits(most_frames=26, most_cost=1e9))
    for event in live.events():
        if getattr(event, "step", 0) == CHANGED - 1 and type(event).__name__ == "StepCompleted":
            live.controls.change(learning_rate=0.01)
    return live.run.folder


@pytest.fixture
def run(filmed: Path) -> Iterator[Run]:
    """Return the run; its bookmarks are deleted at the end."""
    yield Run(filmed)
    (filmed / "bookmarks.json").unlink(missing_ok=True)


Settle = Callable[[], None]


@pytest.fixture
def strip(window: MainWindow, run: Run, qtbot: QtBot) -> ReplayStrip:
    """Replay the run, at its last frame."""
    window.workspace.replay_asked.emit(run.folder)
    strip = window.replay.strip
    assert strip is not None
    qtbot.waitUntil(strip.isVisible, timeout=20_000)
    _settle(window, strip, qtbot)
    return strip


@pytest.fixture
def player(strip: ReplayStrip) -> Player:
    assert strip.player is not None
    return strip.player


@pytest.fixture
def settled(window: MainWindow, strip: ReplayStrip, qtbot: QtBot) -> Settle:
    """Return a function that waits until everything shows the moment that is wanted."""
    return lambda: _settle(window, strip, qtbot)


def _settle(window: MainWindow, strip: ReplayStrip, qtbot: QtBot) -> None:
    player = strip.player
    qtbot.waitUntil(
        lambda: player is not None and player.is_settled and not window.workspace.busy and not strip.charts.busy,
        timeout=20_000,
    )
