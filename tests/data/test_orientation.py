"""Datasets that are stored transposed or inverted are detected, and corrected by a suffix of their name."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.idx import write_idx
from digitpad.data.mnist import load_mnist
from digitpad.data.orientation import orientations, split_turns
from digitpad.data.sources import open_dataset

MNIST = load_mnist("test").subset(range(500))


def stored(folder: Path, images: NDArray[np.uint8], labels: NDArray[np.int64] = MNIST.labels) -> Path:
    folder.mkdir(parents=True)
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    return folder


def wrong(images: NDArray[np.uint8], *kinds: str) -> NDArray[np.uint8]:
    images = images.swapaxes(1, 2) if "transpose" in kinds else images
    return 255 - images if "invert" in kinds else images


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("transpose",), "the images are transposed (rows and columns exchanged)"),
        (("invert",), "the images are inverted (dark ink on white)"),
        (("transpose", "invert"), "the images are transposed and inverted (dark ink on white)"),
    ],
)
def test_a_wrong_set_is_noticed_and_the_remark_names_what_corrects_it(
    tmp_path: Path, kinds: tuple[str, ...], said: str
) -> None:
    folder = stored(tmp_path / "mine", wrong(MNIST.images[:, 0], *kinds))
    cure = ":".join([str(folder), *kinds])
    dataset = open_dataset(folder)
    assert dataset.remarks == (f"{folder}: {said}; use {cure} instead.",)
    # It is reported, not changed silently.
    np.testing.assert_array_equal(dataset.images[:, 0], wrong(MNIST.images[:, 0], *kinds))
    cured = open_dataset(cure)
    assert cured.remarks == ()
    assert cured.checksum == MNIST.checksum
    assert open_dataset(f"mnist+{cure}").remarks == ()


@pytest.mark.parametrize("split", ["train", "test"])
def test_mnist_is_as_it_should_be(tmp_path: Path, split: str) -> None:
    digits = load_mnist("train" if split == "train" else "test")
    assert open_dataset(stored(tmp_path / "mine", digits.images[:, 0], digits.labels)).remarks == ()


@pytest.mark.parametrize("kind", ["transpose", "invert"])
def test_a_turn_that_was_not_needed_is_noticed(tmp_path: Path, kind: str) -> None:
    folder = stored(tmp_path / "mine", MNIST.images[:, 0])
    (remark,) = open_dataset(f"{folder}:{kind}").remarks
    assert remark.endswith(f"use {folder} instead.")


def test_one_digit_of_each_kind_in_turn_is_enough(tmp_path: Path) -> None:
    few = MNIST.subset(range(60))
    (remark,) = open_dataset(stored(tmp_path / "mine", few.images[:, 0].swapaxes(1, 2), few.labels)).remarks
    assert "transposed" in remark


def test_what_is_not_handwriting_is_left_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 120, (200, 28, 28), np.uint8)
    assert open_dataset(stored(tmp_path / "noise", noise, rng.integers(0, 10, 200))).remarks == ()
    stripes = np.zeros((200, 28, 28), np.uint8)
    stripes[:, 12:16] = 255
    assert open_dataset(stored(tmp_path / "stripes", stripes, rng.integers(0, 10, 200))).remarks == ()
    other = stored(tmp_path / "letters", MNIST.images[:, 0].swapaxes(1, 2), MNIST.labels + 10)
    assert open_dataset(other).remarks == ()


def test_endings_are_separated_from_names() -> None:
    assert split_turns("emnist") == ("emnist", ())
    assert split_turns("C:\\data:transpose") == ("C:\\data", ("transpose",))
    assert split_turns("emnist:Invert:transpose") == ("emnist", ("invert", "transpose"))
    assert split_turns("emnist:mirror") == ("emnist:mirror", ())


@pytest.mark.skipif("sys.platform == 'win32'", reason="Windows has no such names")
def test_a_folder_whose_name_ends_so_is_opened_as_it_is(tmp_path: Path) -> None:
    folder = stored(tmp_path / "mine:transpose", MNIST.images[:, 0])
    assert open_dataset(folder).checksum == MNIST.checksum


def test_mnist_itself_can_be_turned() -> None:
    turned = open_dataset("mnist:transpose", "test")
    np.testing.assert_array_equal(turned.images, load_mnist("test").pixels.swapaxes(2, 3))
    assert "use mnist instead" in turned.remarks[0]


def test_a_folder_is_offered_in_every_orientation_and_nothing_else_is(tmp_path: Path) -> None:
    every = tuple(f"{tmp_path}{suffix}" for suffix in ("", ":transpose", ":invert", ":transpose:invert"))
    assert orientations(str(tmp_path)) == orientations(f"{tmp_path}:transpose") == every
    for spec in ("mnist", "styles", str(tmp_path / "ink.jsonl"), "x" * 5000, "a\0b"):
        assert orientations(spec) == (spec,)
