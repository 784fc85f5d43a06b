"""Labelled images, and the normalization that all networks are trained with.

Images are uint8 (47 MB for MNIST instead of 188 MB); a batch is converted to normalized float32 when it is used. They
are an array in memory, or `LazyImages`, which are decoded when they are used. A dataset has a checksum, so that a
trained model can identify its training data.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

MNIST_MEAN = 0.1307
MNIST_STD = 0.3081
DIGITS = tuple("0123456789")
NO_DIGIT = "no digit"
"""The class of images that show no digit; a network with this class can read a drawing as "not a digit"."""


_PIXELS_AT_ONCE = 1 << 21
_FEWEST_AT_ONCE = 16
_SAMPLED = 1000

PerChannel = float | tuple[float, ...]
"""One number for all channels of an image, or one for each."""


class LazyImages(Protocol):
    """Images that are decoded when they are used; they are indexed as an array is, along the first axis."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """uint8."""

    @property
    def ndim(self) -> int:
        """4."""

    def __len__(self) -> int:
        """Return the number of images."""

    def __getitem__(self, index: Any, /) -> Any:
        """Return the image of an index, uint8 (C, H, W), or those of a slice or an array of indices, (K, C, H, W)."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all images as an array, which takes the memory of all of them."""

    def part(self, indices: NDArray[np.int64]) -> Self:
        """Return some of the images without decoding them."""

    def fingerprint(self) -> bytes:
        """Return bytes that identify the images and their order, without decoding them."""

    def file_of(self, index: int) -> Path | None:
        """Return the file of an image; None if it has none of its own."""


