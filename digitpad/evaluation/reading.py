"""How well a model reads: every image is read once, and all figures are taken from those answers."""

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

BATCH = 500


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class is read.

    Attributes
    ----------
    label
        The class.
    support
        How many images of it there are.
    precision
        Of what was read as the class, the share that is; None if nothing was.
    recall
        Of the class's images, the share that was read as it: its accuracy; None if there are none.
    f1
        The harmonic mean of both; None where the class neither occurs nor was read.
    """

    label: str
    support: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How well the images of one origin are read, such as one writer's.

    Attributes
    ----------
    name
        Of the origin.
    count, right
        How many images there are, and how many were read correctly.
    """

    name: str
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share that was read correctly."""
        return self.right / self.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the accuracy."""
        return wilson_interval(self.right, self.count)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came out of reading every image once.

    Attributes
    ----------
    model, dataset
        What they are called.
    checksum
        Of the data set.
    labels
        The model's classes, in the order of all columns.
    targets
        int64 (N,): which of the labels is true.
    log_probabilities
        float32 (N, classes): the logarithms of what the network answered.
    origins
        Where the images are from, as in the data set.
    refused
        bool (N,): which images the model took for no digit; None of models that cannot tell.
    """

    model: str
    dataset: str
    checksum: str
    labels: tuple[str, ...]
    targets: NDArray[np.int64]
    log_probabilities: NDArray[np.float32]
    origins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: NDArray[np.bool_] | None = None

    @property
    def count(self) -> int:
        """How many images were read."""
        return len(self.targets)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """int64 (N,): which of the labels was read."""
        best: NDArray[np.int64] = self.log_probabilities.argmax(axis=1)
        return best

    @property
    def correct(self) -> NDArray[np.bool_]:
        """(N,): whether each image was read correctly."""
        correct: NDArray[np.bool_] = self.predicted == self.targets
        return correct

    @property
    def confidences(self) -> NDArray[np.float32]:
        """float32 (N,): the probability of each best reading."""
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
        """int64 (classes, classes): how often an image of the row's class was read as the column's."""
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
    def calibration(self) -> Calibration:
        """How far the network's own probabilities can be believed."""
        # exp may round a hair above 1.
        return calibration(np.minimum(self.confidences, np.float32(1)), self.correct)

    def mistakes(self) -> NDArray[np.int64]:
        """Return the images read wrongly, (M,), the worst first: the surer of the wrong answer, the worse.

        Between answers that round to the same probability, the one with the larger loss is worse.
        """
        wrong = np.flatnonzero(~self.correct)
        order = np.lexsort((-self.losses[wrong], -self.confidences[wrong].astype(np.float64)))
        return wrong[order]

    def cell(self, row: int, column: int) -> NDArray[np.int64]:
        """Return the images of one cell of the confusion matrix, (M,), those with the surest readings first."""
        inside = np.flatnonzero((self.targets == row) & (self.predicted == column))
        return inside[np.argsort(-self.log_probabilities[inside, column], kind="stable")]

    def by_origin(self, kind: str) -> tuple[GroupFigures, ...]:
        """Return the figures of every origin, the worst read first; none where it is not known.

        Parameters
        ----------
        kind
            `writer` or `source`. Writers of several sources are told apart: each source counts them for itself.
        """
        names = self._origin_names(kind)
        groups: dict[str, tuple[int, int]] = {}
        for name, right in zip(names, self.correct.tolist(), strict=False):
            count, rights = groups.get(name, (0, 0))
            groups[name] = count + 1, rights + right
        figures = [GroupFigures(name, count, right) for name, (count, right) in groups.items()]
        return tuple(sorted(figures, key=lambda group: (group.accuracy, -group.count, group.name)))

    def members(self, kind: str, name: str) -> NDArray[np.int64]:
        """Return the images of one origin, (M,), as `by_origin` names it."""
        return np.flatnonzero([each == name for each in self._origin_names(kind)])

    def _origin_names(self, kind: str) -> Sequence[str]:
        names, sources = self.origins.get(kind, ()), self.origins.get("source", ())
        if kind == "writer" and len(set(sources)) > 1:
            return [f"{source} {name}" for source, name in zip(sources, names, strict=True)]
        return names


