"""Batches as the network wants them, without fresh memory for each.

The images stay the bytes that they are on disk; a batch is gathered and normalised into two arrays that are
reused for every batch of a run.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD
from digitpad.training.tasks import Samples


class BatchLoader:
    """Cut a dataset into normalised batches.

    Parameters
    ----------
    dataset
        The images, and what a network should answer to each.
    batch_size
        Images a batch; the last of a pass has what is left over.
    mean, std
        Mean and standard deviation to normalise with, of images in [0, 1].
    """

    def __init__(self, dataset: Samples, batch_size: int, *, mean: float = MNIST_MEAN, std: float = MNIST_STD) -> None:
        self._dataset = dataset
        self._batch_size = batch_size
        shape = (min(batch_size, len(dataset)), *dataset.images.shape[1:])
        self._bytes = np.empty(shape, np.uint8)
        self._batch = np.empty(shape, np.float32)
        # (x / 255 - mean) / std, with one multiplication and one subtraction a pixel.
        self._scale = np.float32(1 / (255 * std))
        self._shift = np.float32(mean / std)

    def __len__(self) -> int:
        return math.ceil(len(self._dataset) / self._batch_size)

    def batches(self, order: NDArray[np.int64] | None = None) -> Iterator[tuple[NDArray[np.float32], NDArray[Any]]]:
        """Go once through the dataset.

        Parameters
        ----------
        order
            The indices of all images in the order to take; None takes them as they lie.

        Yields
        ------
        (images, targets)
            float32 (n, C, H, W), and their labels (n,) or masks (n, 1, H, W). The next batch overwrites the images.
        """
        images, answers = self._dataset.images, self._dataset.targets
        for start in range(0, len(self._dataset), self._batch_size):
            stop = min(start + self._batch_size, len(self._dataset))
            batch = self._batch[: stop - start]
            if order is None:
                source, targets = images[start:stop], answers[start:stop]
            else:
                chosen = order[start:stop]
                # With mode="clip" NumPy writes straight into `out`; the order is a permutation, nothing is clipped.
                source = images.take(chosen, axis=0, out=self._bytes[: stop - start], mode="clip")
                targets = answers[chosen]
            np.copyto(batch, source)
            np.multiply(batch, self._scale, out=batch)
            np.subtract(batch, self._shift, out=batch)
            yield batch, targets
