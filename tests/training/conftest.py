from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.idx import write_idx
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, Architecture, Sequential
from digitpad.training.plan import RunPlan
from digitpad.training.settings import TrainingSettings


@pytest.fixture(scope="session")
def blobs() -> Dataset:
    """Ten classes that any network learns quickly: class k has its bright square at the k-th of ten places."""
    rng = np.random.default_rng(7)
    labels = np.arange(300) % 10
    images = rng.integers(0, 40, (300, 1, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 12 * (label // 5), 1 + 5 * (label % 5)
        image[0, row : row + 5, column : column + 5] = 255
    return Dataset.of("blobs", images, labels.astype(np.int64))


@pytest.fixture
def make_network() -> Callable[..., Sequential]:
    """Build a small network; `linear` takes microseconds a step, `light` is the real thing."""
    linear = Architecture(
        "linear",
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "dropout", "type": "Dropout", "p": 0.1},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 10},
        ),
    )

    def make(name: str = "linear", seed: int = 0) -> Sequential:
        return build_network(linear if name == "linear" else ARCHITECTURES[name], seed)

    return make


@pytest.fixture(scope="session")
def blob_folder(blobs: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the blobs as a folder of IDX files, as a person would name them to a run."""
    folder = tmp_path_factory.mktemp("blobs")
    write_idx(folder / "train-images-idx3-ubyte", blobs.images[:, 0])
    write_idx(folder / "train-labels-idx1-ubyte", blobs.labels.astype(np.uint8))
    return folder


@pytest.fixture(scope="session")
def make_plan(blob_folder: Path) -> Callable[..., RunPlan]:
    """Plan a short run, with everything in it that has a memory: batch-norm, dropout, momentum."""

    def make(**settings: Any) -> RunPlan:
        chosen = {"epochs": 3, "batch_size": 32, "threads": 1, "seed": 5, "device": "cpu", **settings}
        return RunPlan(SMALL, str(blob_folder), None, 60, TrainingSettings(**chosen))

    return make


SMALL = Architecture(
    "small",
    (1, 28, 28),
    (
        {"name": "conv1", "type": "Conv2D", "in_channels": 1, "out_channels": 4, "kernel_size": 3, "padding": 1},
        {"name": "bn1", "type": "BatchNorm2D", "num_features": 4},
        {"name": "relu1", "type": "ReLU"},
        {"name": "pool1", "type": "MaxPool2D", "kernel_size": 4},
        {"name": "flatten", "type": "Flatten"},
        {"name": "dropout", "type": "Dropout", "p": 0.3},
        {"name": "fc1", "type": "Linear", "in_features": 196, "out_features": 10},
    ),
)
