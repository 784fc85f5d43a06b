"""What a network is trained for: which loss it lowers, how its answers are scored, what its output must look like.

A classifier says what an image shows, and its score is accuracy. A segmenter says for every pixel whether it is ink,
and its score is intersection over union: the pixels that are ink in truth and in the answer, over those that are in
either. Both scores are a share, so many of so many, so they are counted batch by batch and divided at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, Dataset
from digitpad.data.paper import PAPER_MEAN, PAPER_STD, Pages
from digitpad.errors import DigitpadError
from digitpad.models.model_file import CLASSIFICATION, SEGMENTATION
from digitpad.nn import BCEWithLogitsLoss, CrossEntropyLoss
from digitpad.nn.backend import array_module, to_numpy
from digitpad.nn.losses import Loss, LossAndGradient
from digitpad.translation import gettext as _

Samples = Dataset | Pages
"""What a network can be trained on; the kind decides the task."""


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share as a number in [0, 1]; 1 where there was nothing to get right."""
        return self.hits / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """What a network is trained for.

    Attributes
    ----------
    name
        "classification" or "segmentation".
    score
        What its score is called: "accuracy", or "IoU" for intersection over union.
    loss
        What training lowers.
    plain_loss
        Cross-entropy with the labels as they are, where `loss` smooths them; None where `loss` is that already.
    count
        Turns the logits and the targets of a batch into the share of it that was answered rightly.
    labels
        What the answers stand for.
    output_shape
        The shape that the network's output must have for one image.
    mean, std
        What images in [0, 1] are normalised with.
    """

    name: str
    score: str
    loss: Loss
    count: Callable[[NDArray[Any], NDArray[Any]], Share]
    labels: tuple[str, ...]
    output_shape: tuple[int, ...]
    mean: float = MNIST_MEAN
    std: float = MNIST_STD
    plain_loss: Loss | None = None

    @property
    def key(self) -> str:
        """The score's name where machines read it, as in `validation_accuracy`."""
        return self.score.lower()


def task_of(samples: Samples, output_shape: tuple[int, ...], label_smoothing: float = 0.0) -> Task:
    """Return what a network that learns from `samples` is trained for.

    Parameters
    ----------
    samples
        Pages, to find the ink in; or labelled images, to tell their classes apart.
    output_shape
        The shape of the network's output for one image. Two classes can be told apart by one logit.
    label_smoothing
        Share of each target that is spread evenly over all classes, in [0, 1).

    Raises
    ------
    DigitpadError
        If labels shall be smoothed where there is one logit, not one for each class.
    """
    if isinstance(samples, Pages):
        _refuse_smoothing(label_smoothing, samples.name)
        shape = (1, *samples.images.shape[2:])
        return Task(SEGMENTATION, "IoU", BCEWithLogitsLoss(), count_overlap, ("ink",), shape, PAPER_MEAN, PAPER_STD)
    classes = samples.classes
    if len(classes) == 2 and output_shape == (1,):
        _refuse_smoothing(label_smoothing, samples.name)
        return Task(CLASSIFICATION, "accuracy", _BinaryLoss(), _count_sides, classes, (1,))
    return Task(
        CLASSIFICATION,
        "accuracy",
        CrossEntropyLoss(label_smoothing),
        count_correct,
        classes,
        (len(classes),),
        plain_loss=CrossEntropyLoss() if label_smoothing else None,
    )


def _refuse_smoothing(label_smoothing: float, name: str) -> None:
    if label_smoothing:
        raise DigitpadError(
            _(
                "{name}: label smoothing needs a network with a logit for each class, but this one "
                "has a single logit; set the label smoothing to 0."
            ).format(name=name)
        )


def count_correct(logits: NDArray[Any], targets: NDArray[Any]) -> Share:
    """Count the images (N, classes) whose largest logit is that of their class (N,)."""
    return Share(_count(logits.argmax(axis=1) == targets), len(targets))


def count_overlap(logits: NDArray[Any], targets: NDArray[Any]) -> Share:
    """Count the pixels that are ink in truth (a mask) and by a logit above 0, of those that are so in either."""
    found = logits > 0
    return Share(_count(found & targets), _count(found | targets))


def _count_sides(logits: NDArray[Any], targets: NDArray[Any]) -> Share:
    return Share(_count((logits[:, 0] > 0) == targets), len(targets))


def _count(hits: NDArray[Any]) -> int:
    """Return how many are true; on a device, as a number that still lies there and that `settle` fetches."""
    number: int = array_module(hits).count_nonzero(hits)
    return number


def settle(outcomes: Sequence[tuple[Any, Share]]) -> list[tuple[float, Share]]:
    """Return losses and shares as plain numbers, with one transfer for all of them if they lie on a device.

    Parameters
    ----------
    outcomes
        For some batches, the loss's value and what was counted.
    """
    if not outcomes or isinstance(outcomes[0][0], float) or array_module(outcomes[0][0]) is np:
        return [(float(loss), Share(int(share.hits), int(share.of))) for loss, share in outcomes]
    device = array_module(outcomes[0][0])
    numbers: list[Any] = [number for loss, share in outcomes for number in (loss, *share)]
    there = [number.astype(np.float64) for number in numbers if not isinstance(number, int)]
    fetched = iter(to_numpy(device.stack(there)).tolist())
    values = iter([number if isinstance(number, int) else next(fetched) for number in numbers])
    return [(next(values), Share(int(next(values)), int(next(values)))) for _ in outcomes]


class _BinaryLoss:
    """Binary cross-entropy of one logit (N, 1) for class 1 against class 0; targets are class indices (N,)."""

    def __init__(self) -> None:
        self._loss = BCEWithLogitsLoss()

    def __call__(self, logits: NDArray[Any], targets: NDArray[Any]) -> LossAndGradient:
        return self._loss(logits, targets[:, np.newaxis])


def lone_classes(training: Samples, validation: Samples | None) -> tuple[str, ...]:
    """Return the classes of which there is a single image, be it to learn from or held out."""
    if isinstance(training, Pages):
        return ()
    labels = [training.labels, *([validation.labels] if isinstance(validation, Dataset) else [])]
    counts = np.bincount(np.concatenate(labels), minlength=len(training.classes))
    return tuple(training.classes[label] for label in np.flatnonzero(counts == 1))