Images = NDArray[np.uint8] | LazyImages
"""The images of a dataset: in memory, or decoded when they are used."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled images.

    Use `Dataset.of` to make one from arrays; it computes the checksum.

    Parameters
    ----------
    name
        Name of the dataset.
    images
        uint8 (N, C, H, W): an array, kept read-only, or `LazyImages`. Digits are ink 255 on background 0; pictures
        are as they are, in grey or colour.
    labels
        int64 (N,), indices into `classes`. Kept read-only.
    classes
        Names of the classes.
    checksum
        SHA-256 in hexadecimal: the same for the same images, labels and classes in the same order. For lazy images, it
        contains their `fingerprint` in place of the pixels.
    origins
        Writers and sources of the images, if known: for `writer` and `source`, a text for each image. The checksum does
        not include them, since networks never see them.
    remarks
        Remarks for the user, such as which pictures could not be read.
    marks
        Of images that are prepared from files for a network: bytes that identify the file of each. Other images have
        none.
    fit
        Of pictures that are prepared from files: how they are fitted to their shape, `CROP` or `STRETCH` of
        `digitpad.data.picture_fit`. None for all other images.

    Raises
    ------
    DigitpadError
        If shapes or types do not match, or a label has no class.
    """

    name: str
    images: Images
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    checksum: str
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    marks: Sequence[bytes] = ()
    fit: str | None = None

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if images.ndim != 4 or images.dtype != np.uint8:
            raise DigitpadError(
                _(
                    "{name}: images must be bytes of shape (N, C, H, W), not {dtype} {shape}; check that the images "
                    "file contains images."
                ).format(name=self.name, dtype=images.dtype, shape=images.shape)
            )
        if labels.ndim != 1 or labels.dtype != np.int64:
            raise DigitpadError(
                _(
                    "{name}: labels must be integers of shape (N,), not {dtype} {shape}; check that the labels file "
                    "contains labels."
                ).format(name=self.name, dtype=labels.dtype, shape=labels.shape)
            )
        if len(images) != len(labels):
            raise DigitpadError(
                _("{name} has {images} images and {labels} labels; check that the files belong together.").format(
                    name=self.name, images=len(images), labels=len(labels)
                )
            )
        if len(labels) and (labels.min() < 0 or labels.max() >= len(self.classes)):
            raise DigitpadError(
                _("{name} has labels from {low} to {high}, but the classes are 0 to {last}; check the labels.").format(
                    name=self.name, low=labels.min(), high=labels.max(), last=len(self.classes) - 1
                )
            )
        for kind, names in self.origins.items():
            if len(names) != len(labels):
                raise DigitpadError(
                    _(
                        "{name} has {images} images but {count} entries for {kind}; check the source of the data."
                    ).format(name=self.name, images=len(labels), count=len(names), kind=kind)
                )
        if self.marks and len(self.marks) != len(labels):
            raise ValueError(f"{self.name}: {len(self.marks)} marks for {len(labels)} images")
        for attribute, array in (("images", images), ("labels", labels)):
            if not isinstance(array, np.ndarray):
                continue
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, attribute, view)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """All images as an array, (N, C, H, W), read-only; of lazy images, all are decoded."""
        return self.images if isinstance(self.images, np.ndarray) else np.asarray(self.images)

    @property
    def identity(self) -> str:
        """SHA-256 in hexadecimal: the same for the same files in the same order, whatever they are prepared for.

        Of images that are not prepared from files, it is the checksum.
        """
        if not self.marks:
            return self.checksum
        digest = hashlib.sha256(repr(self.classes).encode())
        digest.update(np.ascontiguousarray(self.labels, dtype="<i8").data)
        for mark in self.marks:
            digest.update(mark)
        return digest.hexdigest()

    @property
    def targets(self) -> NDArray[np.int64]:
        """The targets of training: the labels."""
        return self.labels

    @classmethod
    def of(
        cls,
        name: str,
        images: Images,
        labels: NDArray[np.int64],
        classes: Sequence[str] = DIGITS,
        origins: Mapping[str, Sequence[str]] | None = None,
        remarks: Sequence[str] = (),
        marks: Sequence[bytes] = (),
        fit: str | None = None,
    ) -> Self:
        """Make a dataset and compute its checksum.

        Parameters
        ----------
        name, images, labels, classes, origins, remarks, marks, fit
            See the class.

        Returns
        -------
        Dataset
            A dataset that shares the memory of the arrays.
        """
        digest = hashlib.sha256(repr((images.shape, tuple(classes))).encode())
        digest.update(np.ascontiguousarray(images).data if isinstance(images, np.ndarray) else images.fingerprint())
        digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
        return cls(
            name, images, labels, tuple(classes), digest.hexdigest(), origins or {}, tuple(remarks), tuple(marks), fit
        )

    def subset(self, indices: Sequence[int] | NDArray[np.integer[Any]], name: str | None = None) -> Self:
        """Return some of the images, in the given order.

        Parameters
        ----------
        indices
            Integers (K,), from 0 to `len(self) - 1`.
        name
            Name of the subset; by default, the name of the dataset.

        Returns
        -------
        Dataset
            A dataset with copies of the K labels and images; lazy images stay lazy.
        """
        chosen = np.asarray(indices, dtype=np.int64)
        images = self.images[chosen] if isinstance(self.images, np.ndarray) else self.images.part(chosen)
        origins = {kind: tuple(names[index] for index in chosen.tolist()) for kind, names in self.origins.items()}
        marks = [self.marks[index] for index in chosen.tolist()] if self.marks else ()
        labels = self.labels[chosen]
        return type(self).of(name or self.name, images, labels, self.classes, origins, self.remarks, marks, self.fit)

    def split(self, validation: float, rng: "np.random.Generator") -> tuple[Self, Self]:
        """Split the images at random into training and validation images.

        Parameters
        ----------
        validation
            Number of validation images, or a float in [0, 1) as their share.
        rng
            Random generator; the same state gives the same split.

        Returns
        -------
        tuple of Dataset
            Training and validation images, which are disjoint and together contain all images.

        Raises
        ------
        DigitpadError
            If no training images would be left.
        """
        count = validation if isinstance(validation, int) else round(validation * len(self))
        if not 0 <= count < max(len(self), 1):
            raise DigitpadError(
                _(
                    "{name} has {images} images, so {validation} of them cannot be used for validation; choose fewer."
                ).format(name=self.name, images=len(self), validation=validation)
            )
        order = rng.permutation(len(self))
        # Sorted, so that both keep the order of the dataset and memory is read sequentially.
        return self.subset(np.sort(order[count:])), self.subset(np.sort(order[:count]), f"{self.name} (validation)")


