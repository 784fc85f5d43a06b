"""The report contains the measured values."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.evaluation import Comparison, Evaluation
from digitpad.evaluation.report import (
    class_table,
    comparison_record,
    image_table,
    record_of,
    reliability_table,
    write_csv,
)


@pytest.fixture
def result() -> Evaluation:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((40, 3)).astype(np.float32) * 2
    logs = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
    origins = {"writer": tuple(str(number % 4) for number in range(40))}
    return Evaluation("m", "d", "c", ("a", "b", "c"), rng.integers(0, 2, 40), logs, origins)


def test_the_record_is_json_and_agrees_with_itself(result: Evaluation) -> None:
    record = json.loads(json.dumps(record_of(result), allow_nan=False))
    confusion = np.array(record["confusion"])
    assert record["count"] == confusion.sum() == sum(record["support"]) == 40
    assert record["accuracy"] == np.trace(confusion) / 40
    assert record["interval"][0] < record["accuracy"] < record["interval"][1]
    assert record["per_class"] == record["recall"]
    assert record["recall"][2] is None
    bins = [bin_ for bin_ in record["reliability"] if bin_["count"]]
    error = sum(bin_["count"] * abs(bin_["confidence"] - bin_["accuracy"]) for bin_ in bins) / 40
    assert record["calibration_error"] == pytest.approx(error)
    assert sum(group["count"] for group in record["per_writer"]) == 40
    assert "per_source" not in record


def test_the_table_of_images_gives_every_figure_again(result: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "images.csv"
    write_csv(path, *image_table(result))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["image"]) for row in rows] == list(range(40))
    assert sum(int(row["correct"]) for row in rows) / 40 == result.accuracy
    assert np.mean([float(row["loss"]) for row in rows]) == pytest.approx(result.loss)
    for row in rows:
        shares = {label: float(row[f"p_{label}"]) for label in "abc"}
        assert sum(shares.values()) == pytest.approx(1)
        assert row["read_as"] == max(shares, key=lambda label: shares[label])
        assert float(row["probability"]) == max(shares.values())
    assert {row["writer"] for row in rows} == {"0", "1", "2", "3"}


def test_classes_and_bins_as_tables(result: Evaluation) -> None:
    header, rows = class_table(result)
    assert header[-3:] == ["read_as_a", "read_as_b", "read_as_c"]
    assert [list(row[-3:]) for row in rows] == result.confusion.tolist()
    assert rows[2][1:4] == [0, 0.0, None]
    assert len(reliability_table(result)[1]) == 15


def test_a_comparison_written_down_agrees_with_both(result: Evaluation) -> None:
    logs = np.roll(result.log_probabilities, 1, axis=1)
    other = Evaluation("n", "d", "c", result.labels, result.targets, logs)
    record = json.loads(json.dumps(comparison_record(Comparison(result, other)), allow_nan=False))
    assert record["both"] + record["neither"] + record["only_first"] + record["only_second"] == 40
    assert record["both"] + record["only_second"] == round(record["accuracy"] * 40)
    assert record["difference"] == pytest.approx(record["accuracy"] - result.accuracy)
    assert record["difference_interval"][0] < record["difference"] < record["difference_interval"][1]


def test_a_table_that_cannot_be_written_is_said(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="images"):
        write_csv(tmp_path / "nowhere" / "images.csv", *image_table(result))
