"""Sets of images that are stored transposed or inverted, as EMNIST is: noticed, and turned on request.

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
_SAMPLE = 2000  # images that are looked at
_FEWEST = 20  # digits below which nothing is said
_LEAST_ACCURACY = 0.5  # of the nearest mean, before a set counts as handwritten digits at all
_LEAST_GAIN = 0.2  # of accuracy when rows and columns are exchanged


def split_turns(spec: str) -> tuple[str, tuple[str, ...]]:
    """Separate a dataset's name from what is to be done with its images.

    Parameters
    ----------
    spec
        Such as `emnist`, `emnist:transpose` or `emnist:transpose:invert`.

    Returns
    -------
    (str, tuple of str)
        The name, and `transpose` and `invert` as far as they were asked for.
    """
    found = _TURNS.fullmatch(spec)
    if found is None:
        return spec, ()
    return found["base"], tuple(found["turns"].lower().split(":")[1:])


def orientations(spec: str) -> tuple[str, ...]:
    """Return a dataset's name with every suffix that turns its images, for whoever chooses one.

    Parameters
    ----------
    spec
        As for `split_turns`.

    Returns
    -------
    tuple of str
        The name alone first. Only a folder of IDX files or images is ever stored in another orientation; of anything
        else, `spec` alone.
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
    """Return what is to be said about how a set is stored; nothing if it is stored as digitpad expects.

    Parameters
    ----------
    spec
        What the user calls the set, named in the remark with the ending that corrects it.
    dataset
        The images. A transposed set is noticed if it has digits, in images of 28x28 pixels.
    """
    if dataset.images.shape[1] != 1 or not dataset.images.size:
        return ()
    chosen = np.linspace(0, len(dataset) - 1, min(len(dataset), _SAMPLE)).astype(np.int64)
    sample, labels = dataset.images[chosen, 0], dataset.labels[chosen]
    inverted = _is_inverted(sample)
    transposed = _is_transposed(255 - sample if inverted else sample, labels, dataset.classes)
    base, before = split_turns(spec)
    wanted = [
        kind
        for kind, wrong in (("transpose", transposed), ("invert", inverted))
        # What was turned wrongly is put right by leaving the turn out.
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
    """Return whether the background is light: what lies along the borders, in most images, and the rest darker."""
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
    """Return how often the mean image that lies nearest by angle is that of the right digit."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    nearest = np.argmax(flat @ means.reshape(len(means), -1).T, axis=1)
    return float(np.mean(nearest == targets))


@cache
def _digit_means() -> NDArray[np.float32]:
    """Return (10, 28, 28): the mean image of each digit of MNIST, of unit length."""
    digits = load_mnist("test")
    means = np.stack([digits.images[digits.labels == digit, 0].mean(axis=0) for digit in range(len(DIGITS))])
    lengths = np.linalg.norm(means, axis=(1, 2), keepdims=True)
    unit: NDArray[np.float32] = (means / lengths).astype(np.float32)
    return unit
