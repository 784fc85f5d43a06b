"""Folders of pictures, read for the network that they are for."""

from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from digitpad.data import prepared_files
from digitpad.data.lazy_pictures import PictureFiles
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.pictures import COLOUR_SHAPE, read_picture
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from tests.pictures import photograph_folder, png_claiming

SHAPE = (3, 24, 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photograph_folder(tmp_path / "pets" / "training_set", ("cats", "dogs"), 7)
    photograph_folder(tmp_path / "pets" / "test_set", ("cats", "dogs"), 3, seed=1)
    return tmp_path / "pets"


def test_pictures_are_prepared_for_the_network(folder: Path) -> None:
    dataset = open_dataset(folder, shape=SHAPE)
    assert isinstance(dataset.images, PictureFiles)
    assert dataset.images.shape == (14, *SHAPE)
    assert dataset.classes == ("cats", "dogs")
    assert dataset.labels.tolist() == [0] * 7 + [1] * 7
    assert np.array_equal(dataset.images[9], read_picture(folder / "training_set" / "dogs" / "002.jpg", SHAPE))
    assert dataset.remarks == ()
    assert len(open_dataset(folder, "test", shape=SHAPE)) == 6


def test_photographs_in_colour_stay_so_and_this_is_said(folder: Path) -> None:
    dataset = open_dataset(folder)
    assert dataset.images.shape == (14, *COLOUR_SHAPE)
    assert dataset.remarks == (
        "The pictures of training_set are photographs in colour, so they are resized and cropped to 64x64 pixels.",
    )


def test_a_network_for_digits_reads_photographs_as_ink(folder: Path) -> None:
    assert open_dataset(folder, shape=(1, 28, 28)).images.shape == (14, 1, 28, 28)


def test_photographed_digits_are_read_as_ink(tmp_path: Path) -> None:
    photograph_folder(tmp_path / "digits", ("3", "4"), 3)
    assert open_dataset(tmp_path / "digits").images.shape == (6, 1, 28, 28)


def test_drawings_are_read_as_ink(tmp_path: Path) -> None:
    for name in ("cross", "ring"):
        (tmp_path / name).mkdir()
        page = PIL.Image.new("RGB", (60, 60), "white")
        PIL.ImageDraw.Draw(page).line([(10, 10), (50, 40)], fill="red", width=4)
        page.save(tmp_path / name / "one.png")
    assert open_dataset(tmp_path).images.shape == (2, 1, 28, 28)


@pytest.mark.parametrize("cache_bytes", [0, 1 << 30])
def test_broken_empty_huge_hidden_and_other_files(
    folder: Path, cache_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.data.prepared_files.CACHE", MemoryBudget(cache_bytes))
    cats = folder / "training_set" / "cats"
    photograph_folder(folder / "training_set", [f"class {letter}" for letter in "abcdefgh"], 6)
    whole = (cats / "000.jpg").read_bytes()
    (cats / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (cats / "empty.png").write_bytes(b"")
    (cats / "huge.png").write_bytes(png_claiming(30_000, 30_000))
    (cats / ".hidden.jpg").write_bytes(b"nothing")
    (cats / "Thumbs.db").write_bytes(b"nothing")
    (cats / "notes.txt").write_text("not a picture")
    (folder / "training_set" / "readme.txt").write_text("not a class")
    dataset = open_dataset(folder, shape=SHAPE)
    (remark,) = dataset.remarks
    assert remark.startswith("Skipped 3 of 65 pictures that cannot be read: ")
    assert all(f"cats/{name}" in remark.replace("\\", "/") for name in ("cut.jpg", "empty.png", "huge.png"))
    assert len(dataset) == 62
    assert dataset.labels.tolist().count(dataset.classes.index("cats")) == 7
    assert np.asarray(dataset.images).shape == (62, *SHAPE)


def test_the_wrong_folder_is_refused(folder: Path) -> None:
    for number in range(5):
        (folder / "training_set" / "cats" / f"broken{number}.jpg").write_bytes(b"no")
    with pytest.raises(DigitpadError, match="At least 2 of 19 pictures cannot be read, and digitpad skips 1 at most"):
        open_dataset(folder, shape=SHAPE)


def test_a_picture_written_by_a_program_that_adds_to_it_is_complete(folder: Path) -> None:
    path = folder / "training_set" / "cats" / "000.jpg"
    path.write_bytes(path.read_bytes() + bytes(10_000))
    assert open_dataset(folder, shape=SHAPE).remarks == ()


def test_the_checksum_follows_the_files(folder: Path) -> None:
    before = open_dataset(folder, shape=SHAPE).checksum
    assert open_dataset(folder, shape=SHAPE).checksum == before
    path = folder / "training_set" / "cats" / "000.jpg"
    path.write_bytes((folder / "training_set" / "dogs" / "000.jpg").read_bytes())
    assert open_dataset(folder, shape=SHAPE).checksum != before


def test_progress_is_reported_and_may_end_the_reading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_files, "_AT_ONCE", 4)
    reported: list[tuple[int, int]] = []
    open_dataset(folder, shape=SHAPE, on_progress=lambda done, total: reported.append((done, total)))
    assert reported == [(4, 14), (8, 14), (12, 14), (14, 14)]

    def interrupt(done: int, _total: int) -> None:
        if done > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_dataset(folder, shape=SHAPE, on_progress=interrupt)


def test_other_numbers_of_channels_are_refused(folder: Path) -> None:
    with pytest.raises(DigitpadError, match="images of 2 channels"):
        open_dataset(folder, shape=(2, 24, 24))
