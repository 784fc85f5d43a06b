"""`digitpad report`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def trained(run: Run, tmp_path: Path) -> str:
    """Train a run, and return its name."""
    words = ["--architecture", "mlp", "--limit", "300", "--epochs", "1", "--batch-size", "32", "--threads", "1"]
    code, _out, err = run("train", *words, "--name", "mine <b>", "--output", tmp_path / "mlp.safetensors")
    assert code == 0, err
    return "mine <b>"


def test_a_report_is_written_once(run: Run, tmp_path: Path, trained: str) -> None:
    out = tmp_path / "report.html"
    quick = ("--limit", "50", "--no-robustness")
    assert run("report", trained, "--out", out, *quick) == (0, f"Wrote {out}.\n", "")
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<h1>mine &lt;b&gt;</h1>" in page
    assert "<b>" not in page
    code, _text, err = run("report", trained, "--out", out, *quick)
    assert (code, out.read_text(encoding="utf-8")) == (2, page)
    assert "exists already; add --force" in err
    code, text, _err = run("report", trained, "--out", out, *quick, "--no-film", "--force", "--json")
    assert (code, json.loads(text)) == (0, {"path": str(out), "figures": [], "tables": []})
    assert "The film was not examined" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing", "--out", "{folder}/a.html"), "There is no run nothing"),
        (("nothing", "--out", "{folder}/a.docx"), "choose a name that ends in .html"),
        (("nothing", "--out", "{folder}/missing/a.html"), "does not exist; create it"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(run: Run, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = run("report", *(word.format(folder=tmp_path) for word in words))
    assert (code, out) == (2, "")
    assert sentence in err
    assert not list(tmp_path.iterdir())
