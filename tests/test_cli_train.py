"""`digitpad train` keeps its runs, goes on with them, and takes every setting."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad.commands.train_report import StepBar
from digitpad.models.model_file import load_model
from digitpad.training.events import StepCompleted
from tests.test_cli import idx_folder, train_quickly

__all__ = ["idx_folder"]

Run = Callable[..., tuple[int, str, str]]


def test_an_interrupted_training_is_resumed_and_makes_what_it_would_have_made(
    run: Run, idx_folder: Path, tmp_path: Path, own_user_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, resumed = tmp_path / "whole.safetensors", tmp_path / "resumed.safetensors"
    words = ["--optimizer", "adam", "--augment", "rotation=10", "--dropout", "0.4", "--keep-best", "--l1", "1e-5"]
    assert run(*train_quickly(idx_folder, whole, *words, "--name", "whole"))[0] == 0

    original = StepBar.update

    def interrupted(self: StepBar, event: StepCompleted) -> None:
        if event.step == 5:
            signal.raise_signal(signal.SIGINT)
        original(self, event)

    with monkeypatch.context() as patch:
        patch.setattr(StepBar, "update", interrupted)
        code, _out, err = run(*train_quickly(idx_folder, tmp_path / "part.safetensors", *words, "--name", "part"))
    assert code == 0
    assert "digitpad train --resume" in err
    code, out, err = run("train", "--resume", "part", "--output", resumed, "--json")
    assert (code, err) == (0, "")
    result = json.loads(out.splitlines()[-1])
    assert (result["stopped"], result["steps"], result["epochs"]) == ("finished", 8, 2)
    assert Path(result["run"]).parent == own_user_folders / "data" / "runs"
    one, two = load_model(whole), load_model(resumed)
    assert all(
        np.array_equal(value, two.network.state_dict()[name]) for name, value in one.network.state_dict().items()
    )
    assert one.metadata == two.metadata

    code, _out, err = run("train", "--resume", "part")
    assert code == 2
    assert "has finished" in err
    assert run("train", "--resume", "part", "--epochs", 3, "--output", tmp_path / "more.safetensors")[0] == 0
    assert load_model(tmp_path / "more.safetensors").metadata.training["epochs"] == 3


def test_the_command_of_a_run_with_many_settings_trains_the_same_weights_again(
    run: Run, idx_folder: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    words = ["--optimizer", "adamw", "--beta1", "0.8", "--weight-decay", "0.05", "--warm-up-epochs", "0.5"]
    words += ["--schedule", "plateau", "--plateau-patience", "0", "--initializer", "he_uniform", "--dropout", "0.1"]
    words += ["--augment", "shift=2,noise=0.1", "--no-run"]
    assert run(*train_quickly(idx_folder, first, *words))[0] == 0
    command = load_model(first).metadata.training["command"].split()[1:]
    assert run(*command, "--output", second)[0] == 0
    one, two = load_model(first).network.state_dict(), load_model(second).network.state_dict()
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume", "nothing"], "There is no run nothing"),
        (["--resume", "nothing", "--optimizer", "sgd"], "omit --optimizer"),
        (["--resume", "nothing", "--no-run"], "omit --no-run"),
        (["--architecture", "exam", "--dropout", "0.5"], "no dropout layer"),
        (["--initializer", "magic"], "he_normal"),
        (["--schedule", "one-cycle", "--optimizer", "rmsprop", "--low-momentum", "0.5"], "low momentum"),
        (["--weight-decay", "-1"], "--weight-decay"),
        (["--optimizer", "nesterov", "--dampening", "0.1"], "requires a dampening of 0"),
        (["--schedule", "multistep", "--milestones", "4,2"], "'4,2' are not increasing whole numbers"),
        (["--schedule", "multistep", "--milestones", "one"], "'one' are not increasing whole numbers"),
        (["--schedule", "multistep", "--milestones", "1", "--warm-up-epochs", "1"], "epoch 1, is within the warm-up"),
        (["--schedule", "cyclic", "--cycle-mode", "square"], "triangular, triangular2, exp_range"),
        (["--resume", "nothing", "--amsgrad"], "omit --amsgrad"),
    ],
)
def test_what_cannot_be_trained_or_resumed_is_said_in_one_line(
    run: Run, tmp_path: Path, words: list[object], said: str
) -> None:
    code, out, err = run("train", *words, "--output", tmp_path / "new.safetensors")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../../elsewhere/evil", "/absolute/evil", "..", "a\0b"])
def test_a_name_in_a_resumed_runs_file_leads_nowhere(
    run: Run, idx_folder: Path, tmp_path: Path, own_user_folders: Path, name: str
) -> None:
    assert run(*train_quickly(idx_folder, tmp_path / "m.safetensors", "--name", "first"))[0] == 0
    (info,) = (own_user_folders / "data" / "runs").glob("*/run.json")
    data = json.loads(info.read_text())
    data["plan"]["architecture"]["name"] = name
    info.write_text(json.dumps(data))
    (own_user_folders / "data" / "models").mkdir(exist_ok=True)
    before = set(tmp_path.parent.rglob("*.safetensors"))
    code, out, _err = run("train", "--resume", "first", "--epochs", data["plan"]["settings"]["epochs"] + 1, "--json")
    assert code == 0
    model = Path(json.loads(out.splitlines()[-1])["model"])
    assert model.parent == own_user_folders / "data" / "models"
    made = set(tmp_path.parent.rglob("*.safetensors")) - before
    assert all(own_user_folders in path.parents for path in made)


def test_where_the_output_cannot_be_written_the_run_holds_the_weights(
    run: Run, idx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "gone" / "m.safetensors"
    monkeypatch.setattr("digitpad.commands.train.check_output", lambda _path, overwrite: overwrite)
    code, _out, err = run(*train_quickly(idx_folder, output))
    assert code == 2
    assert err.count("\n") == 1
    kept = Path(err.rpartition("the weights are in the run, in ")[2].strip().removesuffix("."))
    assert load_model(kept).network.parameters()
