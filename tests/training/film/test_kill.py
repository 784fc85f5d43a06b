"""A process that films is killed at random moments: no run is lost, and every frame of its film is as it should be."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad.training.film.limits import FilmLimits
from digitpad.training.film.reader import Film
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import Run, RunStore

Make = Callable[..., RunPlan]

FILMING = """
import sys
from pathlib import Path
from digitpad.training.events import StepCompleted
from digitpad.training.film.limits import FilmLimits
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import RunStore

keeping, film = Keeping(0.0, 0.0, times_its_cost=0.0), FilmLimits(most_cost=1e9, patience=1e9)
store = RunStore(Path(sys.argv[2]))
known = store.all()
if known:
    live = LiveRun.resume(known[0], keeping=keeping, film=film)
else:
    live = LiveRun.start(RunPlan.from_json(sys.argv[1]), store, keeping=keeping, film=film)
for event in live.events():
    if isinstance(event, StepCompleted):
        print(event.step, flush=True)
"""


def check_kills(plan: RunPlan, folder: Path, kills: int, seed: int) -> None:
    """Film and kill again and again; each process resumes what the one before left."""
    whole = LiveRun.start(plan, RunStore(folder / "whole"), film=FilmLimits(most_cost=1e9, patience=1e9))
    list(whole.events())
    expected = {frame.step: Film.open(whole.run).weights(frame) for frame in Film.open(whole.run).frames}
    rng = np.random.default_rng(seed)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    number, store = 0, RunStore(folder / "0")
    for _ in range(kills):
        words = [sys.executable, "-c", FILMING, plan.to_json(), str(store.folder)]
        steps = int(rng.integers(1, 26))
        last = 0
        with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                last, steps = int(line), steps - 1
                if not steps:
                    process.send_signal(signal.SIGKILL)
                    break
            else:
                last = plan.settings.epochs * 8
        (run,) = store.all()
        assert isinstance(run, Run)
        film = Film.open(run)
        found = [frame.step for frame in film.frames]
        # At most the frame that was being written is lost: every step is filmed here.
        assert found == list(range(len(found)))
        assert found[-1] >= last - 1
        for frame in film.frames:
            assert film.weights(frame).keys() == expected[frame.step].keys()
            for name, value in film.weights(frame).items():
                np.testing.assert_array_equal(value, expected[frame.step][name])
        if run.info.status is RunStatus.FINISHED:
            number += 1
            store = RunStore(folder / str(number))


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def test_a_few_kills(make_plan: Make, tmp_path: Path) -> None:
    check_kills(make_plan(epochs=12), tmp_path, 4, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_kills(make_plan: Make, tmp_path: Path) -> None:
    check_kills(make_plan(epochs=12), tmp_path, 100, seed=2)