def in_words(values: PerChannel, form: str = "g") -> str:
    """Return a number, or one for each channel, as text: "0.1307", or "0.49, 0.45, 0.41"."""
    return ", ".join(format(value, form) for value in (values if isinstance(values, tuple) else (values,)))


def by_channel(values: PerChannel) -> np.float32 | NDArray[np.float32]:
    """Return a number, or numbers for the channels as (C, 1, 1), which broadcast over images (..., C, H, W)."""
    if isinstance(values, tuple):
        return np.array(values, np.float32).reshape(-1, 1, 1)
    return np.float32(values)


def scale_and_shift(
    mean: PerChannel, std: PerChannel, scale: float = 255.0
) -> tuple[np.float32 | NDArray[np.float32], np.float32 | NDArray[np.float32]]:
    """Return the factor and the subtrahend that normalize pixels with one multiplication and one subtraction each.

    Parameters
    ----------
    mean, std
        Mean and standard deviation on the scale from 0 to 1.
    scale
        The value of a full pixel.

    Returns
    -------
    (float32 or NDArray, float32 or NDArray)
        `pixel * factor - subtrahend` is `(pixel / scale - mean) / std`; see `by_channel`.
    """
    if not isinstance(mean, tuple) and not isinstance(std, tuple):
        return np.float32(1.0 / (scale * std)), np.float32(mean / std)
    means, stds = np.atleast_1d(np.array(mean)), np.atleast_1d(np.array(std))
    return by_channel(tuple((1.0 / (scale * stds)).tolist())), by_channel(tuple((means / stds).tolist()))


def normalize(
    images: NDArray[np.uint8] | NDArray[np.floating[Any]], mean: PerChannel = MNIST_MEAN, std: PerChannel = MNIST_STD
) -> NDArray[np.float32]:
    """Normalize images for networks: `(x - mean) / std`.

    Parameters
    ----------
    images
        Any shape, or (..., C, H, W) with numbers for each channel: uint8 from 0 to 255, or floats in [0, 1].
    mean, std
        Mean and standard deviation of the pixels, on the scale from 0 to 1.

    Returns
    -------
    NDArray[float32]
        A new array of the same shape.
    """
    factor, subtrahend = scale_and_shift(mean, std, 255.0 if images.dtype == np.uint8 else 1.0)
    result: NDArray[np.float32] = np.multiply(images, factor, dtype=np.float32)
    result -= subtrahend
    return result


def images_at_once(shape: tuple[int, ...], most: int) -> int:
    """Return how many images of a shape to process at a time: `most`, or fewer where the images are large.

    Parameters
    ----------
    shape
        Shape of one image.
    most
        The number for images up to the size of MNIST's.
    """
    return min(most, max(_FEWEST_AT_ONCE, _PIXELS_AT_ONCE // math.prod(shape)))


def channel_statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the mean and the standard deviation of each channel of the images, in [0, 1].

    Parameters
    ----------
    images
        uint8 (N, C, H, W), at least one. Of more than 1,000 images, 1,000 are used, evenly spaced.

    Returns
    -------
    (tuple of float, tuple of float)
        Rounded to four decimal places. The deviation of a channel that never changes is 1.
    """
    chosen = np.unique(np.linspace(0, len(images) - 1, min(len(images), _SAMPLED)).astype(np.int64))
    sums = squares = np.zeros(images.shape[1])
    for start in range(0, len(chosen), _FEWEST_AT_ONCE):
        some = images[chosen[start : start + _FEWEST_AT_ONCE]].astype(np.float64) / 255
        sums = sums + some.sum(axis=(0, 2, 3))
        squares = squares + np.square(some).sum(axis=(0, 2, 3))
    count = len(chosen) * math.prod(images.shape[2:])
    means = sums / count
    stds = np.sqrt(np.maximum(squares / count - means**2, 0)).round(4)
    return tuple(means.round(4).tolist()), tuple(np.where(stds > 0, stds, 1.0).tolist())
