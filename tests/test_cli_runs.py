"""`digitpad runs`, and the film of a training on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad.models.model_file import load_model
from digitpad.training.film.reader import Film
from digitpad.training.runs import RunStore

Run = Callable[..., tuple[int, str, str]]


def train(run: Run, tmp_path: Path, *options: str) -> None:
    words = ["--architecture", "mlp", "--limit", "400", "--epochs", "1", "--batch-size", "32", "--threads", "1"]
    code, _out, err = run("train", *words, "--name", "mine", "--output", tmp_path / "mlp.safetensors", *options)
    assert code == 0, err


def test_runs_are_listed(run: Run, tmp_path: Path) -> None:
    assert run("runs") == (0, "No runs yet; train a network with `digitpad train`.\n", "")
    assert json.loads(run("runs", "--json")[1]) == []
    train(run, tmp_path)
    code, out, _err = run("runs")
    assert code == 0
    header, row = out.splitlines()
    assert header.split() == ["run", "status", "folder", "steps", "accuracy", "film"]
    assert row.startswith("mine  finished  ")
    assert row.endswith(" MB")
    (facts,) = json.loads(run("runs", "list", "--json")[1])
    (stored,) = RunStore().all()
    assert (facts["name"], facts["folder"], facts["steps"]) == ("mine", str(stored.folder), 11)
    assert facts["film_bytes"] > 0


def test_a_film_is_exported_as_models(run: Run, tmp_path: Path) -> None:
    train(run, tmp_path)
    film = Film.open(RunStore().find("mine"))
    out = tmp_path / "film" / "inside"
    code, text, err = run("runs", "film", "mine", "--out", out)
    assert (code, text, err) == (0, f"Wrote {len(film.frames)} models to {out}.\n", "")
    assert len(list(out.iterdir())) == len(film.frames)
    for frame in film.frames:
        model = load_model(out / f"step-{frame.step:08d}.safetensors")
        assert model.metadata.training["steps"] == frame.step
        assert model.metadata.training["rounded"] is False
        for name, value in film.weights(frame).items():
            np.testing.assert_array_equal(model.network.state_dict()[name], value)
    code, text, err = run("evaluate", "--model", out / "step-00000011.safetensors", "--limit", "50", "--json")
    assert (code, err) == (0, "")
    code, _text, err = run("runs", "film", "mine", "--out", out)
    assert code == 2
    assert "exists already; add --force" in err
    code, text, _err = run("runs", "film", "mine", "--out", out, "--force", "--json")
    frames = json.loads(text)["frames"]
    assert [(frame["step"], frame["exact"]) for frame in frames] == [(frame.step, True) for frame in film.frames]
    assert frames[-1]["epochs"] == 1.0


def test_any_step_is_exported_exactly(run: Run, tmp_path: Path) -> None:
    train(run, tmp_path, "--film-size", "1")
    film = Film.open(RunStore().find("mine"))
    assert not film.frames[-1].is_exact
    code, _out, err = run("runs", "film", "mine", "--out", tmp_path / "rounded")
    assert code == 0
    assert "rounded to float16, as in the film; --step exports a step exactly" in err
    words = ("--step", "4", "--step", "2", "--step", "11", "--json")
    code, out, err = run("runs", "film", "mine", "--out", tmp_path / "exact", *words)
    assert (code, err) == (0, "")
    assert [(one["step"], one["exact"]) for one in json.loads(out)["frames"]] == [(2, True), (4, True), (11, True)]
    last = load_model(tmp_path / "exact" / "step-00000011.safetensors")
    trained = load_model(tmp_path / "mlp.safetensors")
    for name, value in trained.network.state_dict().items():
        np.testing.assert_array_equal(last.network.state_dict()[name], value)


def test_a_run_without_a_film(run: Run, tmp_path: Path) -> None:
    train(run, tmp_path, "--film-size", "0")
    assert run("runs")[1].splitlines()[1].endswith("-")
    code, _out, err = run("runs", "film", "mine", "--out", tmp_path / "film")
    assert code == 2
    assert "The run mine has no film" in err
    assert run("runs", "film", "mine", "--out", tmp_path / "film", "--step", "3")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("film",), "film needs a run and a folder; write `digitpad runs film RUN --out DIR`"),
        (("film", "mine"), "film needs a run and a folder"),
        (("film", "nothing", "--out", "film"), "There is no run nothing"),
        (("list", "mine"), "list takes no arguments"),
        (("film", "mine", "--out", "film", "--step", "-1"), "--step"),
        (("other",), "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, words: tuple[str, ...], message: str) -> None:
    code, out, err = run("runs", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_step_that_the_run_does_not_have(run: Run, tmp_path: Path) -> None:
    train(run, tmp_path)
    code, _out, err = run("runs", "film", "mine", "--out", tmp_path / "film", "--step", "500")
    assert code == 2
    assert "has no step 500; its last step is 11" in err
