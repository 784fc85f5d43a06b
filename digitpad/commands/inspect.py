"""`digitpad inspect`: look at a dataset for hard, doubtful and duplicate images."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from digitpad.commands.opening import opening_bar
from digitpad.commands.output import note, percent, progress_bar, say, say_json, say_table
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.inspection import (
    NearestPairs,
    Readings,
    SplitDataset,
    finding_pairs,
    hardest_first,
    mislabelled,
    open_splits,
    reading_all,
)
from digitpad.inspection.tables import Record, image_records, pair_records, suspect_records
from digitpad.models.model_file import find_model, load_model
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class InspectRequest:
    """What to look for.

    Attributes
    ----------
    dataset
        The dataset, as `open_dataset` takes it.
    hardest, suspects, duplicates
        Whether to list the images with the largest loss, those that are probably mislabelled, and the nearest pairs.
    model
        Name or file of the model that reads the images; None for the default.
    top
        Length of each list.
    json
        Print one JSON object instead of text.
    """

    dataset: str
    hardest: bool = False
    suspects: bool = False
    duplicates: bool = False
    model: str | None = None
    top: int = 20
    json: bool = False


def inspect(request: InspectRequest) -> None:
    """Print the classes of a dataset, and the lists that are asked for.

    Raises
    ------
    DigitpadError
        If the dataset or the model cannot be read, or they do not fit each other.
    """
    recognizer = Recognizer(load_model(find_model(request.model))) if request.hardest or request.suspects else None
    images = _open(request.dataset, recognizer, hidden=request.json)
    for remark in images.remarks:
        note(remark)
    record = _classes_record(images)
    if not request.json:
        _say_classes(record)
    if recognizer is not None:
        _inspect_labels(request, recognizer, images, record)
    if request.duplicates:
        found = _find_pairs(images, request.top, hidden=request.json)
        pairs = list(pair_records(images, found))
        record["duplicates"] = {"exact_copies": found.copies, "pairs": pairs}
        if not request.json:
            _say_pairs(images, found, pairs)
    if request.json:
        say_json(record)


def _inspect_labels(
    request: InspectRequest, recognizer: Recognizer, images: SplitDataset, record: dict[str, Any]
) -> None:
    """Read all images, and list the hardest and the doubtful ones, as far as they are asked for."""
    readings = _read(recognizer, images, hidden=request.json)
    if request.hardest:
        hard = list(image_records(images, hardest_first(readings)[: request.top], readings))
        record["hardest"] = hard
        if not request.json:
            _say_hardest(readings, hard)
    if request.suspects:
        suspects = mislabelled(readings)
        doubtful = list(suspect_records(images, readings, suspects.of(suspects.indices[: request.top])))
        record["mislabelled"] = {"count": len(suspects), "images": doubtful}
        if not request.json:
            _say_suspects(readings, len(suspects), doubtful)


def _open(dataset: str, recognizer: Recognizer | None, *, hidden: bool) -> SplitDataset:
    """Open a dataset, with pictures prepared for the model if there is one."""
    shape, fit = None, DEFAULT_FIT
    if recognizer is not None:
        shape, fit = recognizer.model.image_shape, recognizer.model.metadata.preprocessing.fit
    with opening_bar(dataset, hidden=hidden) as show:
        return open_splits(dataset, shape=shape, fit=fit, on_progress=show)


def _classes_record(images: SplitDataset) -> dict[str, Any]:
    counts = np.bincount(images.labels, minlength=len(images.classes)).tolist()
    return {
        "dataset": images.name,
        "count": len(images),
        "splits": {split: len(part) for split, part in zip(images.splits, images.parts, strict=True)},
        "shape": list(images.shape),
        "classes": [{"label": name, "count": count} for name, count in zip(images.classes, counts, strict=True)],
    }


def _read(recognizer: Recognizer, images: SplitDataset, *, hidden: bool) -> Readings:
    description = _("{model} on {dataset}").format(model=recognizer.model.name, dataset=images.name)
    return _shown(reading_all(recognizer, images), description, len(images), hidden=hidden)


def _find_pairs(images: SplitDataset, most: int, *, hidden: bool) -> NearestPairs:
    everything = np.arange(len(images))
    queries = everything[images.split_of == 1] if len(images.splits) > 1 else None
    steps = finding_pairs(images, everything[images.split_of == 0], queries, most=most)
    return _shown(steps, _("Comparing images"), 1, hidden=hidden)


def _shown(steps: Generator[float, None, Result], description: str, total: float, *, hidden: bool) -> Result:
    """Run work to its end, show its progress, and return its result."""
    with progress_bar(hidden=hidden) as bar:
        task = None if bar is None else bar.add_task(description, total=total, detail="")
        while True:
            try:
                done = next(steps)
            except StopIteration as finished:
                result: Result = finished.value
                return result
            if bar is not None and task is not None:
                bar.update(task, completed=done)


def _say_classes(record: dict[str, Any]) -> None:
    shape = "x".join(str(length) for length in record["shape"])
    say(
        _("{dataset}: {count:,} images of shape {shape}").format(
            dataset=record["dataset"], count=record["count"], shape=shape
        )
    )
    if len(record["splits"]) > 1:
        parts = record["splits"]
        say(_("{train:,} training images, {test:,} test images").format(train=parts["train"], test=parts["test"]))
    say()
    rows = [
        [each["label"], f"{each['count']:,}", percent(each["count"] / record["count"])] for each in record["classes"]
    ]
    say_table([_("class"), _("images"), _("share")], rows)


def _say_hardest(readings: Readings, records: Sequence[Record]) -> None:
    say()
    say(_("The hardest images for {model}, by the loss of their label:").format(model=readings.model))
    say()
    _say_records(
        records,
        {
            _("split"): "{split}",
            _("image"): "{image}",
            _("label"): "{label}",
            _("read as"): "{read_as}",
            _("probability"): "{probability:.2%}",
            _("loss"): "{loss:.4f}",
        },
    )


def _say_suspects(readings: Readings, count: int, records: Sequence[Record]) -> None:
    say()
    text = ngettext(
        "{model} doubts {count:,} label (confident learning).",
        "{model} doubts {count:,} labels (confident learning).",
        count,
    )
    say(text.format(model=readings.model, count=count))
    say(_("A model that was trained on these images doubts fewer of them."))
    if records:
        say()
        _say_records(
            records,
            {
                _("split"): "{split}",
                _("image"): "{image}",
                _("label"): "{label}",
                _("believed"): "{believed}",
                _("probability"): "{believed_probability:.2%}",
                _("threshold"): "{threshold:.2%}",
            },
        )


def _say_pairs(images: SplitDataset, found: NearestPairs, records: Sequence[Record]) -> None:
    say()
    if len(images.splits) > 1:
        text = ngettext(
            "{count:,} test image is an exact copy of a training image.",
            "{count:,} test images are exact copies of training images.",
            found.copies,
        )
    else:
        text = ngettext(
            "{count:,} image is an exact copy of another.", "{count:,} images are exact copies of others.", found.copies
        )
    say(text.format(count=found.copies))
    if records:
        say(_("The nearest pairs; the distance is Euclidean, of pixels from 0 to 1:"))
        say()
        _say_records(
            records,
            {
                _("split"): "{split}",
                _("image"): "{image}",
                _("label"): "{label}",
                _("nearest in"): "{nearest_split}",
                _("nearest image"): "{nearest_image}",
                _("nearest label"): "{nearest_label}",
                _("distance"): "{distance:.4f}",
            },
        )


def _say_records(records: Sequence[Record], columns: dict[str, str]) -> None:
    """Print records in columns, given by their titles and formats."""
    rows = [[form.format(**record) for form in columns.values()] for record in records]
    say_table(list(columns), rows)
