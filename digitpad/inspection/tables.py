"""Tables of images, for CSV files and for JSON."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.inspection.near_duplicates import NearestPairs
from digitpad.inspection.readings import Readings
from digitpad.inspection.split_dataset import SplitDataset
from digitpad.inspection.suspects import Suspects

Value: TypeAlias = str | int | float
Record: TypeAlias = dict[str, Value]


def image_records(
    images: SplitDataset, indices: NDArray[np.int64], readings: Readings | None = None
) -> Iterator[Record]:
    """Return a record for each image.

    Parameters
    ----------
    images
        The dataset.
    indices
        int64 (M,): the images, in the order of the records.
    readings
        The answers of a model; without them, the records contain no readings.

    Yields
    ------
    Record
        `split`, `image` (the index in its split, from 0), `label`, what is recorded about its origin, and its `file` if
        it has one; with readings, also `read_as`, `probability` (of that class), `label_probability` and `loss`.
    """
    for index in indices.tolist():
        record = _place(images, index)
        for kind in images.kinds:
            origins = images.origins(kind)
            code = int(origins.codes[index])
            record[kind] = origins.names[code] if code >= 0 else ""
        path = images.path(index)
        if path is not None:
            record["file"] = str(path)
        if readings is not None:
            best, given = int(readings.predicted[index]), int(readings.targets[index])
            probabilities = readings.probabilities(index)
            record |= {
                "read_as": readings.labels[best],
                "probability": float(probabilities[best]),
                "label_probability": float(probabilities[given]),
                "loss": float(readings.losses[index]),
            }
        yield record


def suspect_records(images: SplitDataset, readings: Readings, suspects: Suspects) -> Iterator[Record]:
    """Return a record for each image that is probably mislabelled.

    Yields
    ------
    Record
        That of `image_records`, with `believed`, `believed_probability` and `threshold`, that of the class believed.
    """
    records = image_records(images, suspects.indices, readings)
    answers = zip(suspects.believed.tolist(), suspects.probabilities.tolist(), strict=True)
    for record, (label, probability) in zip(records, answers, strict=True):
        yield record | {
            "believed": readings.labels[label],
            "believed_probability": probability,
            "threshold": float(suspects.thresholds[label]),
        }


def pair_records(images: SplitDataset, pairs: NearestPairs) -> Iterator[Record]:
    """Return a record for each pair.

    Yields
    ------
    Record
        `split`, `image` and `label` of the image that was searched for, `nearest_split`, `nearest_image` and
        `nearest_label` of the nearest one, and their `distance`.
    """
    both = zip(pairs.queries.tolist(), pairs.matches.tolist(), pairs.distances.tolist(), strict=True)
    for query, match, distance in both:
        nearest = {f"nearest_{name}": value for name, value in _place(images, match).items()}
        yield _place(images, query) | nearest | {"distance": distance}


def _place(images: SplitDataset, index: int) -> Record:
    number, inside = images.locate(index)
    return {"split": images.splits[number], "image": inside, "label": images.classes[images.labels[index]]}
