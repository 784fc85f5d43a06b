"""Validation of the network in training."""

import math
import time
from collections.abc import Callable, Generator

import numpy as np

from digitpad.data.dataset import PerChannel, images_at_once
from digitpad.nn import ParallelNetwork
from digitpad.nn.backend import Device
from digitpad.nn.checks import NotFiniteError
from digitpad.training.batches import BatchLoader
from digitpad.training.events import ValidationProgress
from digitpad.training.progress import Scores, Tally, TrainingProgress
from digitpad.training.tasks import Samples, Share, Task, settle

_BATCH = 250


class Validator:
    """Evaluates the validation images.

    Parameters
    ----------
    samples
        The validation images; None or empty for none.
    task
        The training task.
    mean, std
        Mean and standard deviation for the normalisation of images in [0, 1].
    device
        Device of the network.
    """

    def __init__(
        self, samples: Samples | None, task: Task, *, mean: PerChannel, std: PerChannel, device: Device
    ) -> None:
        self._task = task
        self._loader = None
        #: Number of validation images.
        self.count = 0
        if samples is not None and len(samples) > 0:
            self.count = len(samples)
            batch = images_at_once(samples.images.shape[1:], _BATCH)
            self._loader = BatchLoader(samples, batch, mean=mean, std=std, device=device)

    def read(
        self, parallel: ParallelNetwork, progress: TrainingProgress, is_stopping: Callable[[], bool]
    ) -> Generator[ValidationProgress, None, Scores]:
        """Return mean loss and accuracy over all images, without dropout; its duration is added to `progress`.

        If the run is stopping, it ends early and its result is meaningless.

        Yields
        ------
        ValidationProgress
            Between batches.
        """
        if self._loader is None:
            return Scores(None, None)
        sizes, outcomes, plain, done = [], [], [], 0
        plain_loss = self._task.plain_loss
        batches = self._loader.batches()
        while done < self.count and not is_stopping():
            if done:
                yield ValidationProgress(done, self.count)
            begun = time.perf_counter()
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                images, targets = next(batches)
                try:
                    logits = parallel.predict(images)
                    loss, _ = self._task.loss(logits, targets)
                except NotFiniteError:
                    return Scores(math.nan, 0.0)
            done += len(targets)
            sizes.append(len(targets))
            outcomes.append((loss, self._task.count(logits, targets)))
            if plain_loss is not None:
                plain.append((plain_loss(logits, targets)[0], Share(0, 0)))
            progress.seconds += time.perf_counter() - begun
        if not outcomes:
            return Scores(None, None)
        begun, tally = time.perf_counter(), Tally()
        for size, (mean_loss, share) in zip(sizes, settle(outcomes), strict=True):
            tally.add(size, mean_loss, share, 0.0)
        entropies = [entropy for entropy, _ in settle(plain)]
        progress.seconds += time.perf_counter() - begun
        return Scores(tally.loss, tally.accuracy, float(np.average(entropies, weights=sizes)) if entropies else None)
