"""Folders of runs that somebody else has written: each stands alone, and no text in one leads out of it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.numpy

from digitpad.atomic import remove_unfinished
from digitpad.errors import DigitpadError
from digitpad.nn import serialization
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore, UnreadableRun
from digitpad.training.settings import TrainingSettings

Make = Callable[..., RunPlan]


@pytest.fixture
def trained(make_plan: Make) -> Run:
    live = LiveRun.start(make_plan(), RunStore(), "first")
    list(live.events())
    return live.run


def change(folder: Path, **values: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def trouble(run: Run) -> str:
    (listed,) = RunStore(run.folder.parent).all()
    assert isinstance(listed, UnreadableRun)
    assert "\n" not in listed.trouble
    return listed.trouble


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"created": "0001-01-01T00:00:00+14:00"}, ""),
        ({"epochs": -1}, "epochs is -1"),
        ({"steps": 10**50}, "is too large"),
        (
            {"plan": {"architecture": {"name": "x", "input_shape": [1, 28, 28], "layers": [3]}, "dataset": "x"}},
            "layers",
        ),
        ({"plan": []}, "plan must be an object"),
        ({"notes": None}, "notes must be a text"),
    ],
)
def test_what_a_run_cannot_say_is_listed(trained: Run, values: dict[str, Any], said: str) -> None:
    change(trained.folder, **values)
    if said:
        assert said in trouble(trained)
    else:
        RunStore(trained.folder.parent).all()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", ["run.json", "history.csv", "epochs.csv"])
def test_a_pipe_in_a_runs_folder_keeps_nobody_waiting(trained: Run, name: str) -> None:
    (trained.folder / name).unlink()
    os.mkfifo(trained.folder / name)
    if name == "run.json":
        assert "is a device or a pipe" in trouble(trained)
    else:
        with pytest.raises(DigitpadError, match="is a device or a pipe"):
            trained.history()
        assert trained.checkpoints()


def test_a_name_is_shown_as_one_line(trained: Run) -> None:
    change(trained.folder, name="a\nb\x1b[2J")
    assert Run(trained.folder).info.name == "a\\nb\\x1b[2J"


def test_a_table_with_an_endless_cell_is_refused_by_name(trained: Run) -> None:
    path = trained.folder / "epochs.csv"
    path.write_text(path.read_text() + "1," + "9" * 200_000 + "\n")
    with pytest.raises(DigitpadError, match=r"epochs\.csv could not be read"):
        trained.history()


@pytest.mark.parametrize(
    "state",
    [
        {"progress": {}},
        {"streams": [{"drop": {"bit_generator": "PCG64", "state": 3}}]},
        {"preprocessing": {"mean": 1e308, "std": 1e-308, "size": 28}},
        {"controls": {"momentum": "high"}},
        {"labels": "0123456789"},
    ],
)
def test_a_checkpoint_that_says_what_cannot_be_is_damaged(trained: Run, state: dict[str, Any]) -> None:
    path = trained.checkpoints()[-1].path
    tensors, strings = serialization.read(path)
    strings["state"] = json.dumps(json.loads(strings["state"]) | state)
    path.write_bytes(safetensors.numpy.save(tensors, strings))
    with pytest.raises(DigitpadError, match="is damaged, incomplete or not a checkpoint"):
        trained.load(path)


def test_a_checkpoint_without_its_weights_is_not_opened_as_a_model(trained: Run) -> None:
    path = trained.checkpoints()[-1].path
    tensors, strings = serialization.read(path)
    name = next(name for name in tensors if name.startswith("network."))
    del tensors[name]
    path.write_bytes(safetensors.numpy.save(tensors, strings))
    with pytest.raises(DigitpadError, match="does not contain its network"):
        trained.model(path)


def test_what_a_killed_training_left_is_removed_when_it_goes_on(make_plan: Make) -> None:
    live = LiveRun.start(make_plan(), RunStore(), "first")
    folder = live.run.folder
    left = [folder / ".run.json.0a1b2c3d.tmp", folder / "checkpoints" / ".step-00000001.safetensors.01234567.tmp"]
    mine = folder / ".notes.tmp"
    for path in (*left, mine):
        path.write_bytes(b"half a file")
    list(live.events())
    assert not any(path.exists() for path in left)
    assert mine.exists()
    remove_unfinished(folder / "nowhere")


def test_a_step_that_needs_more_memory_than_there_is_is_refused(
    make_plan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.training.step_memory.memory_limit", lambda: 1_000_000)
    with pytest.raises(DigitpadError, match=r"needs about .* GB of memory, and this computer has 0\.0 GB for it"):
        LiveRun.start(make_plan(), RunStore())
    assert not RunStore().all()


@pytest.mark.parametrize(("name", "value"), [("epochs", 10**30), ("threads", 10**9), ("seed", 10**40)])
def test_endless_settings_are_refused(name: str, value: int) -> None:
    with pytest.raises(DigitpadError, match=f"{name} must be a whole number of at most"):
        TrainingSettings.from_dict({name: value})
