"""A short run with a film, for tests that replay it."""

from pathlib import Path

import numpy as np

from digitpad.data.idx import write_idx
from digitpad.nn import Architecture
from digitpad.training.events import StepCompleted
from digitpad.training.film.limits import FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
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


def train_filmed(folder: Path) -> Path:
    """Train 48 steps in three epochs, of which at most 26 are filmed, and return the folder of the run."""
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
        if isinstance(event, StepCompleted) and event.step == CHANGED - 1:
            live.controls.change(learning_rate=0.01)
    return live.run.folder
