"""A sweep from its beginning to its end, whatever happens in between, with a pool in this process."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.sweeps.opened_data import close_samples
from digitpad.sweeps.record import SweepStatus, Trial, TrialStatus
from digitpad.sweeps.runner import SweepRunner
from digitpad.sweeps.store import Sweep
from digitpad.training.live import LiveRun
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore

from .conftest import SerialPool

Make = Callable[..., Sweep]


@pytest.fixture(autouse=True)
def _own_data() -> Any:
    yield
    close_samples()


def conduct(sweep: Sweep, pool: SerialPool | None = None) -> list[Trial]:
    runner = SweepRunner(sweep, pool or SerialPool())
    return [trial for trial in runner.events() if trial is not None]


def weights(run: Run) -> dict[str, Any]:
    return dict(load_model(run.model_path).network.state_dict())


def assert_same_weights(run: Run, other: Run) -> None:
    mine, others = weights(run), weights(other)
    assert mine.keys() == others.keys()
    for name, value in mine.items():
        np.testing.assert_array_equal(value, others[name])


def test_all_trials_become_runs(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001,0.01")
    seen = conduct(sweep)
    info = sweep.reload()
    assert (info.status, info.message) == (SweepStatus.FINISHED, "")
    assert [trial.status for trial in info.trials] == [TrialStatus.FINISHED] * 2
    assert {TrialStatus.RUNNING, TrialStatus.FINISHED} <= {trial.status for trial in seen}
    for trial in info.trials:
        run = sweep.run(trial)
        assert run.info.name == f"sweep, trial {trial.number}"
        assert run.info.sweep == sweep.membership(trial)
        assert run.info.status is RunStatus.FINISHED
        assert run.info.validation_accuracy == trial.validation_accuracy
        assert run.info.plan.settings.learning_rate == trial.values["learning_rate"]
        assert (trial.epochs, trial.progress, trial.starts, trial.worker) == (2, 1.0, 1, "this process")
        assert len(run.history().epochs) == 2
        assert trial.parameters == sum(value.size for value in weights(run).values())
        assert f"--learning-rate {trial.values['learning_rate']!r}" in run.info.command
    assert info.best is not None
    assert info.best.validation_accuracy == max(trial.validation_accuracy or 0 for trial in info.trials)
    assert [run.folder.name for run in RunStore().all()] == [trial.run for trial in reversed(info.trials)]


def test_a_trial_is_the_run_of_its_command(make_sweep: Make, tmp_path: Path) -> None:
    sweep = make_sweep("learning-rate=0.003", fixed={"batch_size": 32})
    conduct(sweep)
    trial = sweep.run(sweep.reload().trials[0])
    alone = LiveRun.start(trial.info.plan, RunStore(tmp_path), diagnose=False)
    list(alone.events())
    assert_same_weights(trial, alone.run)


def stop_after(steps: int, sweep: Sweep) -> SerialPool:
    """Return a pool that asks for a stop when a trial has told that it took so many steps."""

    def on_tell(value: dict[str, Any]) -> None:
        if value.get("steps", 0) >= steps:
            sweep.request_stop()
            pool.is_stopping = True

    pool = SerialPool(on_tell)
    return pool


def test_a_stopped_sweep_goes_on_where_it_was(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001,0.01,0.1", epochs=4)
    conduct(sweep, stop_after(20, sweep))
    info = sweep.reload()
    assert info.status is SweepStatus.STOPPED
    assert info.message == "0 of 3 trials have ended; the others continue when the sweep is resumed."
    assert {trial.status for trial in info.trials} == {TrialStatus.WAITING}
    assert 0 < info.trials[0].epochs < 4
    assert sweep.run(info.trials[0]).info.status is RunStatus.INTERRUPTED
    assert not sweep.is_running()
    conduct(sweep)
    info = sweep.reload()
    assert info.status is SweepStatus.FINISHED
    assert [trial.starts for trial in info.trials] == [2, 1, 1]
    whole = make_sweep("learning-rate=0.001,0.01,0.1", epochs=4)
    conduct(whole)
    for trial, other in zip(info.trials, whole.reload().trials, strict=True):
        assert_same_weights(sweep.run(trial), whole.run(other))
        assert trial.validation_accuracy == other.validation_accuracy


def test_a_record_that_is_behind_its_runs_catches_up(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001,0.01")
    before = sweep.info
    conduct(sweep)
    first = sweep.reload()
    # As after a power failure: the runs are whole, and the record is that of the beginning.
    sweep.write(replace(before, status=SweepStatus.RUNNING))
    assert sweep.info.status is SweepStatus.BROKEN_OFF
    pool = SerialPool()
    conduct(sweep, pool)
    info = sweep.reload()
    assert [trial.validation_accuracy for trial in info.trials] == [trial.validation_accuracy for trial in first.trials]
    assert len(RunStore().all()) == 2


def test_a_worker_that_is_lost_before_the_first_checkpoint_costs_nothing_else(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001")
    folder = RunStore().trial_folder(sweep.membership(sweep.info.trials[0]))
    (folder / "checkpoints").mkdir(parents=True)
    conduct(sweep)
    assert sweep.reload().trials[0].status is TrialStatus.FINISHED


def test_a_trial_that_fails_does_not_stop_the_others(make_sweep: Make, blobs: Path) -> None:
    sweep = make_sweep("learning-rate=0.001,0.01")
    folder = RunStore().trial_folder(sweep.membership(sweep.info.trials[0]))
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    conduct(sweep)
    info = sweep.reload()
    assert [trial.status for trial in info.trials] == [TrialStatus.FAILED, TrialStatus.FINISHED]
    assert "could not be created" in info.trials[0].message
    # Resuming tries it again.
    folder.unlink()
    conduct(sweep)
    assert [trial.status for trial in sweep.reload().trials] == [TrialStatus.FINISHED] * 2
    assert blobs.is_dir()


def test_a_trial_that_diverges_is_an_answer(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=1e30,0.01", fixed={"optimizer": "sgd"})
    conduct(sweep)
    info = sweep.reload()
    assert info.status is SweepStatus.FINISHED
    assert [trial.status for trial in info.trials] == [TrialStatus.DIVERGED, TrialStatus.FINISHED]
    assert info.trials[0].message
    assert info.best is not None
    assert info.best.number == 2


def test_a_sweep_runs_once_at_a_time(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001")
    with sweep.locked(), pytest.raises(DigitpadError, match=r"The sweep sweep is already running; stop it first\."):
        conduct(sweep)


def test_closing_the_events_leaves_a_sweep_that_can_be_resumed(make_sweep: Make) -> None:
    sweep = make_sweep("learning-rate=0.001,0.01")
    with contextlib.closing(SweepRunner(sweep, SerialPool()).events()) as events:
        next(events)
    assert sweep.reload().status is SweepStatus.STOPPED
    conduct(sweep)
    assert sweep.reload().status is SweepStatus.FINISHED


def test_halving_drops_the_worse_and_keeps_training_the_best(make_sweep: Make, tmp_path: Path) -> None:
    rates = "learning-rate=1e-5,1e-4,3e-4,1e-3,3e-3,1e-2,2e-2,3e-2,1e-1"
    sweep = make_sweep(rates, halving=True, epochs=4, fixed={"optimizer": "sgd"})
    assert sweep.info.rungs == (1, 3)
    conduct(sweep)
    info = sweep.reload()
    assert info.status is SweepStatus.FINISHED
    assert sorted(trial.epochs for trial in info.trials) == [1] * 6 + [3] * 2 + [4]
    assert sorted(trial.rung for trial in info.trials) == [0] * 6 + [1] * 2 + [2]
    dropped = [trial for trial in info.trials if trial.status is TrialStatus.DROPPED]
    assert len(dropped) == 8
    assert dropped[0].message == "Dropped after 1 epoch: other trials were better."
    # Those that went on were the best after the first epoch.
    first = {trial.number: sweep.run(trial).history().epochs[0].validation_accuracy or 0.0 for trial in info.trials}
    kept = {trial.number for trial in info.trials if trial.rung > 0}
    assert min(first[number] for number in kept) >= max(first[number] for number in first.keys() - kept)
    # The best has the weights of a run without any pause.
    (last,) = (trial for trial in info.trials if trial.status is TrialStatus.FINISHED)
    assert info.best == last
    alone = LiveRun.start(sweep.run(last).info.plan, RunStore(tmp_path), diagnose=False)
    list(alone.events())
    assert_same_weights(sweep.run(last), alone.run)


def test_halving_that_was_stopped_gives_the_same_trials(make_sweep: Make) -> None:
    rates = "learning-rate=1e-4,1e-3,1e-2,1e-1"
    sweeps = [make_sweep(rates, halving=True, factor=2, epochs=5, fixed={"optimizer": "sgd"}) for _time in range(2)]
    conduct(sweeps[0])
    conduct(sweeps[1], stop_after(40, sweeps[1]))
    assert sweeps[1].reload().status is SweepStatus.STOPPED
    conduct(sweeps[1])
    first, second = (
        [(trial.rung, trial.status, trial.epochs, trial.validation_accuracy) for trial in sweep.reload().trials]
        for sweep in sweeps
    )
    assert first == second
