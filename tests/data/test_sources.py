"""Datasets are opened by name, and rejected with name and reason."""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.idx import write_idx
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import Drawing, write_ink
from digitpad.data.mnist import load_mnist
from digitpad.data.rasterize import ink_to_image
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError

MNIST = load_mnist("test").subset(range(30))


def idx_folder(folder: Path, images: str = "train-images-idx3-ubyte", labels: str = "train-labels-idx1-ubyte") -> Path:
    folder.mkdir()
    write_idx(folder / images, MNIST.images[:, 0])
    write_idx(folder / labels, MNIST.labels.astype(np.uint8))
    return folder


def picture_folder(folder: Path, names: dict[int, str]) -> Path:
    for index, label in enumerate(MNIST.labels):
        if int(label) in names:
            place = folder / names[int(label)]
            place.mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(MNIST.images[index, 0]).save(place / f"{index:03}.png")
    return folder


def test_mnist_is_inside() -> None:
    assert len(open_dataset("mnist", "test")) == 10_000
    assert len(open_dataset("MNIST")) == 60_000


@pytest.mark.parametrize("dotted", [False, True])
def test_an_idx_folder(tmp_path: Path, dotted: bool) -> None:
    names = [f"train-images{'.' if dotted else '-'}idx3-ubyte", f"train-labels{'.' if dotted else '-'}idx1-ubyte"]
    dataset = open_dataset(idx_folder(tmp_path / "mine", *names))
    np.testing.assert_array_equal(dataset.images, MNIST.images)
    np.testing.assert_array_equal(dataset.labels, MNIST.labels)
    assert dataset.name == "mine"


@pytest.mark.parametrize("end", ["", ".gz"])
def test_emnist_is_opened_by_the_names_of_its_own_files(tmp_path: Path, end: str) -> None:
    names = [f"emnist-digits-{kind}-ubyte{end}" for kind in ("train-images-idx3", "train-labels-idx1")]
    folder = idx_folder(tmp_path / "mine", *names)
    assert open_dataset(folder).checksum == MNIST.checksum
    with pytest.raises(DigitpadError, match="contains neither MNIST's IDX files"):
        open_dataset(folder, "test")
    write_idx(folder / "emnist-letters-train-images-idx3-ubyte.gz", MNIST.images[:, 0])
    with pytest.raises(DigitpadError, match=r"several datasets \(emnist-digits, emnist-letters\)"):
        open_dataset(folder)
    for path in folder.glob("emnist-digits-*"):
        path.unlink()
    with pytest.raises(DigitpadError, match=r"does not contain emnist-letters-train-labels-idx1-ubyte\.gz"):
        open_dataset(folder)


def test_an_idx_folder_without_the_other_file_or_half(tmp_path: Path) -> None:
    folder = idx_folder(tmp_path / "mine")
    with pytest.raises(DigitpadError, match=r"no test files \(t10k-images-idx3-ubyte and"):
        open_dataset(folder, "test")
    (folder / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DigitpadError, match="does not contain train-labels-idx1-ubyte"):
        open_dataset(folder)


def test_idx_files_that_hold_something_else(tmp_path: Path) -> None:
    folder = idx_folder(tmp_path / "mine")
    write_idx(folder / "train-images-idx3-ubyte", np.zeros((30, 28, 28), np.float32))
    with pytest.raises(DigitpadError, match="float32 numbers of shape"):
        open_dataset(folder)
    write_idx(folder / "train-images-idx3-ubyte", MNIST.images[:5, 0])
    with pytest.raises(DigitpadError, match="5 images and 30 labels"):
        open_dataset(folder)


def test_a_folder_of_digit_folders(tmp_path: Path) -> None:
    dataset = open_dataset(picture_folder(tmp_path / "photos", {3: "3", 7: "7"}))
    expected = [index for digit in (3, 7) for index in np.flatnonzero(MNIST.labels == digit)]
    assert dataset.classes == tuple("0123456789")
    np.testing.assert_array_equal(dataset.labels, MNIST.labels[expected])
    np.testing.assert_array_equal(dataset.images, MNIST.images[expected])


def test_a_folder_of_other_classes_names_them(tmp_path: Path) -> None:
    dataset = open_dataset(picture_folder(tmp_path / "photos", {3: "three", 7: "seven"}))
    assert dataset.classes == ("seven", "three")
    assert set(dataset.labels.tolist()) == {0, 1}


def test_a_folder_with_its_own_halves(tmp_path: Path) -> None:
    picture_folder(tmp_path / "photos" / "train", {3: "3"})
    picture_folder(tmp_path / "photos" / "test", {7: "7"})
    assert set(open_dataset(tmp_path / "photos", "train").labels.tolist()) == {3}
    assert set(open_dataset(tmp_path / "photos", "test").labels.tolist()) == {7}


