"""Fashion-MNIST is found where Debian's package puts it, and has its own class names there."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data import class_names
from digitpad.data.class_names import FASHION_CLASSES
from digitpad.data.idx import write_idx
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError


def test_fashion_mnist_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.arange(20, dtype=np.uint8) % 10
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    write_idx(folder / "train-images-idx3-ubyte.gz", np.zeros((20, 28, 28), np.uint8))
    write_idx(folder / "train-labels-idx1-ubyte.gz", labels)
    monkeypatch.setenv("XDG_DATA_DIRS", f"{tmp_path / 'none'}:{tmp_path}")
    dataset = open_dataset("fashion-mnist")
    assert dataset.name == "fashion-mnist"
    assert len(dataset) == 20
    monkeypatch.setattr(class_names, "is_fashion_mnist", lambda _labels: True)
    monkeypatch.setattr("digitpad.data.sources.is_fashion_mnist", lambda _labels: True)
    assert open_dataset("Fashion-MNIST").classes == FASHION_CLASSES


def test_fashion_mnist_in_the_cache_of_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    write_idx(folder / "t10k-images-idx3-ubyte.gz", np.zeros((3, 28, 28), np.uint8))
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.arange(3, dtype=np.uint8))
    write_idx(folder / "train-images-idx3-ubyte.gz", np.zeros((4, 28, 28), np.uint8))
    write_idx(folder / "train-labels-idx1-ubyte.gz", np.arange(4, dtype=np.uint8))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert len(open_dataset("fashion-mnist", "test")) == 3


def test_where_it_is_not_installed_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(DigitpadError, match="sudo apt install dataset-fashion-mnist"):
        open_dataset("fashion-mnist")
