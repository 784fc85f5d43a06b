"""How good a model is, on data that it has not learned from.

For one that reads: how often it is right, class by class, and what it takes for what. For one that finds ink: how well
what it finds and what is there overlap.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.ink_finder import InkFinder
from digitpad.nn.metrics import confusion_matrix, intersection_over_union
from digitpad.recognition import Recognizer

_BATCH = 500
_PAGES = 50


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came out of reading every image once.

    Attributes
    ----------
    labels
        The classes, in the order of `confusion`.
    confusion
        int64 (classes, classes): how often an image of the row's class was read as the column's.
    """

    labels: tuple[str, ...]
    confusion: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many images were read."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The share of images that were read correctly."""
        return int(self.confusion.trace()) / self.count

    @property
    def per_class(self) -> list[float | None]:
        """The share of each class's images that were read correctly; None for a class without images."""
        return [int(row[index]) / int(row.sum()) if row.any() else None for index, row in enumerate(self.confusion)]


def evaluate(
    recognizer: Recognizer, dataset: Dataset, *, on_progress: Callable[[int], object] = lambda _done: None
) -> Evaluation:
    """Read every image of a dataset.

    Parameters
    ----------
    recognizer
        Reads the images.
    dataset
        Its classes must be among the recognizer's labels.
    on_progress
        Called with the number of images read so far.

    Raises
    ------
    DigitpadError
        If the dataset is empty, has a class that the model does not know, or images that it cannot take.
    """
    columns = _match_classes(recognizer.labels, dataset)
    side = recognizer.model.metadata.preprocessing.size
    if dataset.images.shape[1:] != (1, side, side):
        shape = "x".join(str(length) for length in dataset.images.shape[1:])
        raise DigitpadError(
            f"{dataset.name}: its images are {shape}, and the model reads 1x{side}x{side}; convert them."
        )
    read = np.empty(len(dataset), np.int64)
    for start in range(0, len(dataset), _BATCH):
        stop = min(start + _BATCH, len(dataset))
        read[start:stop] = recognizer.recognize_batch(dataset.images[start:stop]).argmax(axis=1)
        on_progress(stop)
    confusion = confusion_matrix(columns[dataset.labels], read, len(recognizer.labels))
    return Evaluation(recognizer.labels, confusion)


@dataclass(frozen=True, slots=True)
class InkEvaluation:
    """What came out of searching every page once.

    Attributes
    ----------
    count
        How many pages were searched.
    intersection_over_union
        Over the pixels of all pages together: those that are ink and were found, over those that are either.
    mean_per_page
        The mean of the same figure for each page by itself, so that a page with little ink counts as much.
    """

    count: int
    intersection_over_union: float
    mean_per_page: float


def evaluate_ink(
    finder: InkFinder, pages: Pages, *, on_progress: Callable[[int], object] = lambda _done: None
) -> InkEvaluation:
    """Search every page for ink.

    Parameters
    ----------
    finder
        Finds the ink; what it holds for likelier than not counts as found.
    pages
        At least one.
    on_progress
        Called with the number of pages searched so far.

    Raises
    ------
    DigitpadError
        If the finder cannot take pages of that size.
    """
    found = np.empty(pages.masks.shape, np.bool_)
    for start in range(0, len(pages), _PAGES):
        stop = min(start + _PAGES, len(pages))
        found[start:stop] = finder.probabilities(pages.images[start:stop]) > 0.5
        on_progress(stop)
    each = [intersection_over_union(*pair) for pair in zip(pages.masks, found, strict=True)]
    return InkEvaluation(len(pages), intersection_over_union(pages.masks, found), float(np.mean(each)))


def _match_classes(labels: tuple[str, ...], dataset: Dataset) -> NDArray[np.int64]:
    """Return, for every class of the dataset, which output of the network stands for it."""
    if len(dataset) == 0:
        raise DigitpadError(f"{dataset.name} holds no labelled images; choose another dataset.")
    unknown = [name for name in dataset.classes if name not in labels]
    if unknown:
        raise DigitpadError(
            f"{dataset.name} has the class {unknown[0]!r}, which the model does not know "
            f"(it knows {', '.join(labels)}); choose another model or dataset."
        )
    return np.array([labels.index(name) for name in dataset.classes], np.int64)
