"""Lazy images stay lazy when datasets are joined, transposed or inverted, and have the pixels of arrays."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from digitpad.data import image_folder, prepared_files
from digitpad.data.lazy_views import JoinedImages, TurnedImages
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.orientation import turn
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import read_picture
from digitpad.data.sources import open_dataset
from tests.pictures import photograph_folder

SHAPE = (3, 20, 24)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    first = photograph_folder(tmp_path / "first", ("a", "b"), 4)
    return first, photograph_folder(tmp_path / "second", ("b", "c"), 3, seed=1)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that are decoded from now on; nothing is kept."""
    decoded: list[Path] = []

    def counted(path: Path, shape: tuple[int, ...], fit: str) -> np.ndarray:
        decoded.append(path)
        return read_picture(path, shape, fit)

    monkeypatch.setattr(image_folder, "prepare_pictures", partial(prepared_files.prepare_pictures, read=counted))
    monkeypatch.setattr(prepared_files, "CACHE", MemoryBudget(0))
    return decoded


def test_joined_folders_are_decoded_when_they_are_used(folders: tuple[Path, Path], opened: list[Path]) -> None:
    first, second = (open_dataset(folder, shape=SHAPE) for folder in folders)
    joined = open_dataset(f"{folders[0]}+{folders[1]}", shape=SHAPE)
    assert isinstance(joined.images, JoinedImages)
    assert joined.classes == ("a", "b", "c")
    assert joined.labels.tolist() == [0] * 4 + [1] * 7 + [2] * 3
    training, validation = joined.split(5, np.random.default_rng(0))
    assert isinstance(training.images, JoinedImages)
    assert not opened
    everything = np.concatenate([np.asarray(first.images), np.asarray(second.images)])
    opened.clear()
    for index in (0, -1, 9, slice(6, 12), np.array([13, 2, 2]), everything[:, 0, 0, 0] > 100):
        assert np.array_equal(joined.images[index], everything[index])
    assert np.array_equal(np.asarray(joined.images), everything)
    opened.clear()
    assert training.images[:2].shape == (2, *SHAPE)
    assert len(opened) == 2
    assert len(training) + len(validation) == 14


def test_joined_and_turned_pictures_have_the_fit_they_were_opened_with(folders: tuple[Path, Path]) -> None:
    spec = f"{folders[0]}+{folders[1]}"
    joined = open_dataset(spec, shape=SHAPE, fit=CROP)
    turned = open_dataset(f"{folders[0]}:invert", shape=SHAPE, fit=CROP)
    path = folders[0] / "a" / "000.jpg"
    assert joined.fit == turned.fit == joined.split(5, np.random.default_rng(0))[0].fit == CROP
    assert np.array_equal(joined.images[0], read_picture(path, SHAPE, CROP))
    assert np.array_equal(turned.images[0], 255 - read_picture(path, SHAPE, CROP))
    assert open_dataset(spec, shape=SHAPE).fit == STRETCH


def test_joined_images_know_their_files_and_have_a_stable_checksum(folders: tuple[Path, Path]) -> None:
    spec = f"{folders[0]}+{folders[1]}"
    joined = open_dataset(spec, shape=SHAPE)
    assert isinstance(joined.images, JoinedImages)
    assert joined.images.file_of(7) == folders[0] / "b" / "003.jpg"
    assert joined.images.file_of(8) == folders[1] / "b" / "000.jpg"
    assert open_dataset(spec, shape=SHAPE).checksum == joined.checksum
    assert joined.subset([1, 0]).checksum != joined.subset([0, 1]).checksum
    assert open_dataset(f"{folders[1]}+{folders[0]}", shape=SHAPE).checksum != joined.checksum


def test_an_array_and_a_folder_are_joined_lazily(folders: tuple[Path, Path]) -> None:
    pixels = np.full((2, *SHAPE), 7, np.uint8)
    images = JoinedImages([pixels, open_dataset(folders[0], shape=SHAPE).images])
    assert images.file_of(0) is None
    assert images.file_of(2) == folders[0] / "a" / "000.jpg"
    assert np.array_equal(images[:2], pixels)
    assert np.array_equal(images[2], read_picture(folders[0] / "a" / "000.jpg", SHAPE))


@pytest.mark.parametrize("turns", [("transpose",), ("invert",), ("transpose", "invert")])
def test_turned_folders_are_decoded_when_they_are_used(
    folders: tuple[Path, Path], opened: list[Path], turns: tuple[str, ...]
) -> None:
    plain = open_dataset(folders[0], shape=SHAPE)
    dataset = open_dataset(":".join([str(folders[0]), *turns]), shape=SHAPE)
    assert isinstance(dataset.images, TurnedImages)
    some = dataset.subset([5, 1])
    assert not opened
    expected = turn(np.asarray(plain.images), turns)
    assert dataset.images.shape == expected.shape
    assert np.array_equal(np.asarray(dataset.images), expected)
    assert np.array_equal(some.images[1], expected[1])
    assert some.images.shape == (2, *expected.shape[1:])
    assert dataset.images.file_of(2) == folders[0] / "a" / "002.jpg"
    assert dataset.checksum != plain.checksum


def test_grey_pictures_can_be_inverted(folders: tuple[Path, Path]) -> None:
    dataset = open_dataset(f"{folders[0]}:invert", shape=(1, 20, 24))
    assert np.array_equal(dataset.images[0], 255 - read_picture(folders[0] / "a" / "000.jpg", (1, 20, 24)))
    assert dataset.remarks == ()


def test_the_identity_does_not_depend_on_the_shape(folders: tuple[Path, Path]) -> None:
    datasets = [open_dataset(folders[0], shape=shape) for shape in (SHAPE, (1, 9, 9), (1, 28, 28))]
    assert len({dataset.checksum for dataset in datasets}) == 3
    assert len({dataset.identity for dataset in datasets}) == 1
    assert len({dataset.subset([3, 0]).identity for dataset in datasets}) == 1
    assert datasets[0].subset([3, 0]).identity != datasets[0].subset([0, 3]).identity
    assert open_dataset("mnist", "test").identity == open_dataset("mnist", "test").checksum
