"""The background work of the Evaluate tab, as generators that yield their progress; they use no widgets."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QCoreApplication

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import Progress
from digitpad.data.sources import open_dataset
from digitpad.evaluation import Comparison, Disturbance, Evaluation, RobustnessPoint, evaluating, measured_images
from digitpad.evaluation.opening import open_for_models
from digitpad.evaluation.robustness import count_points, measuring_robustness_in_steps
from digitpad.evaluation.validation import validation_images
from digitpad.gui.workers.progress import WorkProgress, following_work
from digitpad.gui.workspace.model_data import Data
from digitpad.gui.workspace.models import read_model
from digitpad.nn.backend import Shape
from digitpad.reading.recognizer import Recognizer


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One or two models on the same images.

    Attributes
    ----------
    data
        The images, as each model receives them: the same object for models with the same input.
    readers
        The recognizers of the models, each with its own network.
    evaluations
        The results of the models, in the same order.
    seconds
        Time of inference of all models together.
    """

    data: tuple[Dataset, ...]
    readers: tuple[Recognizer, ...]
    evaluations: tuple[Evaluation, ...]
    seconds: float = 0.0

    @property
    def images(self) -> Dataset:
        """The images, as the first model receives them."""
        return self.data[0]

    @property
    def comparison(self) -> Comparison | None:
        """The comparison of the second model with the first; None without a second model."""
        return Comparison(*self.evaluations) if len(self.evaluations) == 2 else None

    def reads_pictures(self, model: int) -> bool:
        """Return whether the model with an index reads pictures, and not ink."""
        return self.readers[model].reads_pictures

    @property
    def disturbances(self) -> tuple[Disturbance, ...]:
        """The disturbances that make sense for the images: pictures have no strokes."""
        has_pictures = any(reader.reads_pictures for reader in self.readers)
        return tuple(one for one in Disturbance if not (has_pictures and one is Disturbance.STROKE_WIDTH))

    @property
    def one_class(self) -> str | None:
        """The only class of the images; None if there are several."""
        present = np.unique(self.images.labels)
        return self.images.classes[int(present[0])] if len(present) == 1 else None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of the robustness curves of the model with this index."""

    model: int
    point: RobustnessPoint


Step: TypeAlias = WorkProgress | Measured | CurvePoint


def evaluation_job(models: tuple[Path, ...], data: Data) -> Iterator[Step]:
    """Read a dataset with one or two models.

    Parameters
    ----------
    models
        Files of the models, or folders of their runs; the second is compared with the first.
    data
        The images to read.

    Yields
    ------
    WorkProgress
        On the way.
    Measured
        At the end.

    Raises
    ------
    DigitpadError
        If a model or the data cannot be read, or they do not fit each other.
    """
    yield WorkProgress(QCoreApplication.translate("EvaluationJob", "Loading the models"))
    readers = tuple(Recognizer(read_model(path)[0]) for path in models)
    doing = QCoreApplication.translate("EvaluationJob", "Loading the images")
    yield WorkProgress(doing)
    opened = yield from following_work(doing, partial(_open, readers, data))
    evaluations = []
    start = time.perf_counter()
    for reader, images in zip(readers, opened, strict=True):
        steps = evaluating(reader, images)
        doing = QCoreApplication.translate("EvaluationJob", "{model} on {dataset}").format(
            model=reader.model.name, dataset=images.name
        )
        while True:
            try:
                yield WorkProgress(doing, next(steps), len(images))
            except StopIteration as finished:
                evaluations.append(finished.value)
                break
    yield Measured(opened, readers, tuple(evaluations), time.perf_counter() - start)


def _open(readers: Sequence[Recognizer], data: Data, on_progress: Progress) -> tuple[Dataset, ...]:
    """Open the images for the input of each model; the first model says which are the validation images."""
    models = [reader.model for reader in readers]

    def open_for(shape: Shape, fit: str) -> Dataset:
        if data.part == "validation":
            return validation_images(models[0], data.source, shape=shape, fit=fit, on_progress=on_progress)
        return open_dataset(data.source, data.part, shape=shape, fit=fit, on_progress=on_progress)

    return open_for_models(models, open_for)


def robustness_job(measured: Measured) -> Iterator[Step]:
    """Measure the robustness of the models of an evaluation.

    Yields
    ------
    WorkProgress, CurvePoint
        Point by point, model after model.
    """
    disturbances = measured.disturbances
    done, total = 0, count_points(disturbances) * len(measured.readers)
    for number, reader in enumerate(measured.readers):
        doing = QCoreApplication.translate("EvaluationJob", "{model} on disturbed images").format(
            model=reader.model.name
        )
        some = measured_images(measured.data[number])
        for point in measuring_robustness_in_steps(reader, some, disturbances):
            if point is not None:
                done += 1
                yield CurvePoint(number, point)
            yield WorkProgress(doing, done, total)
