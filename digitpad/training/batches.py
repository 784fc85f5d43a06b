"""Batches of normalised images, without allocating memory for each.

The images stay uint8 in memory; each batch is gathered and normalised into two arrays that are reused for the whole
run. On a GPU all images are transferred once, and batches are made there. Batches of pictures that have to be decoded,
and augmented batches, are made ahead of time by a separate thread; their random changes depend only on the seed, the
epoch and the batch number, not on thread timing.
"""

import math
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, PerChannel, scale_and_shift
from digitpad.nn.backend import CPU, Device, to_device
from digitpad.training.prefetch import prefetched
from digitpad.training.tasks import Samples

Batch = tuple[NDArray[np.float32], NDArray[Any]]
"""Normalised images and their targets."""

Augment = Callable[[NDArray[np.uint8], int, int], NDArray[np.uint8]]
"""Augments a batch of images (N, C, H, W), given the epoch and the batch number, from 0."""

#: Number of batches that are made ahead, where they are not gathered from memory, and their bytes.
_AHEAD, _BYTES_AHEAD = 4, 24 << 20


def batches_ahead(dataset: Samples, batch_size: int, *, is_augmented: bool) -> int:
    """Return the number of batches that are in memory besides the one in training.

    Batches gathered from images in memory share one array; others wait in a queue, and one more is being made.

    Parameters
    ----------
    dataset
        The images.
    batch_size
        Images per batch.
    is_augmented
        Whether each batch is augmented.
    """
    if isinstance(dataset.images, np.ndarray) and not is_augmented:
        return 0
    size = np.float32().itemsize * min(batch_size, len(dataset)) * math.prod(dataset.images.shape[1:])
    return min(_AHEAD, max(1, _BYTES_AHEAD // max(1, size))) + 1


class BatchLoader:
    """Divide a dataset into normalised batches.

    Parameters
    ----------
    dataset
        The images and their targets.
    batch_size
        Images per batch; the last batch of an epoch may be smaller.
    mean, std
        Mean and standard deviation of the pixels in [0, 1], used for normalisation: one number, or one per channel.
    device
        Device of the batches; all images and targets are transferred at once, unless they are augmented or decoded.
    augmentation
        Augments the images of every batch; None leaves them unchanged.
    """

    def __init__(
        self,
        dataset: Samples,
        batch_size: int,
        *,
        mean: PerChannel = MNIST_MEAN,
        std: PerChannel = MNIST_STD,
        device: Device = CPU,
        augmentation: Augment | None = None,
    ) -> None:
        self._count = len(dataset)
        self._augmentation = augmentation
        self._dataset = dataset
        self._device = device
        self._ahead = batches_ahead(dataset, batch_size, is_augmented=augmentation is not None)
        if augmentation is None and isinstance(dataset.images, np.ndarray):
            self._images, self._targets = to_device(dataset.images, device), to_device(dataset.targets, device)
        self._batch_size = batch_size
        shape = (min(batch_size, len(dataset)), *dataset.images.shape[1:])
        self._bytes = np.empty(shape, np.uint8)
        self._batch = np.empty(shape, np.float32)
        # (x / 255 - mean) / std, with one multiplication and one subtraction a pixel.
        self._scale, self._shift = (
            to_device(value, device) if isinstance(value, np.ndarray) else value for value in scale_and_shift(mean, std)
        )

    def __len__(self) -> int:
        return math.ceil(self._count / self._batch_size)

    def batches(
        self, order: NDArray[np.int64] | None = None, *, epoch: int = 1, first: int = 0
    ) -> Generator[Batch, None, None]:
        """Iterate once over the dataset.

        Parameters
        ----------
        order
            Indices of all images in the order to use; None keeps their order.
        epoch
            Number of the epoch; augmentation differs between epochs.
        first
            Number of batches to skip at the beginning, for a resumed run.

        Yields
        ------
        (images, targets)
            float32 (n, C, H, W), and their labels (n,) or masks (n, 1, H, W). The next batch overwrites the images.
        """
        if self._ahead:
            all_of_it = np.arange(self._count) if order is None else order
            yield from prefetched(lambda: self._made(all_of_it, epoch, first), self._ahead - 1)
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

    def _made(self, order: NDArray[np.int64], epoch: int, first: int) -> Generator[Batch, None, None]:
        """Iterate once over the dataset; each batch has its own memory, and is augmented if that is wanted."""
        for number in range(first, len(self)):
            chosen = order[number * self._batch_size : (number + 1) * self._batch_size]
            images = self._dataset.images[chosen]
            if self._augmentation is not None:
                images = self._augmentation(images, epoch, number)
            batch = to_device(images, self._device).astype(np.float32)
            batch *= self._scale
            batch -= self._shift
            yield batch, to_device(self._dataset.targets[chosen], self._device)

    def _batches_there(self, order: NDArray[np.int64] | None, first: int) -> Generator[Batch, None, None]:
        """Iterate once over the dataset on a device; only the order is transferred."""
        chosen = None if order is None else to_device(order, self._device)
        for start in range(first * self._batch_size, self._count, self._batch_size):
            part = slice(start, min(start + self._batch_size, self._count))
            index = part if chosen is None else chosen[part]
            batch = self._images[index].astype(np.float32)
            batch *= self._scale
            batch -= self._shift
            yield batch, self._targets[index]
