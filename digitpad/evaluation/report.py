"""Reports of an evaluation: the record that `digitpad evaluate --json` prints, and tables for other programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from digitpad.atomic import atomic_write
from digitpad.evaluation.comparison import Comparison
from digitpad.evaluation.reading import Evaluation, GroupFigures
from digitpad.evaluation.robustness import RobustnessPoint

Row = Sequence[str | int | float | None]
ORIGINS = ("writer", "source")


def record_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return all figures of an evaluation by name, as a JSON-compatible dictionary.

    Returns
    -------
    dict
        `per_class` (the recall), `precision`, `recall`, `f1` and `support` are in the order of the labels; a figure
        whose denominator is 0 is None. `per_writer` and `per_source` exist for ink with writers and sources.
    """
    classes, calibration = evaluation.per_class, evaluation.calibration
    recall = [figures.recall for figures in classes]
    record: dict[str, Any] = {
        "model": evaluation.model,
        "dataset": evaluation.dataset,
        "count": evaluation.count,
        "accuracy": evaluation.accuracy,
        "interval": list(evaluation.interval),
        "loss": evaluation.loss,
        "labels": list(evaluation.labels),
        "per_class": recall,
        "precision": [figures.precision for figures in classes],
        "recall": recall,
        "f1": [figures.f1 for figures in classes],
        "support": [figures.support for figures in classes],
        "confusion": evaluation.confusion.tolist(),
        "calibration_error": calibration.error,
        "confidence": calibration.confidence,
        "refused": None if evaluation.refused is None else float(evaluation.refused.mean()),
        "reliability": [
            {"low": b.low, "high": b.high, "count": b.count, "confidence": b.confidence, "accuracy": b.accuracy}
            for b in calibration.bins
        ],
    }
    for kind in ORIGINS:
        groups = evaluation.by_origin(kind)
        if groups:
            record[f"per_{kind}"] = [_group_record(group) for group in groups]
    return record


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """Return the figures of a second model and its comparison with the first, as a JSON-compatible dictionary."""
    second = comparison.second
    return {
        "model": second.model,
        "accuracy": second.accuracy,
        "interval": list(second.interval),
        "loss": second.loss,
        "calibration_error": second.calibration.error,
        "difference": comparison.difference,
        "difference_interval": list(comparison.interval),
        "p_value": comparison.p_value,
        "both": comparison.both,
        "neither": comparison.neither,
        "only_first": len(comparison.only_first),
        "only_second": len(comparison.only_second),
    }


def robustness_record(points: Iterable[RobustnessPoint]) -> dict[str, list[dict[str, Any]]]:
    """Return the points of each curve by the name of the disturbance, as a JSON-compatible dictionary."""
    curves: dict[str, list[dict[str, Any]]] = {}
    for point in points:
        curves.setdefault(point.disturbance.value, []).append(
            {
                "amount": point.amount,
                "unit": point.disturbance.unit,
                "count": point.count,
                "accuracy": point.accuracy,
                "interval": list(point.interval),
            }
        )
    return curves


def robustness_table(points: Iterable[tuple[str, RobustnessPoint]]) -> tuple[list[str], list[Row]]:
    """Return the header and one row per point of the curves, with the name of the model."""
    header = ["model", "disturbance", "amount", "unit", "images", "correct", "accuracy", "low", "high"]
    rows: list[Row] = [
        [model, p.disturbance.value, p.amount, p.disturbance.unit, p.count, p.right, p.accuracy, *p.interval]
        for model, p in points
    ]
    return header, rows


def image_table(evaluation: Evaluation) -> tuple[list[str], list[Row]]:
    """Return the header and one row per image; all other figures can be computed from them.

    Returns
    -------
    (list of str, list of Row)
        The names of the columns, and the rows in the order of the dataset. `image` counts from 0.
    """
    kinds = [kind for kind in ORIGINS if kind in evaluation.origins]
    header = ["image", "label", "read_as", "correct", "probability", "loss", *kinds]
    header += [f"p_{label}" for label in evaluation.labels]
    columns = zip(
        evaluation.targets.tolist(),
        evaluation.predicted.tolist(),
        evaluation.confidences.tolist(),
        evaluation.losses.tolist(),
        evaluation.probabilities.tolist(),
        strict=True,
    )
    labels = evaluation.labels
    rows: list[Row] = [
        [
            *(index, labels[target], labels[read], int(target == read), probability, loss),
            *(evaluation.origins[kind][index] for kind in kinds),
            *probabilities,
        ]
        for index, (target, read, probability, loss, probabilities) in enumerate(columns)
    ]
    return header, rows


def class_table(evaluation: Evaluation) -> tuple[list[str], list[Row]]:
    """Return the header and one row per class: its figures, and the counts of its predicted classes."""
    header = ["label", "images", "precision", "recall", "f1", *(f"read_as_{label}" for label in evaluation.labels)]
    rows: list[Row] = [
        [figures.label, figures.support, figures.precision, figures.recall, figures.f1, *counts]
        for figures, counts in zip(evaluation.per_class, evaluation.confusion.tolist(), strict=True)
    ]
    return header, rows


def reliability_table(evaluation: Evaluation) -> tuple[list[str], list[Row]]:
    """Return the header and one row per bin of the reliability diagram."""
    rows: list[Row] = [[b.low, b.high, b.count, b.confidence, b.accuracy] for b in evaluation.calibration.bins]
    return ["above", "up_to", "images", "confidence", "accuracy"], rows


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table as a CSV file, atomically.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with atomic_write(path) as file:
        file.write(text.getvalue().encode())


def _group_record(group: GroupFigures) -> dict[str, Any]:
    return {"name": group.name, "count": group.count, "accuracy": group.accuracy, "interval": list(group.interval)}
