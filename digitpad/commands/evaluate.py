"""`digitpad evaluate`: measure how accurately a model reads a dataset, or finds the ink on pages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from digitpad.commands.evaluate_text import say_comparison, say_evaluation, say_robustness
from digitpad.commands.opening import opening_bar
from digitpad.commands.output import note, percent, progress_bar, say, say_json
from digitpad.data.dataset import Dataset
from digitpad.data.fewer import limited
from digitpad.data.paper import Pages, load_paper
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import (
    Comparison,
    Evaluation,
    RobustnessPoint,
    evaluate_ink,
    measured_images,
    measuring_robustness,
)
from digitpad.evaluation import evaluate as measure
from digitpad.evaluation.opening import open_for_models
from digitpad.evaluation.report import comparison_record, image_table, record_of, robustness_record, write_csv
from digitpad.evaluation.robustness import count_points
from digitpad.evaluation.validation import validation_images
from digitpad.models.model_file import Model, find_model, load_model, save_model
from digitpad.nn.backend import Shape
from digitpad.reading.ink_finder import InkFinder
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """What to measure.

    Attributes
    ----------
    model
        Name or file of the model; None for the default.
    dataset
        Images to read: `mnist`, a folder of IDX files, a folder of image folders or a `.jsonl` ink file; or `paper`,
        pages to find ink on.
    split
        The images of the dataset to use: `test`, `train`, or `validation`, those on which the training of the model was
        validated.
    limit, limit_per_class
        Largest number of images in all, and of one class; None for all. They are chosen at random, always the same.
    compare
        Name or file of a second model to measure on the same images.
    robustness
        Whether to measure shifted, rotated, scaled, bolder and noisy images, too.
    csv
        File for a table with one row per image.
    record
        Store the accuracy on the test images of MNIST in the model file, where the window shows it.
    json
        Print one JSON object instead of text.
    """

    model: str | None = None
    dataset: str = "mnist"
    split: Literal["test", "train", "validation"] = "test"
    limit: int | None = None
    limit_per_class: int | None = None
    compare: str | None = None
    robustness: bool = False
    csv: Path | None = None
    record: bool = False
    json: bool = False


def evaluate(request: EvaluateRequest) -> None:
    """Measure the model on the dataset and print the results.

    Raises
    ------
    DigitpadError
        If the model or the dataset cannot be read, or they do not fit each other; if the accuracy on another dataset is
        to be recorded; or if a file cannot be written.
    """
    limits = request.limit is not None or request.limit_per_class is not None
    if request.record and limits:
        raise DigitpadError(_("--record stores the accuracy on all test images of mnist; omit --record or the limits."))
    if request.record and (request.dataset.lower() != "mnist" or request.split != "test"):
        raise DigitpadError(
            _(
                "--record stores the accuracy on the test images of mnist, not on the {split} images of {dataset}; "
                "omit --record."
            ).format(split=request.split, dataset=request.dataset)
        )
    path = find_model(request.model)
    loaded = load_model(path)
    if request.dataset.lower() == "paper" and request.split != "validation":
        _evaluate_ink(InkFinder(loaded), load_paper(request.split), request)
        return
    # Loaded before any work is done, so that a wrong name is reported at once.
    models = [loaded] if request.compare is None else [loaded, load_model(find_model(request.compare))]
    data = open_for_models(models, partial(_open, loaded, request))
    for remark in data[0].remarks:
        note(remark)
    result = _evaluate_reading([Recognizer(model) for model in models], data, request)
    if request.record:
        metadata = replace(loaded.metadata, metrics={**loaded.metadata.metrics, "test_accuracy": result.accuracy})
        save_model(path, replace(loaded, metadata=metadata))


def _open(first: Model, request: EvaluateRequest, shape: Shape, fit: str) -> Dataset:
    """Open the images for the input of a model; the first model says which are the validation images."""
    with opening_bar(request.dataset, hidden=request.json) as show:
        if request.split == "validation":
            images = validation_images(first, request.dataset, shape=shape, fit=fit, on_progress=show)
        else:
            images = open_dataset(request.dataset, request.split, shape=shape, fit=fit, on_progress=show)
    return limited(images, limit=request.limit, per_class=request.limit_per_class)


def _evaluate_reading(readers: Sequence[Recognizer], data: Sequence[Dataset], request: EvaluateRequest) -> Evaluation:
    result, *others = [_read(reader, images, request) for reader, images in zip(readers, data, strict=True)]
    comparison = Comparison(result, others[0]) if others else None
    curves: list[list[RobustnessPoint]] = []
    if request.robustness:
        curves = [_measure_robustness(reader, images, request) for reader, images in zip(readers, data, strict=True)]
    if request.csv is not None:
        write_csv(request.csv, *image_table(result))
    if request.json:
        record = record_of(result)
        if comparison is not None:
            record["compare"] = comparison_record(comparison)
        for place, points in zip((record, record.get("compare", record)), curves, strict=False):
            place["robustness"] = robustness_record(points)
        say_json(record)
        return result
    say_evaluation(result)
    if comparison is not None:
        say_comparison(comparison)
    if curves:
        say_robustness([reader.model.name for reader in readers], curves)
    return result


def _read(recognizer: Recognizer, images: Dataset, request: EvaluateRequest) -> Evaluation:
    description = _("{model} on {dataset}").format(model=recognizer.model.name, dataset=images.name)
    with _progress(description, len(images), hidden=request.json) as show:
        return measure(recognizer, images, on_progress=show)


def _measure_robustness(recognizer: Recognizer, images: Dataset, request: EvaluateRequest) -> list[RobustnessPoint]:
    points: list[RobustnessPoint] = []
    some = measured_images(images)
    description = _("{model}: robustness").format(model=recognizer.model.name)
    with _progress(description, count_points(), hidden=request.json) as show:
        for point in measuring_robustness(recognizer, some):
            points.append(point)
            show(len(points))
    return points


def _evaluate_ink(finder: InkFinder, pages: Pages, request: EvaluateRequest) -> None:
    for option, given in (
        ("--compare", request.compare is not None),
        ("--robustness", request.robustness),
        ("--csv", request.csv is not None),
        ("--limit", request.limit is not None),
        ("--limit-per-class", request.limit_per_class is not None),
    ):
        if given:
            raise DigitpadError(
                _("{option} applies to datasets of digits, not to {name}; omit it.").format(
                    option=option, name=pages.name
                )
            )
    with _progress(_("Searching {name}").format(name=pages.name), len(pages), hidden=request.json) as show:
        result = evaluate_ink(finder, pages, on_progress=show)
    if request.json:
        say_json(
            {
                "count": result.count,
                "iou": result.intersection_over_union,
                "mean_iou_per_page": result.mean_per_page,
            }
        )
        return
    say(
        _(
            "{model} on {dataset}, {count:,} pages: intersection over union of the ink {iou} (mean of the pages {mean})"
        ).format(
            model=finder.model.name,
            dataset=pages.name,
            count=result.count,
            iou=percent(result.intersection_over_union),
            mean=percent(result.mean_per_page),
        )
    )


@contextmanager
def _progress(description: str, total: int, *, hidden: bool) -> Iterator[Callable[[int], object]]:
    """Show progress while the block runs; yield a function to call with the number of images done."""
    with progress_bar(hidden=hidden) as bar:
        if bar is None:
            yield lambda _done: None
        else:
            task = bar.add_task(description, total=total, detail="")
            yield lambda done: bar.update(task, completed=done)
