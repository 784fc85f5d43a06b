"""From a request to a record: nothing is written before everything was checked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.sweeps.halving import rungs_of
from digitpad.sweeps.planning import SweepRequest, fixed_by, plan_sweep
from digitpad.sweeps.plans import in_words, plan_of, values_of
from digitpad.sweeps.record import Method, TrialStatus
from digitpad.sweeps.store import Sweep, SweepStore
from digitpad.training.plan import RunPlan
from digitpad.training.settings import TrainingSettings


def refused(blobs: Path, *space: str, **details: Any) -> str:
    fixed = {"architecture": "mlp", "dataset": str(blobs), "recipe": "usual"} | details.pop("fixed", {})
    with pytest.raises(DigitpadError) as caught:
        plan_sweep(SweepRequest(space, fixed, **details))
    assert SweepStore().all() == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plan_is_that_of_the_same_training_alone() -> None:
    plan = plan_of({"architecture": "light", "learning_rate": 0.02, "augment": "rotation=10", "limit": 500})
    assert (plan.architecture.name, plan.dataset, plan.limit, plan.validation) == ("light", "mnist", 500, None)
    assert plan.settings.learning_rate == 0.02
    assert plan.settings.augmentation == Augmentation.parse("rotation=10")
    # A worker trains with one thread.
    assert (plan.settings.threads, plan.settings.device) == (1, "cpu")
    sprint = plan_of({"recipe": "sprint"})
    assert (sprint.architecture.name, sprint.settings.optimizer, sprint.settings.batch_size) == (
        "sprint",
        "nesterov",
        32,
    )
    assert plan_of({"architecture": "sprint"}).settings == sprint.settings


def test_a_plan_of_the_window_stays_what_it_is(blobs: Path) -> None:
    settings = TrainingSettings(
        schedule="multistep",
        milestones=(2, 4),
        epochs=6,
        augmentation=Augmentation.parse("usual"),
        threads=1,
        device="cpu",
    )
    plan = RunPlan(ARCHITECTURES["light"], str(blobs), 600, 100, settings)
    assert plan_of(values_of(plan, "light")) == plan
    assert plan_of(fixed_by(plan)) == plan
    other = replace(plan, architecture=replace(plan.architecture, name="mine"))
    assert plan_of(fixed_by(other)) == other


def test_settings_in_words() -> None:
    assert in_words({"learning_rate": 1e-4, "keep_best": True}) == "learning-rate=0.0001, keep-best=true"


def test_a_record_has_all_trials(make_sweep: Callable[..., Sweep], blobs: Path) -> None:
    info = make_sweep("optimizer=adam,sgd", "batch-size=16,32").info
    assert (info.method, info.name, len(info.trials)) == (Method.GRID, "sweep", 4)
    assert [trial.number for trial in info.trials] == [1, 2, 3, 4]
    assert {trial.status for trial in info.trials} == {TrialStatus.WAITING}
    assert info.space == {"optimizer": "adam,sgd", "batch_size": "16,32"}
    assert info.fixed["dataset"] == str(blobs)
    drawn = make_sweep("learning-rate=log:1e-4..1e-1", trials=3, fixed={"seed": 9}).info
    assert (drawn.method, drawn.name, drawn.seed, len(drawn.trials)) == (Method.RANDOM, "sweep 2", 9, 3)
    again = make_sweep("learning-rate=log:1e-4..1e-1", trials=3, fixed={"seed": 9}).info
    assert again.trials == drawn.trials
    halved = make_sweep("learning-rate=log:1e-4..1e-1", trials=9, halving=True, epochs=9).info
    assert (halved.method, halved.rungs, halved.factor) == (Method.HALVING, (1, 3), 3)


def test_what_cannot_be_trained_is_named(blobs: Path) -> None:
    assert refused(blobs, "optimizer=nesterov", "momentum=0.9,0") == (
        "Trial 2 (optimizer=nesterov, momentum=0) cannot be trained: Nesterov momentum must be greater than 0; choose "
        "another momentum, or sgd."
    )
    assert "Trial 2 (dropout=0.5) cannot be trained: The architecture mlp has no dropout layer" in refused(
        blobs, "dropout=0,0.5,0"
    )
    assert "Trial 2 (limit=5000) cannot be trained: " in refused(blobs, "limit=500,5000")
    assert "1200 images, so 5000 cannot be used" in refused(blobs, "limit=500,5000")


def test_a_dataset_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DigitpadError, match=r"Trial 2 \(dataset=nowhere\) cannot be trained: nowhere does not exist"):
        plan_sweep(SweepRequest(("dataset=mnist,nowhere",), {"architecture": "mlp"}))


def test_trials_must_be_comparable(blobs: Path) -> None:
    assert "it has no validation images, and trials are compared on these" in refused(
        blobs, "epochs=1,2", fixed={"validation": 0}
    )
    assert "epochs is both varied and fixed; omit --epochs." in refused(blobs, "epochs=1,2", fixed={"epochs": 3})
    assert "give one number with --epochs" in refused(blobs, "epochs=1,2", halving=True)
    assert "choose --epochs above 1" in refused(blobs, "batch-size=16,32", halving=True, fixed={"epochs": 1})


def test_the_seed_may_be_varied_and_given() -> None:
    info, _sentence = plan_sweep(SweepRequest(("seed=1,2",), {"architecture": "mlp", "limit": 5000, "seed": 7}))
    assert [trial.values for trial in info.trials] == [{"seed": 1}, {"seed": 2}]


def test_a_small_dataset_has_its_own_defaults(blobs: Path) -> None:
    request = SweepRequest(("learning-rate=0.001,0.01",), {"dataset": str(blobs), "limit": 60})
    info, sentence = plan_sweep(request)
    assert sentence.startswith("A small dataset (60 images): batches have 12 images")
    assert info.fixed["batch_size"] == 12
    free, sentence = plan_sweep(SweepRequest(("weight-decay=0,0.01",), {"dataset": str(blobs), "limit": 300}))
    assert "trained with augmentation" in sentence
    assert (free.fixed["architecture"], free.fixed["schedule"]) == ("light", "one-cycle")
    assert plan_of(free.fixed).settings.augmentation


def test_rungs_grow_by_the_factor() -> None:
    assert rungs_of(27, 3, 1) == (1, 3, 9)
    assert rungs_of(10, 2, 2) == (2, 4, 8)
    with pytest.raises(DigitpadError, match="before the last epoch"):
        rungs_of(2, 3, 2)
