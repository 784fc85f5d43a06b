"""Reads a folder of pictures as a dataset: one subfolder per class, whose name is that of the class.

Every picture is processed like a single one: by `read_image`, then `image_to_digit`.
"""

import stat
import sys
from pathlib import Path
from typing import Literal

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.labels import check_count, classes_of
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}
_SUFFIXES |= {".heic", ".heif", ".avif"}
_SPLITS = {
    "train": {"train", "training", "training_set"},
    "test": {"test", "testing", "test_set"},
    "validation": {"val", "valid", "validation"},
}
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


def read_image_folder(folder: Path, split: Literal["train", "test"] = "train") -> Dataset:
    """Read a folder of class folders.

    Parameters
    ----------
    folder
        Holds one folder for each class (`0` to `9` for digits), or folders for training and for testing that do; see
        `split_folder`.
    split
        Which of the two, if the folder has them; otherwise all pictures are returned either way.

    Returns
    -------
    Dataset
        uint8 images (N, 1, 28, 28), in the order of the file names. If the names of all folders are digits, the classes
        are the ten digits, whether or not there are pictures of each; otherwise the names of the folders in natural
        order. Pictures that cannot be read are skipped and named in the remarks.

    Raises
    ------
    DigitpadError
        If there are no class folders or no pictures, or more than a tenth of the pictures cannot be read.
    """
    folder = split_folder(folder, split)
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not is_system_file(entry))
    if not names:
        raise DigitpadError(
            _(
                "{folder} contains neither MNIST's IDX files nor a folder for each class; make one folder per class "
                "and put the pictures into them."
            ).format(folder=folder)
        )
    check_count(len(names), folder)
    class_of = {name: plain_name(name) for name in names}
    classes = classes_of(class_of.values())
    found = [(name, path) for name in names for path in sorted((folder / name).iterdir()) if _is_picture(path)]
    if not found:
        raise DigitpadError(
            _("{folder} has class folders, but they contain no pictures; add PNG or JPEG files.").format(folder=folder)
        )
    skipped = SkippedPictures(len(found), folder)
    images, labels = [], []
    for name, path in found:
        try:
            ink = read_image(path)
        except DigitpadError as error:
            skipped.add(path, error)
            continue
        images.append(np.rint(image_to_digit(ink) * 255).astype(np.uint8))
        labels.append(classes.index(class_of[name]))
    return Dataset.of(
        folder.name,
        np.stack(images)[:, np.newaxis],
        np.array(labels, np.int64),
        classes,
        remarks=skipped.remarks(),
    )


def split_folder(folder: Path, split: Literal["train", "test"]) -> Path:
    """Return the folder of one split, or the folder itself if it is not divided.

    A folder is divided if it has a folder for training (`train`, `training` or `training_set`) and one for testing
    (`test`, `testing` or `test_set`, otherwise `val`, `valid` or `validation`), in upper or lower case.

    Raises
    ------
    DigitpadError
        If it has two folders for training, or two for testing.
    """
    inside = [entry for entry in sorted(folder.iterdir()) if entry.is_dir() and not is_system_file(entry)]
    found = {kind: [entry for entry in inside if entry.name.lower() in names] for kind, names in _SPLITS.items()}
    found["test"] = found["test"] or found["validation"]
    if not found["train"] or not found["test"]:
        return folder
    if len(found[split]) > 1:
        raise DigitpadError(
            _("{folder} has two folders of {split} images, {first} and {second}; move one of them away.").format(
                folder=folder, split=split, first=found[split][0].name, second=found[split][1].name
            )
        )
    return found[split][0]


def _is_picture(path: Path) -> bool:
    """Return whether a file name is that of a picture; the contents are not checked."""
    return path.suffix.lower() in _SUFFIXES and not is_system_file(path) and not path.is_dir()
