"""Reads all images of a dataset with a model, for the questions that compare its answers with the labels."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digitpad.evaluation import Evaluation, evaluating
from digitpad.inspection.split_dataset import SplitDataset
from digitpad.reading.recognizer import Recognizer


@dataclass(frozen=True, eq=False)
class Readings:
    """What a model answers to every image of a dataset.

    Attributes
    ----------
    model
        Name of the model.
    labels
        The classes of the model, in the order of the columns.
    targets
        int64 (N,): index of the given label of each image, in `labels`.
    log_probabilities
        float32 (N, classes).
    """

    model: str
    labels: tuple[str, ...]
    targets: NDArray[np.int64]
    log_probabilities: NDArray[np.float32]

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """float64 (N,): -log(probability of the given label), the cross-entropy of each image in nats."""
        return -self.log_probabilities[np.arange(len(self.targets)), self.targets].astype(np.float64)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """int64 (N,): index of the most probable class of each image."""
        best: NDArray[np.int64] = self.log_probabilities.argmax(axis=1)
        return best

    def probabilities(self, index: int) -> NDArray[np.float32]:
        """Return the probability of each class for one image, float32 (classes,)."""
        row: NDArray[np.float32] = self.log_probabilities[index]
        return np.exp(row)


def reading_all(recognizer: Recognizer, images: SplitDataset) -> Generator[int, None, Readings]:
    """Read every image of all splits, one batch at a time.

    Yields
    ------
    int
        Number of images read so far.

    Returns
    -------
    Readings
        The answers, after the last batch.

    Raises
    ------
    DigitpadError
        If the model does not know a class of the dataset, or does not accept its images.
    """
    evaluations: list[Evaluation] = []
    for part, start in zip(images.parts, images.starts, strict=False):
        steps = evaluating(recognizer, part)
        while True:
            try:
                yield start + next(steps)
            except StopIteration as finished:
                evaluations.append(finished.value)
                break
    return join_evaluations(evaluations)


def join_evaluations(evaluations: list[Evaluation]) -> Readings:
    """Return the answers of several evaluations of one model, one after the other."""
    # A split without images of "no digit" has no column for it.
    labels = max((each.labels for each in evaluations), key=len)
    count = sum(each.count for each in evaluations)
    answers = np.full((count, len(labels)), -np.inf, np.float32)
    start = 0
    for each in evaluations:
        answers[start : start + each.count, : len(each.labels)] = each.log_probabilities
        start += each.count
    return Readings(evaluations[0].model, labels, np.concatenate([each.targets for each in evaluations]), answers)