@pytest.mark.parametrize("train", ["Train", "TRAINING", "training_set"])
@pytest.mark.parametrize("test", ["Testing", "test_set", "val", "VALID", "validation"])
def test_halves_by_other_names(tmp_path: Path, train: str, test: str) -> None:
    picture_folder(tmp_path / "photos" / train, {3: "three"})
    picture_folder(tmp_path / "photos" / test, {7: "seven"})
    assert open_dataset(tmp_path / "photos", "train").classes == ("three",)
    assert open_dataset(tmp_path / "photos", "test").classes == ("seven",)


def test_test_images_come_before_those_for_validation(tmp_path: Path) -> None:
    for name, label in (("train", "a"), ("val", "b"), ("test", "c")):
        picture_folder(tmp_path / "photos" / name, {3: label})
    assert open_dataset(tmp_path / "photos", "test").classes == ("c",)


def test_a_class_called_train_is_a_class(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "photos", {3: "train", 7: "car"})
    assert open_dataset(folder).classes == ("car", "train")


def test_two_folders_for_one_half_are_refused(tmp_path: Path) -> None:
    for name in ("train", "Training", "test"):
        picture_folder(tmp_path / "photos" / name, {3: "3"})
    with pytest.raises(DigitpadError, match="two folders of train images, Training and train"):
        open_dataset(tmp_path / "photos")


def test_emnist_classes_have_the_names_of_its_mapping_file(tmp_path: Path) -> None:
    names = [f"emnist-letters-train-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")]
    folder = idx_folder(tmp_path / "mine", *names)
    lines = [f"{digit} {ord(letter)} {ord(letter) + 32}" for digit, letter in enumerate("ABCDEFGHIJ")]
    (folder / "emnist-letters-mapping.txt").write_text("\n".join(lines) + "\n")
    dataset = open_dataset(folder)
    assert dataset.classes == tuple("ABCDEFGHIJ")
    np.testing.assert_array_equal(dataset.labels, MNIST.labels)
    # Letters of EMNIST are numbered from 1.
    (folder / "emnist-letters-mapping.txt").write_text("\n".join(lines[1:]))
    with pytest.raises(DigitpadError, match="has the label 0, for which the mapping file has no line"):
        open_dataset(folder)
    write_idx(folder / names[1], np.arange(30, dtype=np.uint8) % 9 + 1)
    dataset = open_dataset(folder)
    assert dataset.classes == tuple("BCDEFGHIJ")
    assert dataset.labels[:10].tolist() == [*range(9), 0]


def test_a_broken_picture_is_skipped_and_named(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "photos", {3: "3", 7: "7"})
    whole = open_dataset(folder)
    (folder / "3" / "bad.png").write_bytes(b"nothing")
    dataset = open_dataset(folder)
    assert dataset.checksum == whole.checksum
    assert whole.remarks == ()
    name = Path("3", "bad.png")
    expected = f"Skipped 1 of {len(whole) + 1} pictures that cannot be read: {name}."
    assert dataset.remarks == (expected,)
    assert dataset.subset([0]).remarks == (expected,)
    assert open_dataset(f"{folder}+mnist").remarks == (expected,)


def test_a_set_with_too_many_broken_pictures_is_refused(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "photos", {3: "3"})
    for index in range(2):
        (folder / "3" / f"bad{index}.png").write_bytes(b"nothing")
    with pytest.raises(DigitpadError, match=r"At least 2 of \d+ pictures cannot be read.*bad0\.png.*bad1\.png"):
        open_dataset(folder)


def test_a_set_whose_only_picture_is_broken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / "bad.png").write_bytes(b"nothing")
    with pytest.raises(DigitpadError, match=r"bad\.png is not a picture"):
        open_dataset(tmp_path)


def test_what_operating_systems_leave_in_folders_is_neither_a_picture_nor_a_class(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "photos", {3: "three", 7: "seven"})
    whole = open_dataset(folder)
    for name in ("__MACOSX", ".hidden", ".git"):
        (folder / name / "three").mkdir(parents=True)
        (folder / name / "a.png").write_bytes(b"nothing")
    for name in ("._000.png", ".hidden.png", "Thumbs.db", "desktop.ini", ".DS_Store"):
        (folder / "three" / name).write_bytes(b"nothing")
        (folder / name).write_bytes(b"nothing")
    (folder / "three" / "album.png").mkdir()
    dataset = open_dataset(folder)
    assert dataset.classes == ("seven", "three")
    assert dataset.checksum == whole.checksum
    assert dataset.remarks == ()


@pytest.mark.parametrize("inside", [None, "3"])
def test_an_empty_folder_is_refused(tmp_path: Path, inside: str | None) -> None:
    if inside:
        (tmp_path / inside).mkdir()
    with pytest.raises(DigitpadError, match="they contain no pictures" if inside else "a folder for each class"):
        open_dataset(tmp_path)


