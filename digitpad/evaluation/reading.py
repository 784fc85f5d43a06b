"""Evaluation of a model on a dataset: every image is read once, and all figures are computed from these outputs."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import NO_DIGIT, Dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation.calibration import Calibration, calibration
from digitpad.evaluation.statistics import Interval, wilson_interval
from digitpad.nn.metrics import confusion_matrix
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import gettext as _

BATCH = 500
_MOST_NAMED = 12  # labels that an error lists


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The figures of one class.

    Attributes
    ----------
    label
        Name of the class.
    support
        Number of images of the class.
    precision
        Share of the images predicted as the class that belong to it; None if none were predicted.
    recall
        Share of the images of the class that were predicted as it; None if there are none.
    f1
        Harmonic mean of precision and recall; None if the class neither occurs nor was predicted.
    """

    label: str
    support: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The figures of the images of one writer or one source.

    Attributes
    ----------
    name
        Name of the writer or source.
    count, right
        Number of images, and number of those that were read correctly.
    """

    name: str
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share of images that were read correctly."""
        return self.right / self.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the accuracy."""
        return wilson_interval(self.right, self.count)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The result of reading every image of a dataset once.

    Attributes
    ----------
    model, dataset
        Names of the model and the dataset.
    identity
        Identifies the images, see `Dataset.identity`.
    labels
        The classes of the model, in the order of all columns.
    targets
        int64 (N,): index of the true label of each image.
    log_probabilities
        float32 (N, classes): logarithms of the predicted probabilities.
    origins
        Writers and sources of the images, as in the dataset.
    refused
        bool (N,): whether each image was read as "not a digit"; None for models without that output.
    """

    model: str
    dataset: str
    identity: str
    labels: tuple[str, ...]
    targets: NDArray[np.int64]
    log_probabilities: NDArray[np.float32]
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        """Number of images."""
        return len(self.targets)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """int64 (N,): index of the predicted label of each image."""
        best: NDArray[np.int64] = self.log_probabilities.argmax(axis=1)
        return best

    @property
    def correct(self) -> NDArray[np.bool_]:
        """(N,): whether each image was read correctly."""
        correct: NDArray[np.bool_] = self.predicted == self.targets
        return correct

    @property
    def confidences(self) -> NDArray[np.float32]:
        """float32 (N,): the probability of each predicted class."""
        confidences: NDArray[np.float32] = np.exp(self.log_probabilities.max(axis=1))
        return confidences

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """float32 (N, classes)."""
        return np.exp(self.log_probabilities)

    @property
    def accuracy(self) -> float:
        """The share of images that were read correctly."""
        return int(self.correct.sum()) / self.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the accuracy."""
        return wilson_interval(int(self.correct.sum()), self.count)

    @property
    def losses(self) -> NDArray[np.float64]:
        """float64 (N,): the cross-entropy of each image, -log(probability of the true class)."""
        return -self.log_probabilities[np.arange(self.count), self.targets].astype(np.float64)

    @property
    def loss(self) -> float:
        """The mean cross-entropy, in nats."""
        return float(self.losses.mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """int64 (classes, classes): counts by true class (row) and predicted class (column)."""
        return confusion_matrix(self.targets, self.predicted, len(self.labels))

    @property
    def per_class(self) -> tuple[ClassFigures, ...]:
        """Precision, recall and F1 of every class, in the order of the labels."""
        confusion = self.confusion
        return tuple(
            _class_figures(label, int(confusion[k, k]), int(confusion[k].sum()), int(confusion[:, k].sum()))
            for k, label in enumerate(self.labels)
        )

    @property
    def recall_intervals(self) -> tuple[Interval | None, ...]:
        """The 95 % interval of the recall of every class, in the order of the labels; None without images of it."""
        confusion = self.confusion
        counts = zip(confusion.diagonal().tolist(), confusion.sum(axis=1).tolist(), strict=True)
        return tuple(wilson_interval(right, count) if count else None for right, count in counts)

    @property
    def calibration(self) -> Calibration:
        """How far the confidence of the network agrees with its accuracy."""
        # exp may round to slightly more than 1.
        return calibration(np.minimum(self.confidences, np.float32(1)), self.correct)

    def mistakes(self) -> NDArray[np.int64]:
        """Return the indices of the images that are read wrongly, (M,), by descending confidence.

        Images whose confidence rounds to the same number are ordered by descending loss.
        """
        wrong = np.flatnonzero(~self.correct)
        order = np.lexsort((-self.losses[wrong], -self.confidences[wrong].astype(np.float64)))
        return wrong[order]

    def cell(self, row: int, column: int) -> NDArray[np.int64]:
        """Return the indices of the images of one cell of the confusion matrix, (M,), by descending confidence."""
        inside = np.flatnonzero((self.targets == row) & (self.predicted == column))
        return inside[np.argsort(-self.log_probabilities[inside, column], kind="stable")]

    def by_origin(self, kind: str) -> tuple[GroupFigures, ...]:
        """Return the figures of every writer or source, by ascending accuracy; nothing if the dataset names none.

        Parameters
        ----------
        kind
            `writer` or `source`. With several sources, the names of writers include their source.
        """
        names = self._origin_names(kind)
        groups: dict[str, tuple[int, int]] = {}
        for name, right in zip(names, self.correct.tolist(), strict=False):
            count, rights = groups.get(name, (0, 0))
            groups[name] = count + 1, rights + right
        figures = [GroupFigures(name, count, right) for name, (count, right) in groups.items()]
        return tuple(sorted(figures, key=lambda group: (group.accuracy, -group.count, group.name)))

    def members(self, kind: str, name: str) -> NDArray[np.int64]:
        """Return the indices of the images of one writer or source, (M,), named as in `by_origin`."""
        return np.flatnonzero([each == name for each in self._origin_names(kind)])

    def _origin_names(self, kind: str) -> Sequence[str]:
        names, sources = self.origins.get(kind, ()), self.origins.get("source", ())
        if kind == "writer" and len(set(sources)) > 1:
            return [f"{source} {name}" for source, name in zip(sources, names, strict=True)]
        return names


def evaluating(recognizer: Recognizer, dataset: Dataset) -> Generator[int, None, Evaluation]:
    """Read every image of a dataset, one batch at a time.

    The caller may stop between two batches.

    Parameters
    ----------
    recognizer
        Reads the images.
    dataset
        The dataset; its classes must be among the labels of the recognizer.

    Yields
    ------
    int
        Number of images read so far.

    Returns
    -------
    Evaluation
        The result, after the last batch.

    Raises
    ------
    DigitpadError
        If the dataset is empty, has a class that the model does not know, or images that it does not accept.
    """
    columns = match_classes(recognizer, dataset)
    labels = _labels_for(recognizer, dataset)
    answers = np.empty((len(dataset), len(labels)), np.float32)
    no_digit = np.empty(len(dataset), np.float32)
    for start in range(0, len(dataset), BATCH):
        stop = min(start + BATCH, len(dataset))
        digits, none = recognizer.answers(dataset.images[start:stop])
        no_digit[start:stop] = none
        answers[start:stop] = _for_labels(labels, digits, none)
        yield stop
    answers.setflags(write=False)
    return Evaluation(
        recognizer.model.name,
        dataset.name,
        dataset.identity,
        labels,
        columns[dataset.labels],
        answers,
        dataset.origins,
        no_digit >= recognizer.threshold if recognizer.refuses else None,
    )


def evaluate(
    recognizer: Recognizer, dataset: Dataset, *, on_progress: Callable[[int], object] = lambda _done: None
) -> Evaluation:
    """Read every image of a dataset.

    Parameters
    ----------
    recognizer, dataset
        See `evaluating`.
    on_progress
        Called with the number of images read so far.

    Raises
    ------
    DigitpadError
        See `evaluating`.
    """
    steps = evaluating(recognizer, dataset)
    while True:
        try:
            on_progress(next(steps))
        except StopIteration as finished:
            result: Evaluation = finished.value
            return result


def read_logits(
    recognizer: Recognizer, dataset: Dataset, logits: NDArray[np.float32]
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return the possible readings of images, and the logarithms of their probabilities, from the network's output.

    Parameters
    ----------
    recognizer
        Knows the outputs.
    dataset
        The images, which decide whether "not a digit" is one of the readings.
    logits
        float32 (N, outputs).

    Returns
    -------
    (tuple of str, NDArray)
        The labels, and float32 (N, labels), as in `Evaluation`.
    """
    labels = _labels_for(recognizer, dataset)
    return labels, _for_labels(labels, *recognizer.answers_of(logits))


