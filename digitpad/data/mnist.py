"""MNIST, the 70,000 digits that are bundled with digitpad.

The four files are the original ones. Their unpacked contents are verified by SHA-256, so that all results refer to the
same images.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.idx import checksum, read_idx
from digitpad.errors import DigitpadError
from digitpad.paths import resources_dir
from digitpad.translation import gettext as _

Split = Literal["train", "test"]

# Name (without .gz) and SHA-256 of the unpacked contents.
_IMAGES: dict[Split, tuple[str, str]] = {
    "train": ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "test": ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
}
_LABELS: dict[Split, tuple[str, str]] = {
    "train": ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "test": ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}

#: What `loading_ahead` has begun to load.
_AHEAD: dict[Split, Future[Dataset]] = {}


@contextlib.contextmanager
def loading_ahead(split: Split) -> Iterator[None]:
    """Load MNIST in another thread within a `with` block; the next `load_mnist` of this split returns the result.

    Unpacking and checking the files take a fifth of a second without the GIL, while the caller imports modules.
    """
    with ThreadPoolExecutor(1, "digitpad-mnist") as pool:
        _AHEAD[split] = pool.submit(_load, split)
        try:
            yield
        finally:
            _AHEAD.pop(split, None)


def load_mnist(split: Split = "train") -> Dataset:
    """Load the bundled MNIST.

    Parameters
    ----------
    split
        `"train"` (60,000 digits) or `"test"` (10,000).

    Returns
    -------
    Dataset
        Images (N, 1, 28, 28).

    Raises
    ------
    DigitpadError
        If a file is missing or is not the original.
    """
    begun = _AHEAD.pop(split, None)
    return _load(split) if begun is None else begun.result()


def _load(split: Split) -> Dataset:
    folder = resources_dir() / "mnist"
    images = _verified(folder, *_IMAGES[split])
    labels = _verified(folder, *_LABELS[split])
    name = "MNIST" if split == "train" else "MNIST test"
    return Dataset.of(name, images[:, np.newaxis], labels.astype(np.int64))


def _verified(folder: Path, name: str, sha256: str) -> NDArray[Any]:
    path = folder / f"{name}.gz"
    array = read_idx(path)
    if checksum(array) != sha256:
        raise DigitpadError(
            _("{path} is not the original MNIST file (its SHA-256 differs); reinstall digitpad.").format(path=path)
        )
    return array
