"""Reads a folder of pictures as a dataset: one subfolder per class, whose name is that of the class.

Every picture is processed like a single one. The network that the pictures are for decides how: one that takes 28x28
grey pixels sees the ink of each picture, cropped and centred (`read_image`, then `image_to_digit`); any other sees the
picture itself, fitted to its input (`read_picture`). Such pictures are decoded when they are used, see `lazy_pictures`;
where all of them fit into its memory, they are decoded at once.
"""

import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.file_types import PICTURE_SUFFIXES
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.labels import are_digits, check_count, classes_of
from digitpad.data.lazy_pictures import Progress
from digitpad.data.picture_fit import CROP, DEFAULT_FIT
from digitpad.data.pictures import COLOUR_SHAPE, are_photographs, check_channels
from digitpad.data.prepared_files import prepare_digits, prepare_pictures
from digitpad.data.rasterize import FIELD
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

DIGIT_SHAPE = (1, int(FIELD), int(FIELD))
"""The shape of a prepared digit; pictures for networks with this input are read as ink on paper."""

_SPLITS = {
    "train": {"train", "training", "training_set"},
    "test": {"test", "testing", "test_set"},
    "validation": {"val", "valid", "validation"},
}
_MOST_NAMED = 10  # classes in a remark
_SYSTEM_FILES = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}


def is_system_file(path: Path) -> bool:
    """Return whether a file or folder is hidden or was created by the operating system: neither a picture nor a class.

    This applies to names that begin with a dot (`.DS_Store`, and the `._name.png` that macOS leaves beside `name.png`),
    `__MACOSX`, `Thumbs.db`, and on Windows everything with the attribute "hidden".
    """
    if path.name.startswith(".") or path.name.lower() in _SYSTEM_FILES:
        return True
    if sys.platform == "win32":
        return bool(path.lstat().st_file_attributes & stat.FILE_ATTRIBUTE_HIDDEN)
    return False


