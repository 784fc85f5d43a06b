"""Training tasks: the loss to minimize, the score of the predictions, and the required output of the network.

Classification predicts what an image shows; its score is accuracy. Segmentation predicts for every pixel whether it is
ink; its score is intersection over union: pixels that are ink in target and prediction, divided by those that are in
either. Both scores are ratios of counts, so they are summed batch by batch and divided at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, Dataset, PerChannel, channel_statistics
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.data.paper import PAPER_MEAN, PAPER_STD, Pages
from digitpad.errors import DigitpadError
from digitpad.models.model_file import CLASSIFICATION, SEGMENTATION
from digitpad.nn import BCEWithLogitsLoss, CrossEntropyLoss
from digitpad.nn.backend import array_module, to_numpy
from digitpad.nn.losses import Loss, LossAndGradient
from digitpad.translation import gettext as _

Samples = Dataset | Pages
"""Data that a network can be trained on; their type determines the task."""


class Share(NamedTuple):
    """A ratio of two counts."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The ratio as a number in [0, 1]; 1 if the denominator is 0."""
        return self.hits / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """A training task.

    Attributes
    ----------
    name
        "classification" or "segmentation".
    score
        Name of the score: "accuracy", or "IoU" for intersection over union.
    loss
        The loss to minimize.
    plain_loss
        Cross-entropy without label smoothing, if `loss` uses smoothing; otherwise None.
    count
        Counts the correct predictions of a batch, from its logits and targets.
    labels
        Names of the classes.
    output_shape
        Required output shape of the network for one image.
    mean, std
        Mean and standard deviation for the normalisation of images in [0, 1]: those of MNIST for images of its shape,
        so that all networks for digits take the same input, and otherwise those of each channel of the images.
    """

    name: str
    score: str
    loss: Loss
    count: Callable[[NDArray[Any], NDArray[Any]], Share]
    labels: tuple[str, ...]
    output_shape: tuple[int, ...]
    mean: PerChannel = MNIST_MEAN
    std: PerChannel = MNIST_STD
    plain_loss: Loss | None = None

    @property
    def key(self) -> str:
        """Name of the score in JSON and metadata, as in `validation_accuracy`."""
        return self.score.lower()


def task_of(samples: Samples, output_shape: tuple[int, ...], label_smoothing: float = 0.0) -> Task:
    """Return the task for some data.

    Parameters
    ----------
    samples
        Pages, to find ink; or labelled images, to classify.
    output_shape
        Output shape of the network for one image. Two classes can be told apart by one logit.
    label_smoothing
        Share of each target that is spread evenly over all classes, in [0, 1).

    Raises
    ------
    DigitpadError
        If label smoothing is used with a single logit.
    """
    if isinstance(samples, Pages):
        _refuse_smoothing(label_smoothing, samples.name)
        shape = (1, *samples.images.shape[2:])
        return Task(SEGMENTATION, "IoU", BCEWithLogitsLoss(), count_overlap, ("ink",), shape, PAPER_MEAN, PAPER_STD)
    classes = samples.classes
    is_digit = samples.images.shape[1:] == DIGIT_SHAPE
    mean, std = (MNIST_MEAN, MNIST_STD) if is_digit else channel_statistics(samples.images)
    if len(classes) == 2 and output_shape == (1,):
        _refuse_smoothing(label_smoothing, samples.name)
        return Task(CLASSIFICATION, "accuracy", _BinaryLoss(), _count_sides, classes, (1,), mean, std)
    return Task(
        CLASSIFICATION,
        "accuracy",
        CrossEntropyLoss(label_smoothing),
        count_correct,
        classes,
        (len(classes),),
        mean,
        std,
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
    """Count pixels that are ink in the target (a mask) and in the prediction (logit above 0), and those in either."""
    found = logits > 0
    return Share(_count(found & targets), _count(found | targets))


def _count_sides(logits: NDArray[Any], targets: NDArray[Any]) -> Share:
    return Share(_count((logits[:, 0] > 0) == targets), len(targets))


def _count(hits: NDArray[Any]) -> int:
    """Return the number of true values; on a device, as an array there, which `settle` fetches."""
    number: int = array_module(hits).count_nonzero(hits)
    return number


def settle(outcomes: Sequence[tuple[Any, Share]]) -> list[tuple[float, Share]]:
    """Return losses and shares as plain numbers, with one transfer for all of them from a device.

    Parameters
    ----------
    outcomes
        Loss and share of some batches.
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
    """Return the classes with a single image, in training and validation images together."""
    if isinstance(training, Pages):
        return ()
    labels = [training.labels, *([validation.labels] if isinstance(validation, Dataset) else [])]
    counts = np.bincount(np.concatenate(labels), minlength=len(training.classes))
    return tuple(training.classes[label] for label in np.flatnonzero(counts == 1))