def match_classes(recognizer: Recognizer, dataset: Dataset) -> NDArray[np.int64]:
    """Return, for every class of the dataset, the index of the model's label.

    Raises
    ------
    DigitpadError
        If the dataset is empty, has a class that the model does not know, or images that it does not accept.
    """
    if len(dataset) == 0:
        raise DigitpadError(
            _("{dataset} contains no labelled images; choose another dataset.").format(dataset=dataset.name)
        )
    labels = _labels_for(recognizer, dataset)
    unknown = [name for name in dataset.classes if name not in labels]
    if unknown:
        raise DigitpadError(
            _(
                "{dataset} has the class {name!r}, which the model does not know (it knows {labels}); choose another "
                "model or dataset."
            ).format(
                dataset=dataset.name,
                name=unknown[0],
                labels=", ".join(labels[:_MOST_NAMED]) + (", …" if len(labels) > _MOST_NAMED else ""),
            )
        )
    prepared = recognizer.model.metadata.preprocessing
    expected = prepared.shape
    if dataset.images.shape[1:] != expected:
        shape = "x".join(str(length) for length in dataset.images.shape[1:])
        raise DigitpadError(
            _("The images of {dataset} have the shape {shape}, but the model reads {expected}; convert them.").format(
                dataset=dataset.name, shape=shape, expected="x".join(str(length) for length in expected)
            )
        )
    if not prepared.receives(dataset.fit):
        raise DigitpadError(
            _("The pictures of {dataset} were not prepared for {model}; open the dataset again for this model.").format(
                dataset=dataset.name, model=recognizer.model.name
            )
        )
    return np.array([labels.index(name) for name in dataset.classes], np.int64)


def _labels_for(recognizer: Recognizer, dataset: Dataset) -> tuple[str, ...]:
    """Return the possible readings: the digits, and "no digit" if both the dataset and the model have it."""
    known = recognizer.refuses and NO_DIGIT in dataset.classes
    return (*recognizer.labels, NO_DIGIT) if known else recognizer.labels


def _for_labels(
    labels: tuple[str, ...], digits: NDArray[np.float32], no_digit: NDArray[np.float32]
) -> NDArray[np.float32]:
    return digits if len(labels) == digits.shape[1] else _with_no_digit(digits, no_digit)


def _with_no_digit(digits: NDArray[np.float32], no_digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-probabilities of all outputs, from those of the digits and the probability of "no digit"."""
    least = np.finfo(np.float32).tiny
    none = np.log(np.maximum(no_digit, least))[:, np.newaxis]
    some = np.log(np.maximum(1 - no_digit, least))[:, np.newaxis]
    return np.concatenate([digits + some, none], axis=1)


def _class_figures(label: str, hits: int, support: int, read: int) -> ClassFigures:
    return ClassFigures(
        label,
        support,
        precision=hits / read if read else None,
        recall=hits / support if support else None,
        f1=2 * hits / (support + read) if support + read else None,
    )
