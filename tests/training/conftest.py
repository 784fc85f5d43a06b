from collections.abc import Callable

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.nn import ARCHITECTURES, Architecture, Sequential
from digitpad.training.preparation import build_network


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