def evaluating(recognizer: Recognizer, dataset: Dataset) -> Generator[int, None, Evaluation]:
    """Read every image of a data set, a batch at a time.

    Whoever iterates may stop between any two batches.

    Parameters
    ----------
    recognizer
        Reads the images.
    dataset
        Its classes must be among the recognizer's labels.

    Yields
    ------
    int
        The number of images read so far.

    Returns
    -------
    Evaluation
        When all are read.

    Raises
    ------
    DigitpadError
        If the dataset is empty, has a class that the model does not know, or images that it cannot take.
    """
    columns = match_classes(recognizer, dataset)
    labels = _labels_for(recognizer, dataset)
    answers = np.empty((len(dataset), len(labels)), np.float32)
    no_digit = np.empty(len(dataset), np.float32)
    for start in range(0, len(dataset), BATCH):
        stop = min(start + BATCH, len(dataset))
        digits, none = recognizer.answers(dataset.images[start:stop])
        no_digit[start:stop] = none
        answers[start:stop] = digits if len(labels) == digits.shape[1] else _with_no_digit(digits, none)
        yield stop
    answers.setflags(write=False)
    return Evaluation(
        recognizer.model.name,
        dataset.name,
        dataset.checksum,
        labels,
        columns[dataset.labels],
        answers,
        dataset.origins,
        no_digit >= recognizer.threshold if recognizer.refuses else None,
    )


def evaluate(
    recognizer: Recognizer, dataset: Dataset, *, on_progress: Callable[[int], object] = lambda _done: None
) -> Evaluation:
    """Read every image of a data set, to the end.

    Parameters
    ----------
    recognizer, dataset
        As `evaluating` takes them.
    on_progress
        Called with the number of images read so far.

    Raises
    ------
    DigitpadError
        As `evaluating`.
    """
    steps = evaluating(recognizer, dataset)
    while True:
        try:
            on_progress(next(steps))
        except StopIteration as finished:
            result: Evaluation = finished.value
            return result


def match_classes(recognizer: Recognizer, dataset: Dataset) -> NDArray[np.int64]:
    """Return, for every class of the dataset, which of the model's labels it is.

    Raises
    ------
    DigitpadError
        If the dataset is empty, has a class that the model does not know, or images that it cannot take.
    """
    if len(dataset) == 0:
        raise DigitpadError(f"{dataset.name} holds no labelled images; choose another dataset.")
    labels = _labels_for(recognizer, dataset)
    unknown = [name for name in dataset.classes if name not in labels]
    if unknown:
        raise DigitpadError(
            f"{dataset.name} has the class {unknown[0]!r}, which the model does not know "
            f"(it knows {', '.join(labels)}); choose another model or dataset."
        )
    side = recognizer.model.metadata.preprocessing.size
    if dataset.images.shape[1:] != (1, side, side):
        shape = "x".join(str(length) for length in dataset.images.shape[1:])
        raise DigitpadError(
            f"{dataset.name}: its images are {shape}, and the model reads 1x{side}x{side}; convert them."
        )
    return np.array([labels.index(name) for name in dataset.classes], np.int64)


def _labels_for(recognizer: Recognizer, dataset: Dataset) -> tuple[str, ...]:
    """Return what can be read: the digits, and "no digit" where the data have it and the model knows it."""
    known = recognizer.refuses and NO_DIGIT in dataset.classes
    return (*recognizer.labels, NO_DIGIT) if known else recognizer.labels


def _with_no_digit(digits: NDArray[np.float32], no_digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log-probabilities of all outputs from those among digits and the probability that it is none."""
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
