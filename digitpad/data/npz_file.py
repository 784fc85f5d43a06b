"""NPZ files of images and labels, as NumPy, Keras and MedMNIST distribute datasets.

An NPZ file is a ZIP archive of arrays. The header of an array is compared with the archive and with what a dataset may
have before memory is allocated, and pickled objects are never loaded.
"""

import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.labels import check_count, indexed
from digitpad.data.mnist import Split
from digitpad.data.orientation import orientation_remarks
from digitpad.errors import DigitpadError
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

_SPLITS: dict[Split, tuple[tuple[str, str], ...]] = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels"), ("x_val", "y_val"), ("val_images", "val_labels")),
}
_WHOLE = (("images", "labels"), ("x", "y"), ("X", "y"), ("data", "target"))
_NAMES = ("classes", "class_names", "label_names")
_MOST_BYTES = 640 << 20  # of one array, as for IDX files
_MOST_MEMBERS = 1000
_CHANNELS = (1, 3)


def read_npz_dataset(path: Path, split: Split, spec: str) -> Dataset:
    """Read one split of an NPZ file.

    Parameters
    ----------
    path
        The file: `x_train`, `y_train`, `x_test` and `y_test`; `train_images`, `train_labels`, ...; or one set as
        `images` and `labels`, which is returned for both splits. Names of the classes may be in `classes`.
    split
        Which split to read.
    spec
        What the user calls the dataset, for remarks.

    Returns
    -------
    Dataset
        uint8 images (N, C, H, W) with 1 or 3 channels.

    Raises
    ------
    DigitpadError
        If the file cannot be read, or its arrays are not images and labels.
    """
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            members = _members(archive, path)
            images_name, labels_name = _pair(members, split, path)
            images = _read(archive, members[images_name], path, images_name)
            labels = _read(archive, members[labels_name], path, labels_name)
            named = next((name for name in _NAMES if name in members), None)
            names = None if named is None else _read(archive, members[named], path, named)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DigitpadError(
            _("{path} is not an NPZ file, or it is damaged ({reason}); choose another file.").format(
                path=path, reason=error
            )
        ) from error
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check the file and its permissions.").format(
                path=path, reason=error.strerror or error
            )
        ) from error
    pixels = _as_images(_as_bytes(images, path, images_name), path, images_name)
    classes, indices = _classes(labels, names, path, labels_name)
    dataset = Dataset.of(path.stem, pixels, indices, classes)
    return Dataset.of(dataset.name, pixels, indices, classes, remarks=orientation_remarks(spec, dataset))


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the arrays of an archive by name."""
    entries = archive.infolist()
    if len(entries) > _MOST_MEMBERS:
        raise DigitpadError(
            _("{path} contains {count:,} arrays, more than {most:,}; choose another file.").format(
                path=path, count=len(entries), most=_MOST_MEMBERS
            )
        )
    return {entry.filename.removesuffix(".npy"): entry for entry in entries}


def _pair(members: dict[str, zipfile.ZipInfo], split: Split, path: Path) -> tuple[str, str]:
    """Return the names of the arrays of images and labels."""
    for images, labels in (*_SPLITS[split], *_WHOLE):
        if images in members and labels in members:
            return images, labels
    images, labels = _SPLITS[split][0]
    raise DigitpadError(
        _("{path} contains neither {images} and {labels} nor images and labels; rename its arrays.").format(
            path=path, images=images, labels=labels
        )
    )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, name: str) -> NDArray[Any]:
    """Read an array after checking what its header claims."""
    with archive.open(entry) as stream:
        try:
            shape, dtype = _header(stream)
            start = stream.tell()
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, tokenize.TokenError) as error:
            # NumPy splits the headers of old files into tokens of Python.
            raise _damaged(path, name) from error
    if dtype.hasobject:
        raise DigitpadError(
            _("{path}: {name} contains Python objects, which are not loaded; save it as numbers or text.").format(
                path=path, name=name
            )
        )
    claimed = math.prod(shape) * dtype.itemsize
    if claimed > _MOST_BYTES:
        raise DigitpadError(
            _("{path}: {name} claims {size:,} MB, more than digitpad reads ({most} MB); divide it.").format(
                path=path, name=name, size=claimed >> 20, most=_MOST_BYTES >> 20
            )
        )
    if claimed != entry.file_size - start:
        raise _damaged(path, name)
    with archive.open(entry) as stream:
        try:
            array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
        except ValueError as error:
            raise _damaged(path, name) from error
    return array


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _fortran, dtype = read(stream)
    if any(side < 0 for side in shape):
        raise ValueError("negative shape")
    return shape, dtype


def _as_bytes(images: NDArray[Any], path: Path, name: str) -> NDArray[np.uint8]:
    """Return pixels as bytes; those that are at most 1 are shares of 255, whatever their type."""
    if not images.size or images.dtype == np.bool_:
        return images.astype(np.uint8) * np.uint8(255)
    is_float = images.dtype.kind == "f"
    low, high = (images.min(), images.max()) if is_float or images.dtype.kind in "iu" else (math.nan, math.nan)
    if low >= 0 and high <= 1:
        shares: NDArray[np.uint8] = np.rint(images * np.float32(255)).astype(np.uint8)
        return shares
    if low >= 0 and high <= 255 and not (is_float and (images != np.rint(images)).any()):
        return images.astype(np.uint8)
    raise DigitpadError(
        _(
            "{path}: {name} contains {kind} numbers from {low:g} to {high:g}; expected pixels from 0 to 255, or from 0 "
            "to 1."
        ).format(path=path, name=name, kind=images.dtype, low=low, high=high)
    )


def _as_images(pixels: NDArray[np.uint8], path: Path, name: str) -> NDArray[np.uint8]:
    """Return images as (N, C, H, W), whichever of the usual shapes they have."""
    shape = pixels.shape
    if pixels.ndim == 2 and shape[1] and math.isqrt(shape[1]) ** 2 == shape[1]:
        side = math.isqrt(shape[1])
        return pixels.reshape(-1, 1, side, side)
    if pixels.ndim == 3 and all(shape[1:]):
        return pixels[:, np.newaxis]
    if pixels.ndim == 4 and all(shape[1:]) and shape[3] in _CHANNELS:
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    if pixels.ndim == 4 and all(shape[1:]) and shape[1] in _CHANNELS:
        return pixels
    raise DigitpadError(
        _(
            "{path}: {name} has the shape {shape}; expected (images, height, width), with 1 or 3 channels before or "
            "after height and width if there are any."
        ).format(path=path, name=name, shape=shape)
    )


def _classes(
    labels: NDArray[Any], names: NDArray[Any] | None, path: Path, name: str
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes and the index of each label."""
    flat = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if flat.ndim != 1 or flat.dtype.kind not in "iuUSb":
        raise DigitpadError(
            _("{path}: {name} contains {kind} values of shape {shape}; expected one number or text per image.").format(
                path=path, name=name, kind=labels.dtype, shape=labels.shape
            )
        )
    if names is None or flat.dtype.kind not in "iu":
        return indexed([_text(label) for label in flat.tolist()], path)
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise DigitpadError(
            _("{path}: the names of the classes have the shape {shape}; expected a list of texts.").format(
                path=path, shape=names.shape
            )
        )
    check_count(len(names), path)
    numbers = flat.astype(np.int64)
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(names):
        raise DigitpadError(
            _("{path} has labels from {low} to {high}, but names for {count} classes; check the labels.").format(
                path=path, low=numbers.min(), high=numbers.max(), count=len(names)
            )
        )
    texts = [_text(text) for text in names.tolist()]
    # By name: two labels with the same name are one class, and a name without images is a class, too.
    classes, places = indexed(texts, path)
    return classes, places[numbers]


def _text(label: object) -> str:
    return label.decode("utf-8", "backslashreplace") if isinstance(label, bytes) else str(label)


def _damaged(path: Path, name: str) -> DigitpadError:
    return DigitpadError(
        _("{path}: the array {name} is damaged or does not match its header; save it again.").format(
            path=path, name=name
        )
    )
