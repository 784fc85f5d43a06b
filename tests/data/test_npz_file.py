"""NPZ files: the usual names and shapes are read, and headers are checked before memory is allocated."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS
from digitpad.data.mnist import load_mnist
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError

MNIST = load_mnist("test").subset(range(40))
IMAGES, LABELS = MNIST.images[:, 0], MNIST.labels


def saved(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def test_both_splits_as_keras_names_them(tmp_path: Path) -> None:
    path = saved(tmp_path / "mnist.npz", x_train=IMAGES[:30], y_train=LABELS[:30], x_test=IMAGES, y_test=LABELS)
    assert len(open_dataset(path)) == 30
    assert open_dataset(path, "test").checksum == MNIST.checksum
    assert open_dataset(path).classes == DIGITS


@pytest.mark.parametrize(
    "images",
    [
        IMAGES,
        IMAGES[..., np.newaxis],
        IMAGES[:, np.newaxis],
        IMAGES.reshape(40, 784),
        IMAGES.astype(np.int64),
        IMAGES / np.float32(255),
        IMAGES.astype(np.float64),
        np.asfortranarray(IMAGES),
    ],
)
def test_one_set_in_any_usual_shape(tmp_path: Path, images: NDArray[Any]) -> None:
    path = saved(tmp_path / "mine.npz", images=images, labels=LABELS[:, np.newaxis].astype(np.uint8))
    assert open_dataset(path, "train").checksum == MNIST.checksum
    assert open_dataset(path, "test").checksum == MNIST.checksum


def test_pixels_of_zero_and_one_are_background_and_ink(tmp_path: Path) -> None:
    for kind in (np.uint8, np.int32, np.bool_, np.float32):
        images = np.eye(4)[np.newaxis].astype(kind)
        dataset = open_dataset(saved(tmp_path / "bits.npz", images=images, labels=np.array([0])))
        np.testing.assert_array_equal(dataset.images[0, 0], 255 * np.eye(4, dtype=np.uint8))


def test_colour_images_have_three_channels(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (4, 6, 8, 3), dtype=np.uint8)
    dataset = open_dataset(saved(tmp_path / "c.npz", images=colour, labels=np.array(["cat", "dog", "cat", "dog"])))
    assert dataset.images.shape == (4, 3, 6, 8)
    np.testing.assert_array_equal(dataset.images[:, 1], colour[..., 1])
    assert dataset.classes == ("cat", "dog")


def test_names_of_the_classes(tmp_path: Path) -> None:
    names = np.array(["up", "down", "left"])
    path = saved(tmp_path / "n.npz", images=IMAGES[:3], labels=np.array([2, 0, 2]), classes=names)
    dataset = open_dataset(path)
    assert dataset.classes == ("down", "left", "up")
    assert [dataset.classes[label] for label in dataset.labels] == ["left", "up", "left"]
    path = saved(tmp_path / "n.npz", images=IMAGES[:3], labels=np.array([3, 0, 2]), classes=names)
    with pytest.raises(DigitpadError, match="labels from 0 to 3, but names for 3 classes"):
        open_dataset(path)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"a": IMAGES}, "contains neither x_train and y_train"),
        ({"images": IMAGES, "labels": LABELS[:5]}, "40 images and 5 labels"),
        ({"images": IMAGES.astype(np.float64) * 2.5, "labels": LABELS}, "expected pixels from 0 to 255"),
        ({"images": IMAGES.astype(np.int64) - 1, "labels": LABELS}, "expected pixels from 0 to 255"),
        ({"images": np.full((40, 4, 4), np.nan), "labels": LABELS}, "expected pixels from 0 to 255"),
        ({"images": IMAGES[0], "labels": LABELS[:28]}, "has the shape"),
        ({"images": np.zeros((2, 5, 5, 5), np.uint8), "labels": LABELS[:2]}, "has the shape"),
        ({"images": np.zeros((2, 0, 0), np.uint8), "labels": LABELS[:2]}, "has the shape"),
        ({"images": IMAGES, "labels": LABELS.astype(np.float64)}, "expected one number or text per image"),
        ({"images": IMAGES, "labels": np.array([{}] * 40, object)}, "Python objects"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(DigitpadError, match=said):
        open_dataset(path)


def test_a_header_that_lies_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    for shape, said in (((10**6, 1000, 1000), "claims .* more than digitpad reads"), ((100, 28, 28), "does not match")):
        header = io.BytesIO()
        npy.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("images.npy", header.getvalue())
            archive.writestr("labels.npy", header.getvalue())
        with pytest.raises(DigitpadError, match=said):
            open_dataset(path)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(DigitpadError, match="is not an NPZ file"):
        open_dataset(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", b"nothing")
        archive.writestr("labels.npy", b"\x93NUMPY\x01\x00\xff\xff{")
    with pytest.raises(DigitpadError, match="array images is damaged"):
        open_dataset(path)
    with zipfile.ZipFile(path, "w") as archive:
        # A header with a text that does not end.
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape: (1,), }\n"
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        archive.writestr("labels.npy", b"")
    with pytest.raises(DigitpadError, match="array images is damaged"):
        open_dataset(path)
    whole = saved(path, images=IMAGES, labels=LABELS).read_bytes()
    rng = np.random.default_rng(0)
    for _attempt in range(200):
        broken = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            broken[place] = rng.integers(256)
        path.write_bytes(broken)
        try:
            dataset = open_dataset(path)
        except DigitpadError:
            continue
        assert len(dataset) == len(LABELS)
