"""Cross-validation and ensembles: several trials taken together."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.idx import read_idx
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Evaluation
from digitpad.sweeps.ensemble import combine, members, read_all
from digitpad.sweeps.folds import cross_validations, fold_specification
from digitpad.sweeps.record import Trial, TrialStatus
from digitpad.sweeps.runner import SweepRunner
from digitpad.sweeps.store import Sweep

from .conftest import SerialPool

Make = Callable[..., Sweep]
Command = Callable[..., tuple[int, str, str]]


def test_folds_are_taken_together() -> None:
    assert fold_specification(3) == "fold=1/3,2/3,3/3"
    trials = [
        Trial(number, {"learning_rate": rate, "fold": f"{fold}/3"}, validation_accuracy=accuracy)
        for number, (rate, fold, accuracy) in enumerate(
            [(0.1, 1, 0.5), (0.1, 2, 0.7), (0.1, 3, None), (0.01, 1, 0.9), (0.01, 2, 0.8), (0.01, 3, 0.7)], 1
        )
    ]
    best, other = cross_validations(trials)
    assert best.values == {"learning_rate": 0.01}
    assert best.mean == pytest.approx(0.8)
    assert best.deviation == pytest.approx(0.1)
    assert (best.missing, other.missing) == (0, 1)
    assert other.mean == pytest.approx(0.6)
    (none,) = cross_validations([Trial(1, {"fold": "1/2"})])
    assert (none.mean, none.deviation, none.values) == (None, None, {})


def test_an_ensemble_averages_probabilities() -> None:
    first = Evaluation(
        "a", "x", "id", ("0", "1"), np.array([0, 1]), np.log(np.array([[0.9, 0.1], [0.6, 0.4]], np.float32))
    )
    second = replace(first, model="b", log_probabilities=np.log(np.array([[0.4, 0.6], [0.1, 0.9]], np.float32)))
    both = combine([first, second], "both")
    np.testing.assert_allclose(both.probabilities, [[0.65, 0.35], [0.35, 0.65]], rtol=1e-6)
    assert (first.accuracy, second.accuracy, both.accuracy) == (0.5, 0.5, 1.0)
    never = replace(first, log_probabilities=np.full((2, 2), -np.inf, np.float32))
    assert math.isfinite(combine([never, never], "never").loss)
    with pytest.raises(DigitpadError, match="different classes, so they are no ensemble"):
        combine([first, replace(second, labels=("0", "2"))], "both")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_ensemble_of_a_sweep_is_measured(make_sweep: Make, blobs: Path, run: Command) -> None:
    sweep = make_sweep("seed=1,2,3", epochs=1, fixed={"dataset": str(blobs)})
    with pytest.raises(DigitpadError, match="at least two finished trials, and sweep has 0"):
        members(sweep, 3)
    for _trial in SweepRunner(sweep, SerialPool()).events():
        pass
    info = sweep.reload()
    chosen = members(sweep, 2)
    assert [trial.number for trial in chosen] == [
        trial.number for trial in sorted(info.trials, key=lambda trial: trial.rank)[:2]
    ]
    data = open_dataset(blobs)
    together = combine(read_all(sweep, chosen, data), "both")
    assert together.count == len(read_idx(blobs / "train-labels-idx1-ubyte"))
    assert together.accuracy >= 0.5
    assert {trial.status for trial in info.trials} == {TrialStatus.FINISHED}
    # The blobs have no test images.
    code, _out, err = run("sweep", "--ensemble", "sweep")
    assert code == 2
    assert "has no test files" in err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_folds_over_writers_on_the_command_line(run: Command, make_sweep: Make) -> None:
    fixed = {"dataset": "pen", "limit": 600}
    sweep = make_sweep(fold_specification(3), epochs=1, fixed=fixed)
    for _trial in SweepRunner(sweep, SerialPool()).events():
        pass
    info = sweep.reload()
    assert [trial.status for trial in info.trials] == [TrialStatus.FINISHED] * 3
    plan = sweep.run(info.trials[1]).info.plan
    assert plan.fold == "2/3"
    assert "--fold 2/3" in sweep.run(info.trials[1]).info.command
    code, out, _err = run("sweep", "--show", "sweep")
    assert code == 0
    assert "Cross-validation over 3 folds: mean accuracy " in out
    (facts,) = json.loads(run("sweep", "--show", "sweep", "--json")[1])["cross_validation"]
    accuracies = [trial.validation_accuracy or 0 for trial in info.trials]
    assert facts["mean"] == pytest.approx(sum(accuracies) / 3)
    code, _out, err = run("sweep", "--ensemble", "sweep")
    assert code == 2
    assert "trained on different images, so none are unseen by all of them" in err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_ensemble_is_measured_on_unseen_images(run: Command, make_sweep: Make) -> None:
    for dataset, name in (("mnist", "digits"), ("pen", "ink")):
        sweep = make_sweep("seed=1,2", epochs=1, name=name, fixed={"dataset": dataset, "limit": 400})
        for _trial in SweepRunner(sweep, SerialPool()).events():
            pass
    code, out, err = run("sweep", "--ensemble", "digits")
    assert (code, err) == (0, "")
    header, *rows = out.splitlines()
    assert header.split() == ["on", "MNIST", "test", "accuracy", "95%", "interval", "loss"]
    assert [row.split()[0] for row in rows] == ["trial", "trial", "ensemble"]
    facts = json.loads(run("sweep", "--ensemble", "digits", "--json")[1])
    assert len(facts["members"]) == 2
    assert facts["loss"] <= max(member["loss"] for member in facts["members"])
    code, _out, err = run("sweep", "--ensemble", "ink")
    assert code == 2
    assert "has no test images of its own" in err
