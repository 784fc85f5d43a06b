"""Which images of a dataset are shown, and in which order; without Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from digitpad.inspection import NearestPairs, Readings, SplitDataset, Suspects


class Order(Enum):
    """The order of the images."""

    STORED = "stored"
    HARDEST = "hardest"
    MISLABELLED = "mislabelled"
    DUPLICATES = "duplicates"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which images are shown.

    Attributes
    ----------
    label
        Index of the class to show; None for all.
    hidden
        The splits that are not shown.
    origins
        The writer, source and so on to show, by what they are.
    """

    label: int | None = None
    hidden: frozenset[str] = frozenset()
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What is known about the images of a dataset; None where it has not been computed.

    Attributes
    ----------
    readings, hardest
        The answers of a model, and int64 (N,): the images by descending loss.
    suspects
        The labels that are in doubt.
    pairs
        The near-duplicates.
    """

    readings: Readings | None = None
    hardest: NDArray[np.int64] | None = None
    suspects: Suspects | None = None
    pairs: NearestPairs | None = None

    def suffices_for(self, order: Order) -> bool:
        """Return whether the images can be put in an order."""
        if order is Order.DUPLICATES:
            return self.pairs is not None
        return order is Order.STORED or self.hardest is not None


def in_splits(images: SplitDataset, filters: Filters) -> NDArray[np.int64]:
    """Return the indices of the images of the splits that are shown, in order."""
    return np.flatnonzero(_split_mask(images, filters))


def arrange(images: SplitDataset, filters: Filters, order: Order, findings: Findings) -> NDArray[np.int64]:
    """Return the images to show.

    Parameters
    ----------
    images
        The dataset.
    filters, order
        What to show, and in which order.
    findings
        Results that the order needs; without them nothing is shown.

    Returns
    -------
    NDArray
        int64 (M, 1): indices of the images, one per cell of the grid; or (M, 2) for pairs. A pair is shown if one of
        its images passes the filters.
    """
    nothing = np.zeros((0, 1), np.int64)
    mask = _mask(images, filters)
    if order is Order.DUPLICATES:
        if findings.pairs is None:
            return nothing
        pairs = np.stack([findings.pairs.queries, findings.pairs.matches], axis=1)
        return pairs[mask[pairs].any(axis=1)]
    ordered = np.arange(len(images))
    if order is Order.HARDEST:
        if findings.hardest is None:
            return nothing
        ordered = findings.hardest
    elif order is Order.MISLABELLED:
        if findings.suspects is None:
            return nothing
        ordered = findings.suspects.indices
    return ordered[mask[ordered]][:, np.newaxis]


def _split_mask(images: SplitDataset, filters: Filters) -> NDArray[np.bool_]:
    shown = np.array([split not in filters.hidden for split in images.splits])
    mask: NDArray[np.bool_] = shown[images.split_of]
    return mask


def _mask(images: SplitDataset, filters: Filters) -> NDArray[np.bool_]:
    mask = _split_mask(images, filters)
    if filters.label is not None:
        mask &= images.labels == filters.label
    for kind, name in filters.origins.items():
        origins = images.origins(kind)
        mask &= origins.codes == origins.names.index(name)
    return mask
