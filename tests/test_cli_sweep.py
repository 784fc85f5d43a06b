"""`digitpad sweep`, as far as it needs no workers; `tests/sweeps/test_cluster.py` starts some."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from digitpad.sweeps.planning import SweepRequest, plan_sweep
from digitpad.sweeps.record import SweepStatus, TrialStatus
from digitpad.sweeps.store import Sweep, SweepStore

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sweep() -> Sweep:
    """Return a sweep of which one trial has ended."""
    info, _sentence = plan_sweep(
        SweepRequest(("optimizer=adam,sgd", "momentum=0.5,0.9"), {"architecture": "mlp", "limit": 2000})
    )
    done = replace(
        info.trials[1],
        status=TrialStatus.FINISHED,
        run="gone",
        epochs=5,
        seconds=12.34,
        validation_loss=0.25,
        validation_accuracy=0.9375,
    )
    return SweepStore().create(replace(info.with_trial(done), status=SweepStatus.STOPPED))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "A sweep needs at least one setting to vary; write --set learning-rate=log:1e-4..1e-1."),
        (["--set", "optimizer"], "optimizer does not say what to vary; write it as in optimizer=adam,sgd."),
        (["--set", "threads=1,2"], "threads cannot be varied: the number of threads changes only the speed"),
        (["--set", "learning-rate=log:1e-4..1e-1"], "give the number of trials with --trials"),
        (["--set", "optimizer=adam,sgd", "--trials", "3"], "There are only 2 combinations, so 3 trials would repeat"),
        (["--set", "optimizer=adam,sgd", "--trials", "0"], "argument --trials: '0' is not an integer of at least 1"),
        (["--set", "epochs=1,2", "--epochs", "3"], "epochs is both varied and fixed; omit --epochs."),
        (["--set", "epochs=1,2", "--halving"], "give one number with --epochs"),
        (["--set", "limit=100,1000000"], "Trial 2 (limit=1000000) cannot be trained: MNIST has 60000 images"),
        (["--list", "--show", "a"], "--list and --show exclude each other."),
        (["--show", "a", "--set", "epochs=1,2"], "with its own settings; omit --set."),
        (["--resume", "a", "--epochs", "2"], "--resume is about a sweep that exists, with its own settings; omit"),
        (["--show", "a"], "There is no sweep a in "),
        (["--resume", "a"], "There is no sweep a in "),
        (["--set", "epochs=1,2", "--workers", "2", "--scheduler", "tcp:x"], "--workers is for this machine"),
        (["--set", "epochs=1,2", "--output", "x"], "unrecognized arguments: --output x"),
    ],
)  # fmt: skip
def test_a_bad_request_gets_one_sentence(run: Run, words: list[str], sentence: str) -> None:
    code, out, err = run("sweep", *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert SweepStore().all() == []


def test_without_dask_the_extra_is_named(run: Run, sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.extras.is_installed", lambda name: name != "distributed")
    for words in (["--set", "epochs=1,2"], ["--resume", sweep.folder.name]):
        code, out, err = run("sweep", *words)
        assert (code, out) == (2, "")
        assert (
            err == "digitpad: A sweep needs the package distributed; install it with: pip install 'digitpad[sweep]'\n"
        )
    # Looking at sweeps needs no Dask.
    assert run("sweep", "--list")[0] == 0
    assert run("sweep", "--show", sweep.folder.name)[0] == 0


def test_sweeps_are_listed(run: Run) -> None:
    code, out, err = run("sweep", "--list")
    assert (code, err) == (0, "")
    assert out.startswith("No sweeps yet; start one with `digitpad sweep --set ")
    assert json.loads(run("sweep", "--list", "--json")[1]) == []


def test_a_sweep_is_shown(run: Run, sweep: Sweep, own_user_folders: Path) -> None:
    code, out, err = run("sweep", "--list")
    assert (code, err) == (0, "")
    header, row = out.splitlines()
    assert header.split() == ["sweep", "status", "folder", "trials", "best"]
    assert row.split() == ["sweep", "stopped", sweep.folder.name, "1/3", "93.75%"]
    code, out, err = run("sweep", "--show", "sweep")
    assert code == 0
    header, first, second, third, best = out.splitlines()
    assert header.split() == ["trial", "status", "optimizer", "momentum", "epochs", "loss", "accuracy", "seconds"]
    # The best first; a setting without effect has no value.
    assert first.split() == ["2", "finished", "sgd", "0.5", "5", "0.2500", "93.75%", "12.3"]
    assert second.split() == ["1", "waiting", "adam", "-", "0", "-", "-", "0.0"]
    assert third.split()[:4] == ["3", "waiting", "sgd", "0.9"]
    assert best == "Best: trial 2, validation accuracy 93.75% (optimizer=sgd, momentum=0.5)"
    # Its run was deleted.
    assert "is not a run: run.json is missing" in err
    assert own_user_folders.is_dir()
    facts = json.loads(run("sweep", "--show", "sweep", "--json")[1])
    assert (facts["sweep"], facts["status"], facts["method"], facts["trials"], facts["ended"]) == (
        "sweep", "stopped", "grid", 3, 1,
    )  # fmt: skip
    assert (facts["best"], facts["best_validation"]) == (2, 0.9375)
    assert [trial["values"] for trial in facts["results"]] == [
        {"optimizer": "adam"}, {"optimizer": "sgd", "momentum": 0.5}, {"optimizer": "sgd", "momentum": 0.9},
    ]  # fmt: skip


def test_a_finished_sweep_is_not_resumed(run: Run, sweep: Sweep) -> None:
    pytest.importorskip("distributed")
    sweep.write(replace(sweep.info, status=SweepStatus.FINISHED))
    code, out, err = run("sweep", "--resume", "sweep")
    assert (code, out) == (2, "")
    assert err == "digitpad: The sweep sweep has finished; there is nothing to resume.\n"
