"""`digitpad adapt`: the figures, the files, and bad input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digitpad.adaptation.learning import Protection
from digitpad.commands.command_options import PROTECTIONS
from digitpad.data.ink import write_ink
from digitpad.models.model_file import load_model
from tests.adaptation.conftest import joined_sevens

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    write_ink(path, joined_sevens(5, seed=1))
    return path


def test_the_choices_are_those_of_the_adaptation() -> None:
    assert list(PROTECTIONS) == list(Protection)


@pytest.mark.slow
def test_it_adapts_a_model_and_says_what_that_changes(run: Run, ink: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    words = ("adapt", ink, "--model", "light", "--output", path, "--steps", 5, "--threads", 2)
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("light has learned from 5 drawings in 5 steps (")
    assert lines[2].startswith("your drawings, cross-validated")
    assert lines[-1] == f"Saved {path} and {tmp_path / 'mine.md'}."
    code, out, err = run(*words)
    assert code == 2
    assert "already exists; choose another name, or use --force" in err
    code, out, err = run(*words, "--force", "--json")
    found = json.loads(out)
    assert (found["drawings"], found["steps"], found["model"]) == (5, 5, "light")
    assert found["mnist"]["count"] == 10_000
    assert load_model(path).metadata.metrics["test_accuracy"] == found["mnist"]["accuracy_after"]
    lost = len(found["mnist"]["worsened"]) - len(found["mnist"]["improved"])
    assert round(10_000 * (found["mnist"]["accuracy_before"] - found["mnist"]["accuracy_after"])) == lost


def test_bad_input_is_said_in_one_sentence(run: Run, ink: Path, tmp_path: Path) -> None:
    output = tmp_path / "mine.safetensors"
    code, out, err = run("adapt", tmp_path / "no.jsonl", "--output", output)
    assert (code, out) == (2, "")
    assert "no.jsonl" in err
    code, _out, err = run("adapt", "collection:nobody", "--output", output)
    assert code == 2
    assert "There is no collection named nobody" in err
    code, _out, err = run("adapt", ink, "--output", output, "--steps", "0")
    assert code == 2
    code, _out, err = run("adapt", ink, "--output", tmp_path / "missing" / "mine.safetensors", "--steps", "1")
    assert code == 2
    assert not output.exists()
