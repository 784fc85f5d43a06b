"""What the Evaluate tab has done in the background, as generators that tell of their progress; Qt-free."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.evaluation import Comparison, Evaluation, RobustnessPoint, evaluating, measured_images
from digitpad.evaluation.robustness import count_points, measuring_robustness_in_steps
from digitpad.evaluation.validation import validation_images
from digitpad.gui.workers.progress import Progress
from digitpad.gui.workspace.models import read_model
from digitpad.reading.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Data:
    """Which images to read.

    Attributes
    ----------
    source
        As `open_dataset` takes it.
    part
        The data set's own parts, or what the first model's training held out.
    """

    source: str
    part: Literal["test", "train", "validation"] = "test"


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One or two models on the same images.

    Attributes
    ----------
    images
        What was read.
    readers
        What read them, with networks of their own.
    evaluations
        What they read, in the same order.
    seconds
        What the reading alone took, of all models together.
    """

    images: Dataset
    readers: tuple[Recognizer, ...]
    evaluations: tuple[Evaluation, ...]
    seconds: float = 0.0

    @property
    def comparison(self) -> Comparison | None:
        """The second model against the first, if there is a second."""
        return Comparison(*self.evaluations) if len(self.evaluations) == 2 else None

    @property
    def one_class(self) -> str | None:
        """The only class that occurs; None if there are several."""
        present = np.unique(self.images.labels)
        return self.images.classes[int(present[0])] if len(present) == 1 else None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of the robustness curves of the model with this number."""

    model: int
    point: RobustnessPoint


Step: TypeAlias = Progress | Measured | CurvePoint


def evaluation_job(models: tuple[Path, ...], data: Data) -> Iterator[Step]:
    """Read a data set with one or two models.

    Parameters
    ----------
    models
        Their files, or the folders of their runs, the first one being what the second is compared with.
    data
        What to read.

    Yields
    ------
    Progress
        On the way.
    Measured
        At the end.

    Raises
    ------
    DigitpadError
        If a model or the data cannot be read, or they do not fit each other.
    """
    yield Progress("Opening the models")
    readers = tuple(Recognizer(read_model(path)[0]) for path in models)
    yield Progress("Opening the data")
    if data.part == "validation":
        images = validation_images(readers[0].model, data.source)
    else:
        images = open_dataset(data.source, data.part)
    evaluations = []
    start = time.perf_counter()
    for reader in readers:
        steps = evaluating(reader, images)
        doing = f"{reader.model.name} reads {images.name}"
        while True:
            try:
                yield Progress(doing, next(steps), len(images))
            except StopIteration as finished:
                evaluations.append(finished.value)
                break
    yield Measured(images, readers, tuple(evaluations), time.perf_counter() - start)


def robustness_job(measured: Measured) -> Iterator[Step]:
    """Measure how much the models of an evaluation bear.

    Yields
    ------
    Progress, CurvePoint
        Point by point, model after model.
    """
    some = measured_images(measured.images)
    done, total = 0, count_points() * len(measured.readers)
    for number, reader in enumerate(measured.readers):
        doing = f"{reader.model.name} reads {len(some):,} changed images"
        for point in measuring_robustness_in_steps(reader, some):
            if point is not None:
                done += 1
                yield CurvePoint(number, point)
            yield Progress(doing, done, total)
