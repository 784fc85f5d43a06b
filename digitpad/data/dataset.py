"""Labelled images in memory, and the normalization that all networks are trained with.

Images are stored as uint8 (47 MB for MNIST instead of 188 MB); a batch is converted to normalized float32 when it is
used. A dataset has a checksum, so that a trained model can identify its training data.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

MNIST_MEAN = 0.1307
MNIST_STD = 0.3081
DIGITS = tuple("0123456789")
NO_DIGIT = "no digit"
"""The class of images that show no digit; a network with this class can read a drawing as "not a digit"."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled images.

    Use `Dataset.of` to make one from arrays; it computes the checksum.

    Parameters
    ----------
    name
        Name of the dataset.
    images
        uint8 (N, C, H, W), ink 255 on background 0. Kept read-only.
    labels
        int64 (N,), indices into `classes`. Kept read-only.
    classes
        Names of the classes.
    checksum
        SHA-256 in hexadecimal: the same for the same images, labels and classes in the same order.
    origins
        Writers and sources of the images, if known: for `writer` and `source`, a text for each image. The checksum does
        not include them, since networks never see them.
    remarks
        Remarks for the user, such as which pictures could not be read.

    Raises
    ------
    DigitpadError
        If shapes or types do not match, or a label has no class.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    checksum: str
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

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
        for attribute, array in (("images", images), ("labels", labels)):
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, attribute, view)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def targets(self) -> NDArray[np.int64]:
        """The targets of training: the labels."""
        return self.labels

    @classmethod
    def of(
        cls,
        name: str,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        classes: Sequence[str] = DIGITS,
        origins: Mapping[str, Sequence[str]] | None = None,
        remarks: Sequence[str] = (),
    ) -> Self:
        """Make a dataset and compute its checksum.

        Parameters
        ----------
        name, images, labels, classes, origins, remarks
            See the class.

        Returns
        -------
        Dataset
            A dataset that shares the memory of the arrays.
        """
        digest = hashlib.sha256(repr((images.shape, tuple(classes))).encode())
        digest.update(np.ascontiguousarray(images).data)
        digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
        return cls(name, images, labels, tuple(classes), digest.hexdigest(), origins or {}, tuple(remarks))

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
            A dataset with copies of the K images and labels.
        """
        chosen = np.asarray(indices, dtype=np.int64)
        origins = {kind: tuple(names[index] for index in chosen.tolist()) for kind, names in self.origins.items()}
        return type(self).of(
            name or self.name, self.images[chosen], self.labels[chosen], self.classes, origins, self.remarks
        )

    def split(self, validation: float, rng: np.random.Generator) -> tuple[Self, Self]:
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


def normalize(
    images: NDArray[np.uint8] | NDArray[np.floating[Any]], mean: float = MNIST_MEAN, std: float = MNIST_STD
) -> NDArray[np.float32]:
    """Normalize images for networks: `(x - mean) / std`.

    Parameters
    ----------
    images
        Any shape: uint8 from 0 to 255, or floats in [0, 1].
    mean, std
        Mean and standard deviation of the pixels, on the scale from 0 to 1.

    Returns
    -------
    NDArray[float32]
        A new array of the same shape.
    """
    scale = 255.0 if images.dtype == np.uint8 else 1.0
    result = np.multiply(images, np.float32(1.0 / (scale * std)), dtype=np.float32)
    result -= np.float32(mean / std)
    return result
