"""Folders of runs: a bad `run.json`, table or checkpoint beside a sound one."""

import contextlib
import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from unittest import mock

import numpy as np
from fuzzing import mutated, odd_json

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.training import live
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from digitpad.training.settings import TrainingSettings


@cache
def _sound() -> Path:
    """Return the folder of a short run that was trained here."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 1, 28, 28), dtype=np.uint8)
    samples = Dataset.of("noise", images, rng.integers(0, 10, 60))
    with mock.patch.object(live, "open_samples", return_value=samples):
        plan = RunPlan(ARCHITECTURES["light"], settings=TrainingSettings(epochs=1, batch_size=20, threads=1))
        run = LiveRun.start(plan, RunStore(Path(mkdtemp())), "first")
        list(run.events())
    return run.run.folder


def fuzz(rng: np.random.Generator, folder: Path) -> None:
    """List, read and open a run of which one file is not what it should be."""
    other = folder / "runs" / "other"
    shutil.copytree(_sound(), folder / "runs" / "sound")
    shutil.copytree(_sound(), other)
    paths = sorted(path for path in other.rglob("*") if path.is_file() and path.suffix != ".lock")
    path = paths[int(rng.integers(len(paths)))] if rng.random() < 0.6 else other / "run.json"
    if path.name == "run.json" and rng.random() < 0.8:
        path.write_text(json.dumps(odd_json(rng, json.loads(path.read_text()))))
    else:
        path.write_bytes(mutated(rng, path.read_bytes()))
    listed = RunStore(folder / "runs").all()
    if len(listed) != 2 or not any(isinstance(run, Run) and run.folder.name == "sound" for run in listed):
        raise AssertionError("a bad run hides another")
    for run in listed:
        if isinstance(run, Run):
            for look in (Run.history, Run.checkpoints, Run.model, Run.load):
                with contextlib.suppress(DigitpadError):
                    look(run)