def drawing(label: int | str | None) -> Drawing:
    return Drawing((np.array([[10, 10], [60, 12], [30, 80]], np.float32),), 100.0, 100.0, label)


def test_ink_is_drawn_by_the_one_definition(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_ink(path, [drawing(7), drawing("1")])
    dataset = open_dataset(path)
    np.testing.assert_array_equal(dataset.labels, [7, 1])
    expected = np.rint(ink_to_image(drawing(7).strokes, canvas=100.0) * 255)
    np.testing.assert_array_equal(dataset.images[0, 0], expected.astype(np.uint8))


@pytest.mark.parametrize("label", [None, "", " "])
def test_ink_without_a_label_is_refused(tmp_path: Path, label: str | None) -> None:
    write_ink(tmp_path / "mine.jsonl", [drawing(7), drawing(label)])
    with pytest.raises(DigitpadError, match="drawing 2 has no label"):
        open_dataset(tmp_path / "mine.jsonl")


def test_ink_may_have_any_labels(tmp_path: Path) -> None:
    write_ink(tmp_path / "mine.jsonl", [drawing("b"), drawing(10), drawing("a"), drawing(9), drawing("b")])
    dataset = open_dataset(tmp_path / "mine.jsonl")
    assert dataset.classes == ("9", "10", "a", "b")
    assert [dataset.classes[label] for label in dataset.labels] == ["b", "10", "a", "9", "b"]


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="does not exist"):
        open_dataset(tmp_path / "none")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DigitpadError, match="is not a dataset"):
        open_dataset(tmp_path / "notes.txt")


def test_a_saved_picture_reads_like_the_data_set(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "photos", {3: "3"})
    path = min((folder / "3").iterdir())
    single = np.rint(image_to_digit(read_image(path)) * 255).astype(np.uint8)
    np.testing.assert_array_equal(open_dataset(folder).images[0, 0], single)


def test_ink_keeps_who_wrote_it_and_where_it_is_from(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    lines = [{"label": 1, "writer": 12, "strokes": [[[0, 0], [9, 9]]]}, {"label": 2, "strokes": [[[0, 0], [9, 0]]]}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    dataset = open_dataset(path)
    assert dataset.origins == {"writer": ("12", "unknown")}
    assert dataset.subset([1, 0, 1]).origins == {"writer": ("unknown", "12", "unknown")}
    plain = Dataset.of(dataset.name, dataset.images, dataset.labels)
    assert plain.checksum == dataset.checksum
    assert plain.origins == {}


def test_origins_must_be_one_for_each_image() -> None:
    with pytest.raises(DigitpadError, match="2 images but 1 entries for writer"):
        Dataset.of("x", np.zeros((2, 1, 2, 2), np.uint8), np.zeros(2, np.int64), origins={"writer": ("a",)})


def test_data_sets_are_joined_by_a_plus(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"label": 4, "width": 9, "height": 9, "strokes": [[[1, 1], [5, 8]]]}\n' * 2)
    joined = open_dataset(f"mnist+{path}+{path}")
    assert len(joined) == 60_004
    assert joined.labels[-4:].tolist() == [4] * 4
    assert open_dataset(f"mnist+{path}", split="test").name == "MNIST test + two"


def test_a_plus_in_a_name_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "mine+yours.jsonl"
    path.write_text('{"label": 4, "width": 9, "height": 9, "strokes": [[[1, 1], [5, 8]]]}\n')
    assert len(open_dataset(path)) == 1


@pytest.mark.parametrize("spec", ["mnist+", "+", "mnist+paper", "mnist+ +mnist"])
def test_a_plus_needs_digits_on_both_sides(spec: str) -> None:
    with pytest.raises(DigitpadError, match="on each side of every plus"):
        open_dataset(spec)


@pytest.mark.parametrize("label", [10_000, 10**8, 2**31 - 1])
def test_labels_that_would_make_endless_classes_are_refused(tmp_path: Path, label: int) -> None:
    write_idx(tmp_path / "t10k-images-idx3-ubyte", np.zeros((1, 28, 28), np.uint8))
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", np.array([label], np.int32))
    with pytest.raises(DigitpadError, match=f"has the label {label}; .* at most 10,000"):
        open_dataset(tmp_path, "test")


def test_writers_are_plain_text_and_a_long_label_is_shortened(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"label": 1, "writer": "\\ud800<b>\\n", "strokes": [[[1, 2], [3, 9]]]}\n')
    assert open_dataset(path).origins["writer"] == ("\\ud800<b>\\n",)
    path.write_text(json.dumps({"label": "7" * 10**6, "strokes": [[[1, 2], [3, 9]]]}))
    (name,) = open_dataset(path).classes
    assert name.startswith("777")
    assert len(name) < 200
