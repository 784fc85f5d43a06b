"""Labelled images in memory, and the one normalisation that every network here was trained with.

Images stay bytes (47 MB for MNIST instead of 188); a batch becomes normalised float32 when it is used. A data
set carries a checksum, so that a trained model can say exactly what it has seen.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError

MNIST_MEAN = 0.1307
MNIST_STD = 0.3081
DIGITS = tuple("0123456789")
NO_DIGIT = "no digit"
"""The class of images that show none: a network that knows it can refuse."""


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Labelled images.

    Use `Dataset.of` to make one from arrays: it computes the checksum.

    Parameters
    ----------
    name
        What people call it.
    images
        Bytes (N, C, H, W), ink 255 on background 0. Kept read-only.
    labels
        int64 (N,), indices into `classes`. Kept read-only.
    classes
        The name of every class.
    checksum
        SHA-256 in hexadecimal: the same for the same images, labels and classes in the same order.
    origins
        Where the images are from, where that is known: for `writer` and `source`, a text for each image. It is no part
        of the checksum: a network never sees it.
    remarks
        Sentences that whoever works with the images should read, such as which pictures could not be read.

    Raises
    ------
    DigitpadError
        If shapes or types do not fit together, or a label has no class.
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
                f"{self.name}: images must be bytes of shape (N, C, H, W), not {images.dtype} {images.shape}; "
                "check that the images file holds images."
            )
        if labels.ndim != 1 or labels.dtype != np.int64:
            raise DigitpadError(
                f"{self.name}: labels must be whole numbers of shape (N,), not {labels.dtype} {labels.shape}; "
                "check that the labels file holds labels."
            )
        if len(images) != len(labels):
            raise DigitpadError(
                f"{self.name} has {len(images)} images and {len(labels)} labels; check that the files belong together."
            )
        if len(labels) and (labels.min() < 0 or labels.max() >= len(self.classes)):
            raise DigitpadError(
                f"{self.name} has labels from {labels.min()} to {labels.max()}, but classes 0 to "
                f"{len(self.classes) - 1}; check the labels."
            )
        for kind, names in self.origins.items():
            if len(names) != len(labels):
                raise DigitpadError(
                    f"{self.name} has {len(labels)} images and {len(names)} times a {kind}; check where they come from."
                )
        for attribute, array in (("images", images), ("labels", labels)):
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, attribute, view)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def targets(self) -> NDArray[np.int64]:
        """What a network should answer: the labels."""
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
        """Make a data set and compute its checksum.

        Parameters
        ----------
        name, images, labels, classes, origins, remarks
            As the class describes them.

        Returns
        -------
        Dataset
            Sharing the arrays' memory.
        """
        digest = hashlib.sha256(repr((images.shape, tuple(classes))).encode())
        digest.update(np.ascontiguousarray(images).data)
        digest.update(np.ascontiguousarray(labels, dtype="<i8").data)
        return cls(name, images, labels, tuple(classes), digest.hexdigest(), origins or {}, tuple(remarks))

    def subset(self, indices: Sequence[int] | NDArray[np.integer[Any]], name: str | None = None) -> Self:
        """Take some of the images, in the order given.

        Parameters
        ----------
        indices
            Whole numbers (K,), from 0 to `len(self) - 1`.
        name
            The subset's name; by default the name of the whole.

        Returns
        -------
        Dataset
            With copies of the K images and labels.
        """
        chosen = np.asarray(indices, dtype=np.int64)
        origins = {kind: tuple(names[index] for index in chosen.tolist()) for kind, names in self.origins.items()}
        return type(self).of(
            name or self.name, self.images[chosen], self.labels[chosen], self.classes, origins, self.remarks
        )

    def split(self, validation: float, rng: np.random.Generator) -> tuple[Self, Self]:
        """Set some images apart, chosen at random.

        Parameters
        ----------
        validation
            How many: a whole number of images, or a float in [0, 1) as a share of all.
        rng
            The source of chance; the same state gives the same split.

        Returns
        -------
        tuple of Dataset
            Training and validation, which have no image in common and together have all of them.

        Raises
        ------
        DigitpadError
            If `validation` leaves nothing to train on.
        """
        count = validation if isinstance(validation, int) else round(validation * len(self))
        if not 0 <= count < max(len(self), 1):
            raise DigitpadError(
                f"{self.name} has {len(self)} images, so {validation} of them cannot be set apart for validation; "
                "choose fewer."
            )
        order = rng.permutation(len(self))
        # Sorted, so that both keep the order of the whole: memory is read forwards.
        return self.subset(np.sort(order[count:])), self.subset(np.sort(order[:count]), f"{self.name} (validation)")


def normalize(
    images: NDArray[np.uint8] | NDArray[np.floating[Any]], mean: float = MNIST_MEAN, std: float = MNIST_STD
) -> NDArray[np.float32]:
    """Shift and scale images to what networks are trained on: `(x - mean) / std`.

    Parameters
    ----------
    images
        Any shape: bytes, meaning 0 to 255, or floats in [0, 1].
    mean, std
        The mean and the standard deviation of the pixels, on the scale of 0 to 1.

    Returns
    -------
    NDArray[float32]
        A new array of the same shape.
    """
    scale = 255.0 if images.dtype == np.uint8 else 1.0
    result = np.multiply(images, np.float32(1.0 / (scale * std)), dtype=np.float32)
    result -= np.float32(mean / std)
    return result
