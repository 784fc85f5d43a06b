"""Folders of pictures, read for the network that they are for."""

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from digitpad.data import prepared_files
from digitpad.data.lazy_pictures import PictureFiles
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import COLOUR_SHAPE, read_picture
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.inspection import open_splits
from tests.pictures import photograph, photograph_folder, png_claiming

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
        "The pictures of training_set are photographs in colour, so they are resized to 64x64 pixels.",
    )


def test_pictures_are_cropped_for_a_network_that_asks_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "training_set" / "dogs" / "002.jpg"
    assert open_dataset(folder, shape=SHAPE).fit == STRETCH
    for room in (1 << 20, 0):
        # With room for all of them, they are decoded at once; without, when they are used.
        monkeypatch.setattr(prepared_files, "CACHE", MemoryBudget(room))
        dataset = open_dataset(folder, shape=SHAPE, fit=CROP)
        assert dataset.fit == open_splits(folder, shape=SHAPE, fit=CROP).fit == CROP
        assert np.array_equal(dataset.images[9], read_picture(path, SHAPE, CROP))
        assert not np.array_equal(dataset.images[9], read_picture(path, SHAPE, STRETCH))
    (remark,) = open_dataset(folder, fit=CROP).remarks
    assert remark.endswith("so they are resized and cropped to 64x64 pixels.")
    assert open_dataset(folder, shape=(1, 28, 28)).fit is None


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


def test_a_class_without_pictures_is_left_out_and_named(tmp_path: Path) -> None:
    folder = photograph_folder(tmp_path / "pets", ("cats", "dogs"), 3)
    (folder / "birds").mkdir()
    (folder / "birds" / "notes.txt").write_text("later")
    dataset = open_dataset(folder, shape=SHAPE)
    assert dataset.classes == ("cats", "dogs")
    assert dataset.remarks == ("Left out the classes without pictures: birds.",)


def test_a_folder_with_training_pictures_only_has_no_test_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "pets"
    photograph_folder(folder / "Train", ("cats", "dogs"), 3)
    assert len(open_dataset(folder, shape=SHAPE)) == 6
    with pytest.raises(DigitpadError, match="pets has a folder Train, but none of test images beside it; add one"):
        open_dataset(folder, "test", shape=SHAPE)
    shown = open_splits(folder, shape=SHAPE)
    assert shown.splits == ("train",)
    assert any("none of test images" in remark for remark in shown.remarks)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    folder = photograph_folder(tmp_path / "vehicles", ("train", "bus"), 3)
    assert open_dataset(folder, "test", shape=SHAPE).classes == ("bus", "train")


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = photograph_folder(tmp_path / "pets", ("cats", "dogs"), 3)
    listed = Path.iterdir

    def refused(self: Path) -> Iterator[Path]:
        if self.name == "dogs":
            raise PermissionError(errno.EACCES, "Permission denied")
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(DigitpadError, match=r"dogs cannot be read \(Permission denied\); check its permissions\."):
        open_dataset(folder, shape=SHAPE)


def test_a_read_only_folder_with_a_picture_of_fifty_megapixels_opens(tmp_path: Path) -> None:
    folder = photograph_folder(tmp_path / "pets", ("cats", "dogs"), 10)
    PIL.Image.new("RGB", (8660, 5774), (90, 120, 60)).save(folder / "cats" / "huge.jpg")
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    dataset = open_dataset(folder, shape=SHAPE)
    assert len(dataset) == 21
    assert not dataset.remarks
    assert np.abs(dataset.images[10].mean(axis=(1, 2)) - (90, 120, 60)).max() < 3
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_damage_in_the_middle_of_a_png_is_found_when_the_folder_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.data.prepared_files.CACHE", MemoryBudget(0))
    folder = photograph_folder(tmp_path / "pets", ("cats", "dogs"), 10)
    path = folder / "cats" / "damaged.png"
    photograph(np.random.default_rng(0), 0, (300, 300)).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    (remark,) = open_dataset(folder, shape=SHAPE).remarks
    assert "damaged.png" in remark
