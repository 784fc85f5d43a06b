"""The background work of Look, as generators that yield their progress; they use no widgets."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitpad.data.dataset_state import state_of
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.gui.workers.latest import Work, WorkContext
from digitpad.gui.workers.progress import ProgressReporter, WorkProgress
from digitpad.inspection import (
    ClassStatistics,
    NearestPairs,
    Readings,
    SplitDataset,
    Suspects,
    finding_pairs,
    hardest_first,
    mislabelled,
    open_splits,
    reading_all,
    summarizing_classes,
)
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer

Result = TypeVar("Result")

_BETWEEN_NEWS = 0.05  # seconds
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True, eq=False)
class ReadImages:
    """All images read by a model.

    Attributes
    ----------
    readings, suspects
        The answers, and the labels that they cast doubt on.
    hardest
        int64 (N,): the images by descending loss.
    """

    readings: Readings
    suspects: Suspects
    hardest: NDArray[np.int64]


def following(job: Callable[[], Iterator[object]]) -> Work:
    """Return work for a `LatestWorker` that iterates a job, and shows its progress and its results."""

    def work(context: WorkContext) -> None:
        told_at = 0.0
        for step in job():
            if context.stopped():
                return
            if not isinstance(step, WorkProgress):
                context.show(step)
            elif time.monotonic() - told_at > _BETWEEN_NEWS:
                told_at = time.monotonic()
                context.show(step)

    return work


def loading(spec: str, shape: tuple[int, ...] | None, fit: str = DEFAULT_FIT) -> Work:
    """Return work for a `LatestWorker` that opens a dataset.

    Parameters
    ----------
    spec
        The dataset.
    shape
        The input of the network that pictures are prepared for; None for the usual one.
    fit
        How they are fitted to it.
    """
    doing = QCoreApplication.translate("LookJobs", "Opening the pictures")

    def work(context: WorkContext) -> None:
        progress = ProgressReporter(doing, context.show, context.stopped)
        images = open_splits(spec, shape=shape, fit=fit, on_progress=progress)
        for kind in images.kinds:
            # Of many images this takes longer than a frame of the window; the result is kept.
            images.origins(kind)
        context.show(images)

    return work


def looking_at_files(spec: str, work: Work | None = None) -> Work:
    """Return work for a `LatestWorker` that determines the state of a dataset's files, and then does other work."""

    def both(context: WorkContext) -> None:
        # Before the images are opened, so that a change meanwhile is noticed the next time.
        context.show(state_of(spec))
        if work is not None:
            work(context)

    return both


def statistics_job(images: SplitDataset, chosen: NDArray[np.int64]) -> Iterator[ClassStatistics | WorkProgress]:
    """Compute the statistics of the classes, one after the other."""
    doing = QCoreApplication.translate("LookJobs", "Computing mean images")
    for step in summarizing_classes(images, chosen):
        yield step if isinstance(step, ClassStatistics) else WorkProgress(doing, step, len(chosen))


def reading_job(images: SplitDataset, model: Model) -> Iterator[ReadImages | WorkProgress]:
    """Read all images with a copy of a model; raises DigitpadError if it does not fit the images."""
    recognizer = Recognizer(model)
    doing = QCoreApplication.translate("LookJobs", "Reading all images with {model}").format(
        model=recognizer.model.name
    )
    readings = yield from _told(reading_all(recognizer, images), doing, len(images))
    yield ReadImages(readings, mislabelled(readings), hardest_first(readings))


def pairs_job(images: SplitDataset) -> Iterator[NearestPairs | WorkProgress]:
    """Find the training image that is nearest to each test image; of a single split, the nearest pairs within it."""
    everything = np.arange(len(images))
    base = everything[images.split_of == 0]
    queries = everything[images.split_of == 1] if len(images.splits) > 1 else None
    doing = QCoreApplication.translate("LookJobs", "Comparing images")
    yield (yield from _told(finding_pairs(images, base, queries), doing, _HUNDREDTHS, unit=_HUNDREDTHS))


def _told(
    steps: Generator[float, None, Result], doing: str, total: int, *, unit: int = 1
) -> Generator[WorkProgress, None, Result]:
    """Run an analysis, yield its progress in units, and return its result."""
    while True:
        try:
            done = next(steps)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        yield WorkProgress(doing, round(unit * done), total)
