"""The embedded MNIST is the original, whole and as bytes."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitpad.data import mnist
from digitpad.data.dataset import Dataset
from digitpad.data.idx import read_idx
from digitpad.data.mnist import Split, load_mnist
from digitpad.errors import DigitpadError
from digitpad.paths import resources_dir

TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.mark.parametrize(("split", "counts"), [("train", TRAIN_COUNTS), ("test", TEST_COUNTS)])
def test_every_digit_is_there(split: Split, counts: list[int]) -> None:
    dataset = load_mnist(split)
    assert dataset.images.shape == (sum(counts), 1, 28, 28)
    assert dataset.images.dtype == np.uint8
    assert np.bincount(dataset.labels).tolist() == counts
    assert dataset.classes == tuple("0123456789")


def test_the_training_digits_have_the_mean_and_deviation_that_networks_assume() -> None:
    images = load_mnist("train").pixels
    assert images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_the_halves_are_told_apart() -> None:
    train, test = load_mnist("train"), load_mnist("test")
    assert train.checksum != test.checksum
    assert train.name != test.name


def test_one_changed_pixel_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mnist"
    shutil.copytree(resources_dir() / "mnist", folder)
    path = folder / "t10k-images-idx3-ubyte.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[5000] ^= 1
    path.write_bytes(gzip.compress(content, compresslevel=1))
    monkeypatch.setattr(mnist, "resources_dir", lambda: tmp_path)
    with pytest.raises(DigitpadError, match=r"t10k-images-idx3-ubyte\.gz is not the original"):
        load_mnist("test")


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "resources_dir", lambda: tmp_path)
    with pytest.raises(DigitpadError, match=r"train-images-idx3-ubyte\.gz does not exist"):
        load_mnist("train")


@pytest.mark.parametrize("name", ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_the_files_are_those_of_the_test_folder(test_data: Path, name: str) -> None:
    np.testing.assert_array_equal(read_idx(resources_dir() / "mnist" / name), read_idx(test_data / "mnist" / name))


def test_the_attribution_lies_beside_the_files() -> None:
    text = (resources_dir() / "mnist" / "README.md").read_text(encoding="utf-8")
    for part in ("LeCun", "Cortes", "Burges", "CC BY-SA 3.0", *(sha for _, sha in mnist._IMAGES.values())):
        assert part in text


def test_what_is_loaded_ahead_is_returned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = load_mnist("test")
    loaded: list[Split] = []
    load = mnist._load

    def counted(split: Split) -> Dataset:
        loaded.append(split)
        return load(split)

    monkeypatch.setattr(mnist, "_load", counted)
    with mnist.loading_ahead("test"):
        assert load_mnist("test").checksum == usual.checksum
        assert loaded == ["test"]
        assert load_mnist("test").checksum == usual.checksum
        assert loaded == ["test", "test"]
    with mnist.loading_ahead("test"):
        pass
    assert load_mnist("test").checksum == usual.checksum
    assert len(loaded) == 4, "what nobody has asked for is not kept"


def test_a_file_that_is_missing_ahead_is_named_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist, "resources_dir", lambda: tmp_path)
    with (
        mnist.loading_ahead("train"),
        pytest.raises(DigitpadError, match=r"train-images-idx3-ubyte\.gz does not exist"),
    ):
        load_mnist("train")