def read_image_folder(
    folder: Path,
    split: Literal["train", "test"] = "train",
    *,
    shape: tuple[int, ...] | None = None,
    fit: str = DEFAULT_FIT,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset:
    """Read a folder of class folders.

    Parameters
    ----------
    folder
        Holds one folder for each class (`0` to `9` for digits), or folders for training and for testing that do; see
        `split_folder`.
    split
        Which of the two, if the folder has them; otherwise all pictures are returned either way.
    shape
        The input of the network that the pictures are for, (C, H, W). None reads photographs in colour for
        `COLOUR_SHAPE`, and all other pictures as ink, for `DIGIT_SHAPE`.
    fit
        How pictures are fitted to the shape, see `digitpad.data.pictures.prepare_picture`.
    on_progress
        Called with the number of pictures examined, and of all; what it raises ends the reading.

    Returns
    -------
    Dataset
        uint8 images (N, C, H, W), in the order of the file names. If the names of all folders are digits, the classes
        are the ten digits, whether or not there are pictures of each; otherwise the names of the folders with pictures,
        in natural order. Folders without pictures and pictures that cannot be read are left out; the remarks name both.

    Raises
    ------
    DigitpadError
        If the folder contains no class folders or no pictures, a folder or more than a tenth of the pictures cannot be
        read, or `shape` does not have 1 or 3 channels.
    """
    if shape is not None:
        check_channels(shape)
    folder = split_folder(folder, split)
    names = [entry.name for entry in _folders_in(folder)]
    if not names:
        raise DigitpadError(
            _(
                "{folder} contains neither MNIST's IDX files nor a folder for each class; make one folder per class "
                "and put the pictures into them."
            ).format(folder=folder)
        )
    check_count(len(names), folder)
    found = [(name, path) for name in names for path in _entries_of(folder / name) if _is_picture(path)]
    if not found:
        raise DigitpadError(
            _("{folder} has class folders, but they contain no pictures; add PNG or JPEG files.").format(folder=folder)
        )
    class_of = {name: plain_name(name) for name in dict.fromkeys(name for name, _path in found)}
    classes = classes_of(class_of.values())
    index_of = {name: classes.index(class_of[name]) for name in class_of}
    labels = np.array([index_of[name] for name, _path in found], np.int64)
    paths = [path for _name, path in found]
    remarks = empty_classes_remarks([plain_name(name) for name in names if name not in class_of], classes)
    if shape is None and not are_digits(classes) and are_photographs(paths):
        shape = COLOUR_SHAPE
        remarks = (*remarks, photograph_remark(folder.name, shape, fit))
    skipped = SkippedPictures(len(found), folder)
    if shape is None or shape == DIGIT_SHAPE:
        files, fitted = prepare_digits(paths, folder, _read_digit, skipped, on_progress), None
    else:
        files, fitted = prepare_pictures(paths, folder, shape, skipped, on_progress, fit=fit), fit
    remarks = (*remarks, *skipped.remarks())
    kept = labels[files.kept]
    return Dataset.of(folder.name, files.images, kept, classes, remarks=remarks, marks=files.marks, fit=fitted)


def empty_classes_remarks(names: Sequence[str], classes: Sequence[str]) -> tuple[str, ...]:
    """Return the sentence that classes without pictures were left out of those of a dataset; empty if none was."""
    left_out = [name for name in names if name not in classes]
    if not left_out:
        return ()
    text = _("Left out the classes without pictures: {names}.")
    return (text.format(names=", ".join(left_out[:_MOST_NAMED]) + (", …" if len(left_out) > _MOST_NAMED else "")),)


def photograph_remark(name: str, shape: tuple[int, ...], fit: str) -> str:
    """Return the sentence that the pictures of a dataset are read as photographs, fitted to a shape (C, H, W)."""
    if fit == CROP:
        text = _("The pictures of {name} are photographs in colour, so they are resized and cropped to {shape} pixels.")
    else:
        text = _("The pictures of {name} are photographs in colour, so they are resized to {shape} pixels.")
    return text.format(name=name, shape="x".join(map(str, shape[1:])))


def _read_digit(path: Path) -> NDArray[np.uint8]:
    return np.rint(image_to_digit(read_image(path)) * 255).astype(np.uint8)[np.newaxis]


def split_folder(folder: Path, split: Literal["train", "test"]) -> Path:
    """Return the folder of one split, or the folder itself if it is not divided.

    A folder is divided if it has a folder for training (`train`, `training` or `training_set`) and one for testing
    (`test`, `testing` or `test_set`, otherwise `val`, `valid` or `validation`), in upper or lower case. If one of them
    is all that it contains, and is divided into classes, the other split is missing.

    Raises
    ------
    DigitpadError
        If it has two folders for training, two for testing, or only one for the other split; or if it cannot be read.
    """
    inside = _folders_in(folder)
    found = {kind: [entry for entry in inside if entry.name.lower() in names] for kind, names in _SPLITS.items()}
    found["test"] = found["test"] or found["validation"]
    if not found["train"] or not found["test"]:
        only = found["train"] or found["test"]
        if len(inside) > 1 or not only or not _folders_in(only[0]):
            return folder
        if not found[split]:
            raise DigitpadError(
                _("{folder} has a folder {name}, but none of {split} images beside it; add one.").format(
                    folder=folder, name=only[0].name, split=split
                )
            )
    if len(found[split]) > 1:
        raise DigitpadError(
            _("{folder} has two folders of {split} images, {first} and {second}; move one of them away.").format(
                folder=folder, split=split, first=found[split][0].name, second=found[split][1].name
            )
        )
    return found[split][0]


def _folders_in(folder: Path) -> list[Path]:
    return [entry for entry in _entries_of(folder) if entry.is_dir() and not is_system_file(entry)]


def _entries_of(folder: Path) -> list[Path]:
    """Return what a folder contains, in the order of the names."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise DigitpadError(
            _("{folder} cannot be read ({reason}); check its permissions.").format(
                folder=folder, reason=error.strerror or str(error)
            )
        ) from error


def _is_picture(path: Path) -> bool:
    """Return whether a file name is that of a picture; the contents are not checked."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not is_system_file(path) and not path.is_dir()
