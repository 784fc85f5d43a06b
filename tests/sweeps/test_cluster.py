"""Sweeps on Dask, in processes of their own: this machine's workers, and a scheduler with two workers on loopback."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from digitpad.extras import is_installed
from digitpad.models.model_file import load_model
from digitpad.sweeps.record import SweepInfo, SweepStatus, Trial, TrialStatus
from digitpad.sweeps.store import Sweep, SweepStore
from digitpad.training.live import LiveRun
from digitpad.training.runs import RunStore

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not is_installed("distributed"), reason="Dask is not installed"),
]

#: Two trials that take long enough to be interrupted.
EPOCHS = 300
TRIALS = ["--set", "batch-size=32,64", "--epochs", str(EPOCHS)]


@pytest.fixture
def environment(own_user_folders: Path) -> dict[str, str]:
    """Return an environment whose data folder is that of the test."""
    (own_user_folders / "xdg" / "digitpad").parent.mkdir(parents=True)
    (own_user_folders / "xdg" / "digitpad").symlink_to(own_user_folders / "data", target_is_directory=True)
    (own_user_folders / "data").mkdir()
    root = Path(__file__).parents[2]
    return os.environ | {"XDG_DATA_HOME": str(own_user_folders / "xdg"), "PYTHONPATH": str(root)}


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start processes that are killed, with their children, after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def sweep_words(blobs: Path) -> list[str]:
    fixed = ["--architecture", "mlp", "--dataset", str(blobs), "--recipe", "usual", "--film-size", "0"]
    return ["digitpad", "sweep", "--json", *fixed]


def running(process: "subprocess.Popen[str]") -> Trial:
    """Wait until a trial has completed two epochs, and return it."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            raise AssertionError(f"the program ended: {process.communicate()}")
        for sweep in SweepStore().all():
            for trial in sweep.reload().trials if isinstance(sweep, Sweep) else ():
                if trial.status is TrialStatus.RUNNING and trial.epochs >= 2:
                    return trial


def line_with(stream: IO[str] | None, text: str) -> str:
    """Read lines until one contains a text, and return that one."""
    assert stream is not None
    for line in stream:
        if text in line:
            return line
    raise AssertionError(f"the program ended without saying {text!r}")


def start_scheduler(start: Callable[..., "subprocess.Popen[str]"]) -> str:
    """Start a scheduler on this machine, and return its address."""
    scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
    return line_with(scheduler.stderr, "Scheduler at:").split()[-1]


def start_worker(start: Callable[..., "subprocess.Popen[str]"], scheduler: str) -> tuple[str, "subprocess.Popen[str]"]:
    """Start a worker, wait until the scheduler knows it, and return its address and process."""
    options = ("--no-nanny", "--nthreads", 1, "--no-dashboard")
    worker = start("distributed.cli.dask_worker", scheduler, *options)
    address = line_with(worker.stderr, "Start worker at:").split()[-1]
    line_with(worker.stderr, "Registered to:")
    return address, worker


def last_line(text: str) -> dict[str, Any]:
    return dict(json.loads(text.splitlines()[-1]))


def the_sweep() -> Sweep:
    (sweep,) = SweepStore().all()
    assert isinstance(sweep, Sweep)
    return sweep


def assert_same_as_alone(sweep: Sweep, info: SweepInfo, number: int, folder: Path) -> None:
    """Compare the weights of a trial with those of the same run that nothing has interrupted."""
    run = sweep.run(info.trials[number - 1])
    alone = LiveRun.start(run.info.plan, RunStore(folder), diagnose=False)
    list(alone.events())
    expected = load_model(alone.run.model_path).network.state_dict()
    for name, value in load_model(run.model_path).network.state_dict().items():
        np.testing.assert_array_equal(value, expected[name])


def test_ctrl_c_stops_a_sweep_and_resume_finishes_it(
    start: Callable[..., "subprocess.Popen[str]"], sweep_words: list[str], tmp_path: Path
) -> None:
    process = start(*sweep_words, "--workers", 2, *TRIALS)
    interrupted = running(process)
    # As a terminal does: to all processes of the foreground.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=800)
    assert process.returncode == 0, err
    assert err == ""
    assert last_line(out)["status"] == "stopped"
    sweep = the_sweep()
    before = sweep.info
    assert before.status is SweepStatus.STOPPED
    assert before.trials[interrupted.number - 1].status is TrialStatus.WAITING
    assert 2 <= before.trials[interrupted.number - 1].epochs < EPOCHS
    resumed = start("digitpad", "sweep", "--json", "--resume", sweep.folder.name)
    out, err = resumed.communicate(timeout=800)
    assert (resumed.returncode, err) == (0, "")
    assert last_line(out)["status"] == "finished"
    info = sweep.reload()
    assert [trial.values for trial in info.trials] == [trial.values for trial in before.trials]
    assert {trial.status for trial in info.trials} == {TrialStatus.FINISHED}
    assert info.trials[interrupted.number - 1].starts == 2
    assert_same_as_alone(sweep, info, interrupted.number, tmp_path)


def test_a_worker_that_is_killed_costs_a_retry(
    start: Callable[..., "subprocess.Popen[str]"], sweep_words: list[str], tmp_path: Path
) -> None:
    address = start_scheduler(start)
    workers = dict(start_worker(start, address) for _number in range(2))
    process = start(*sweep_words, "--scheduler", address, *TRIALS)
    victim = running(process)
    workers[victim.worker].kill()
    out, err = process.communicate(timeout=800)
    assert (process.returncode, err) == (0, "")
    assert last_line(out)["status"] == "finished"
    sweep = the_sweep()
    info = sweep.info
    assert {trial.status for trial in info.trials} == {TrialStatus.FINISHED}
    again = info.trials[victim.number - 1]
    assert again.starts == 2
    assert again.worker == next(address for address in workers if address != victim.worker)
    assert len(RunStore().all()) == 2
    assert_same_as_alone(sweep, info, again.number, tmp_path / "alone")


def test_a_scheduler_that_cannot_be_used_is_named(
    start: Callable[..., "subprocess.Popen[str]"], sweep_words: list[str]
) -> None:
    process = start(*sweep_words, "--scheduler", "tcp://127.0.0.1:9", *TRIALS)
    _out, err = process.communicate(timeout=800)
    assert process.returncode == 2
    assert err.startswith("digitpad: No scheduler answers at tcp://127.0.0.1:9 (")
    assert len(err.splitlines()) == 1
    address = start_scheduler(start)
    process = start(*sweep_words, "--scheduler", address, *TRIALS)
    _out, err = process.communicate(timeout=800)
    assert process.returncode == 2
    assert err.startswith(f"digitpad: The scheduler {address} has no workers; start some with: dask worker {address} ")
