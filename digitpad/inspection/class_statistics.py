"""How many images each class has, their mean image, and how much they differ from it.

The images are read in blocks, one class after the other, so that neither the images nor the sums of all classes have to
fit into memory. The sums are whole numbers; mean and deviation are rounded once.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.inspection.split_dataset import SplitDataset


@dataclass(frozen=True, slots=True, eq=False)
class ClassStatistics:
    """The statistics of one class.

    Attributes
    ----------
    label
        Index of the class.
    count
        Number of its images.
    mean
        float32 (C, H, W): the mean of each pixel, from 0 to 1.
    deviation
        float32 (C, H, W): the standard deviation of each pixel about that mean.
    """

    label: int
    count: int
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]


def summarizing_classes(images: SplitDataset, chosen: NDArray[np.int64]) -> Generator[int | ClassStatistics]:
    """Compute the statistics of every class that occurs.

    Parameters
    ----------
    images
        The dataset.
    chosen
        int64 (M,): indices of the images that count.

    Yields
    ------
    int or ClassStatistics
        The number of images processed so far, after each block; and the statistics of a class, after its last block.
    """
    done = 0
    labels = images.labels[chosen]
    for label in np.unique(labels).tolist():
        members = chosen[labels == label]
        total = np.zeros(images.shape, np.int64)
        squares = np.zeros(images.shape, np.int64)
        for block in images.blocks(members):
            pixels = images.images(block)
            total += pixels.sum(axis=0, dtype=np.int64)
            squares += np.square(pixels, dtype=np.uint16).sum(axis=0, dtype=np.int64)
            done += len(block)
            yield done
        yield _statistics(label, len(members), total, squares)


def _statistics(label: int, count: int, total: NDArray[np.int64], squares: NDArray[np.int64]) -> ClassStatistics:
    mean = total / count
    # count * sum(x²) - sum(x)² is a whole number: a class of equal images has a deviation of exactly 0.
    variance = (count * squares - total**2) / count**2
    return ClassStatistics(label, count, (mean / 255).astype(np.float32), (np.sqrt(variance) / 255).astype(np.float32))
