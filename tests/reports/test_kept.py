"""Kept results are those that were measured, and are used for nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint, evaluate
from digitpad.reading.recognizer import Recognizer
from digitpad.reports.kept import KeptResults
from digitpad.training.run import Run
from digitpad.training.runs import RunStore
from tests.reports.test_making import copied

POINTS = (RobustnessPoint(Disturbance.SHIFT, 0.0, 40, 30), RobustnessPoint(Disturbance.NOISE, 0.5, 40, 20))


@pytest.fixture
def run(store: RunStore, tmp_path: Path) -> Run:
    return copied(store.find("first"), tmp_path)


@pytest.fixture(scope="module")
def images() -> Dataset:
    return open_dataset("mnist", "test").subset(np.arange(40))


@pytest.fixture
def evaluation(run: Run, images: Dataset) -> Evaluation:
    return evaluate(Recognizer(run.model()), images)


def test_what_was_kept_is_found_again(run: Run, images: Dataset, evaluation: Evaluation) -> None:
    recognizer = Recognizer(run.model())
    fresh = KeptResults(run, recognizer, images)
    assert (fresh.evaluation, fresh.robustness) == (None, ())
    fresh.keep(evaluation, POINTS)
    found = KeptResults(run, recognizer, images)
    assert found.robustness == POINTS
    assert found.evaluation is not None
    np.testing.assert_array_equal(found.evaluation.log_probabilities, evaluation.log_probabilities)
    np.testing.assert_array_equal(found.evaluation.targets, evaluation.targets)
    assert found.evaluation.labels == evaluation.labels
    assert found.evaluation.identity == evaluation.identity
    assert found.evaluation.accuracy == evaluation.accuracy


def test_other_images_weights_and_thresholds_are_measured_again(
    run: Run, images: Dataset, evaluation: Evaluation
) -> None:
    recognizer = Recognizer(run.model())
    KeptResults(run, recognizer, images).keep(evaluation, POINTS)
    assert KeptResults(run, recognizer, images.subset(np.arange(39))).evaluation is None
    assert KeptResults(run, recognizer, images.subset(np.arange(40)[::-1])).evaluation is None
    model = run.model().copy()
    next(iter(model.network.parameters())).value.flat[0] += 1
    assert KeptResults(run, Recognizer(model), images).evaluation is None
    mean = replace(model.metadata.preprocessing, mean=0.2)
    other = replace(run.model(), metadata=replace(model.metadata, preprocessing=mean))
    assert KeptResults(run, Recognizer(other), images).evaluation is None


@pytest.mark.parametrize("damage", ["nothing", "truncated", "garbage"])
def test_a_damaged_file_is_measured_again(run: Run, images: Dataset, evaluation: Evaluation, damage: str) -> None:
    recognizer = Recognizer(run.model())
    KeptResults(run, recognizer, images).keep(evaluation, POINTS)
    path = run.folder / "report.safetensors"
    contents = path.read_bytes()
    path.write_bytes({"nothing": b"", "truncated": contents[:-50], "garbage": b"\xff" * 200}[damage])
    assert KeptResults(run, recognizer, images).evaluation is None
