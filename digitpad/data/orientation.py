"""Detects datasets that are stored transposed or inverted, as EMNIST is, and corrects them on request.

digitpad's images are rows of pixels, ink 255 on background 0. Whether a set is inverted shows along the borders of its
images. Whether it is transposed shows by comparing its digits with the mean image of each digit of MNIST: the nearest
mean is the right one for four digits of MNIST in five, and for few of them once rows and columns are exchanged.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.mnist import load_mnist
from digitpad.translation import gettext as _

_TURNS = re.compile(r"(?P<base>.+?)(?P<turns>(?::(?:transpose|invert))+)", re.IGNORECASE | re.DOTALL)
_SAMPLE = 2000  # number of images examined
_FEWEST = 20  # minimum number of digits for a remark
_LEAST_ACCURACY = 0.5  # of the nearest mean, for a set to count as handwritten digits
_LEAST_GAIN = 0.2  # of accuracy when rows and columns are exchanged


def split_turns(spec: str) -> tuple[str, tuple[str, ...]]:
    """Split a dataset specification into the name and the corrections of the images.

    Parameters
    ----------
    spec
        Such as `emnist`, `emnist:transpose` or `emnist:transpose:invert`.

    Returns
    -------
    (str, tuple of str)
        The name, and those of `transpose` and `invert` that were requested.
    """
    found = _TURNS.fullmatch(spec)
    if found is None:
        return spec, ()
    return found["base"], tuple(found["turns"].lower().split(":")[1:])


def orientations(spec: str) -> tuple[str, ...]:
    """Return a dataset's name with every possible combination of suffixes, to offer as choices.

    Parameters
    ----------
    spec
        See `split_turns`.

    Returns
    -------
    tuple of str
        The name alone first. Only folders of IDX files or images may be stored in another orientation; for anything
        else, only `spec`.
    """
    base, _turns = split_turns(spec)
    try:
        is_folder = Path(base).is_dir()
    except OSError:
        # A name that is too long for the file system.
        is_folder = False
    if not is_folder:
        return (spec,)
    return base, f"{base}:transpose", f"{base}:invert", f"{base}:transpose:invert"


def turn(images: NDArray[np.uint8], turns: Sequence[str]) -> NDArray[np.uint8]:
    """Exchange rows and columns (`transpose`), ink and background (`invert`), of images (..., H, W)."""
    for kind in turns:
        images = np.swapaxes(images, -1, -2) if kind == "transpose" else 255 - images
    return np.ascontiguousarray(images)


def orientation_remarks(spec: str, dataset: Dataset) -> tuple[str, ...]:
    """Return remarks on how a set is stored; empty if it is stored as digitpad expects.

    Parameters
    ----------
    spec
        What the user calls the set; a remark quotes it with the suffix that corrects it.
    dataset
        The images. A transposed set is only detected if it contains digits, in images of 28x28 pixels.
    """
    if dataset.images.shape[1] != 1 or not len(dataset) or not isinstance(dataset.images, np.ndarray):
        # Pictures that are decoded when they are used are photographs, or drawings in a size of their own.
        return ()
    chosen = np.linspace(0, len(dataset) - 1, min(len(dataset), _SAMPLE)).astype(np.int64)
    sample, labels = dataset.images[chosen, 0], dataset.labels[chosen]
    inverted = _is_inverted(sample)
    transposed = _is_transposed(255 - sample if inverted else sample, labels, dataset.classes)
    base, before = split_turns(spec)
    wanted = [
        kind
        for kind, wrong in (("transpose", transposed), ("invert", inverted))
        # A wrong correction is undone by omitting it.
        if wrong != (kind in before)
    ]
    cure = ":".join([base, *wanted])
    if inverted and transposed:
        text = _("{name}: the images are transposed and inverted (dark ink on white); use {cure} instead.")
    elif transposed:
        text = _("{name}: the images are transposed (rows and columns exchanged); use {cure} instead.")
    elif inverted:
        text = _("{name}: the images are inverted (dark ink on white); use {cure} instead.")
    else:
        return ()
    return (text.format(name=spec, cure=cure),)


def _is_inverted(images: NDArray[np.uint8]) -> bool:
    """Return whether the background is light: the borders of most images are light, and the rest is darker."""
    borders = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    return bool(np.median(borders) > 127 and images.mean() < borders.mean())


def _is_transposed(images: NDArray[np.uint8], labels: NDArray[np.int64], classes: Sequence[str]) -> bool:
    means = _digit_means()
    digits = [DIGITS.index(name) if name in DIGITS else -1 for name in classes]
    targets = np.array(digits, np.int64)[labels]
    known = targets >= 0
    if images.shape[1:] != means.shape[1:] or known.sum() < _FEWEST:
        return False
    images, targets = images[known], targets[known]
    upright = _nearest_mean_accuracy(images, targets, means)
    turned = _nearest_mean_accuracy(np.swapaxes(images, 1, 2), targets, means)
    return turned >= _LEAST_ACCURACY and turned - upright >= _LEAST_GAIN


def _nearest_mean_accuracy(images: NDArray[np.uint8], targets: NDArray[np.int64], means: NDArray[np.float32]) -> float:
    """Return how often the nearest mean image, by angle, is that of the correct digit."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    nearest = np.argmax(flat @ means.reshape(len(means), -1).T, axis=1)
    return float(np.mean(nearest == targets))


@cache
def _digit_means() -> NDArray[np.float32]:
    """Return (10, 28, 28): the mean image of each digit of MNIST, normalized to unit length."""
    digits = load_mnist("test")
    means = np.stack([digits.images[digits.labels == digit, 0].mean(axis=0) for digit in range(len(DIGITS))])
    lengths = np.linalg.norm(means, axis=(1, 2), keepdims=True)
    unit: NDArray[np.float32] = (means / lengths).astype(np.float32)
    return unit
