"""A folder of pictures as a data set: one sub-folder for each class, named for it.

Every picture goes through the same eye as a single one: `read_image`, then `image_to_digit`.
"""

from pathlib import Path
from typing import Literal

import numpy as np

from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.images import image_to_digit, read_image
from digitpad.errors import DigitpadError

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"}


def read_image_folder(folder: Path, split: Literal["train", "test"] = "train") -> Dataset:
    """Read a folder of class folders.

    Parameters
    ----------
    folder
        Holds one folder for each class (`0` to `9` for digits), or folders `train` and `test` that do.
    split
        Which of the two, if the folder has them; otherwise all pictures are returned either way.

    Returns
    -------
    Dataset
        uint8 images (N, 1, 28, 28), in the order of the file names. If all folders are named for digits, the
        classes are the ten digits, whether or not there are pictures of each; otherwise the folders' names.

    Raises
    ------
    DigitpadError
        If there are no class folders or no pictures, or a picture cannot be read; the message says which.
    """
    if (folder / "train").is_dir() and (folder / "test").is_dir():
        folder = folder / split
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not names:
        raise DigitpadError(
            f"{folder} holds neither MNIST's IDX files nor a folder for each class; make folders named 0 to 9 and put "
            "the pictures into them."
        )
    classes = DIGITS if set(names) <= set(DIGITS) else tuple(names)
    images, labels = [], []
    for name in names:
        for path in sorted((folder / name).iterdir()):
            if path.suffix.lower() in _SUFFIXES:
                images.append(np.rint(image_to_digit(read_image(path)) * 255).astype(np.uint8))
                labels.append(classes.index(name))
    if not images:
        raise DigitpadError(f"{folder} has class folders, but no picture lies in them; add PNG or JPEG files.")
    return Dataset.of(folder.name, np.stack(images)[:, np.newaxis], np.array(labels, np.int64), classes)
