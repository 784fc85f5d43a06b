"""Runs to report on: small, and trained once for all tests of this folder."""

from pathlib import Path

import pytest

from digitpad.nn import ARCHITECTURES
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from digitpad.training.settings import TrainingSettings


def train(store: RunStore, name: str, *, limit: int = 260, validation: int | None = 60, seed: int = 0) -> Run:
    """Train the smallest network for two epochs."""
    settings = TrainingSettings(epochs=2, batch_size=32, threads=1, seed=seed)
    plan = RunPlan(ARCHITECTURES["mlp"], limit=limit, validation=validation, settings=settings)
    live = LiveRun.start(plan, store, name)
    for _event in live.events():
        pass
    return live.run


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of two runs, "first" and "second"."""
    folder = tmp_path_factory.mktemp("runs")
    train(RunStore(folder), "first")
    train(RunStore(folder), "second", seed=1)
    return folder


@pytest.fixture
def store(runs_folder: Path) -> RunStore:
    """Return the store of these runs; tests must not change it."""
    return RunStore(runs_folder)
