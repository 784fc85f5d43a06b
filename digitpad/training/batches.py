"""Batches as the network wants them, without fresh memory for each.

The images stay the bytes that they are on disk; a batch is gathered and normalised into two arrays that are
reused for every batch of a run. A GPU is given all the bytes once, and its batches are made there. Batches that are
augmented are made ahead by a thread of their own; what chance does to one follows from the seed, the epoch and its
number alone, whatever the threads' timing.
"""

import math
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD
from digitpad.nn.backend import CPU, Device, to_device
from digitpad.training.prefetch import prefetched
from digitpad.training.tasks import Samples

Batch = tuple[NDArray[np.float32], NDArray[Any]]
"""Images, normalised, and what to answer to them."""

Augment = Callable[[NDArray[np.uint8], int, int], NDArray[np.uint8]]
"""Changes a batch of images (N, C, H, W); it is told the epoch and the batch's number, from 0."""

#: Augmented batches that wait for the trainer.
_AHEAD = 4


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
    device
        Where the batches shall be; all images and targets are carried there at once, unless they are augmented.
    augmentation
        Changes the images of every batch; None leaves them as they are.
    """

    def __init__(
        self,
        dataset: Samples,
        batch_size: int,
        *,
        mean: float = MNIST_MEAN,
        std: float = MNIST_STD,
        device: Device = CPU,
        augmentation: Augment | None = None,
    ) -> None:
        self._count = len(dataset)
        self._augmentation = augmentation
        self._dataset = dataset
        self._device = device
        if augmentation is None:
            self._images, self._targets = to_device(dataset.images, device), to_device(dataset.targets, device)
        self._batch_size = batch_size
        shape = (min(batch_size, len(dataset)), *dataset.images.shape[1:])
        self._bytes = np.empty(shape, np.uint8)
        self._batch = np.empty(shape, np.float32)
        # (x / 255 - mean) / std, with one multiplication and one subtraction a pixel.
        self._scale = np.float32(1 / (255 * std))
        self._shift = np.float32(mean / std)

    def __len__(self) -> int:
        return math.ceil(self._count / self._batch_size)

    def batches(
        self, order: NDArray[np.int64] | None = None, *, epoch: int = 1, first: int = 0
    ) -> Generator[Batch, None, None]:
        """Go once through the dataset.

        Parameters
        ----------
        order
            The indices of all images in the order to take; None takes them as they lie.
        epoch
            Which pass it is: augmentation differs from one to the next.
        first
            How many batches are left out at the beginning, in a run that is taken up again.

        Yields
        ------
        (images, targets)
            float32 (n, C, H, W), and their labels (n,) or masks (n, 1, H, W). The next batch overwrites the images.
        """
        augmentation = self._augmentation
        if augmentation is not None:
            all_of_it = np.arange(self._count) if order is None else order
            yield from prefetched(lambda: self._augmented(augmentation, all_of_it, epoch, first), _AHEAD)
            return
        images, answers = self._images, self._targets
        if self._device.library is not np:
            yield from self._batches_there(order, first)
            return
        for start in range(first * self._batch_size, self._count, self._batch_size):
            stop = min(start + self._batch_size, self._count)
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

    def _augmented(
        self, augment: Augment, order: NDArray[np.int64], epoch: int, first: int
    ) -> Generator[Batch, None, None]:
        """Go once through the dataset, with every batch augmented and in memory of its own."""
        for number in range(first, len(self)):
            chosen = order[number * self._batch_size : (number + 1) * self._batch_size]
            images = augment(self._dataset.images[chosen], epoch, number)
            batch = images.astype(np.float32)
            batch *= self._scale
            batch -= self._shift
            yield to_device(batch, self._device), to_device(self._dataset.targets[chosen], self._device)

    def _batches_there(self, order: NDArray[np.int64] | None, first: int) -> Generator[Batch, None, None]:
        """Go once through the dataset on a device, to which only the order travels, once."""
        chosen = None if order is None else to_device(order, self._device)
        for start in range(first * self._batch_size, self._count, self._batch_size):
            part = slice(start, min(start + self._batch_size, self._count))
            index = part if chosen is None else chosen[part]
            batch = self._images[index].astype(np.float32)
            batch *= self._scale
            batch -= self._shift
            yield batch, self._targets[index]
