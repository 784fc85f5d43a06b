"""Own examples are kept as problems and solved again; damaged files are answered, and the others stay."""

from pathlib import Path

import pytest

from digitpad import paths
from digitpad.copying.forms import as_text
from digitpad.errors import DigitpadError
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.own_examples import delete_example, folder, open_example, own_examples, save_example
from digitpad.lab.worked import document_of


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "user_data_dir", lambda: tmp_path)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "unet"])
def test_every_worked_example_is_kept(name: str) -> None:
    solution = EXAMPLES[name].solve()
    kept = save_example(solution, f"My {name}", 5)
    page, again, digits = open_example(kept.path)
    assert (page, digits) == (EXAMPLES[name].page, 5)
    assert as_text(document_of(again)) == as_text(document_of(solution))


def test_they_are_listed_by_title_and_deleted() -> None:
    assert own_examples() == ()
    solution = EXAMPLES["model-a"].solve()
    saved = [save_example(solution, title) for title in ("second", "First", "second", "a/b: c?")]
    assert len({example.path for example in saved}) == 4
    assert [example.title for example in own_examples()] == ["a/b: c?", "First", "second", "second"]
    (folder() / "note.json").write_text("[1, 2]", encoding="utf-8")
    assert len(own_examples()) == 4
    delete_example(saved[0].path)
    delete_example(saved[0].path)
    assert [example.title for example in own_examples()] == ["a/b: c?", "First", "second"]


def test_a_name_is_needed() -> None:
    with pytest.raises(DigitpadError, match="needs a name"):
        save_example(EXAMPLES["model-a"].solve(), "  ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"page": "convolution"', '"page": "kitchen"'),
        ('"image"', '"picture"'),
        ('"groups": 1', '"groups": "many"'),
        ('"padding": "valid"', '"padding": [1, [2, 3]]'),
        ('"bias": [', '"bias": [[1], '),
        (
            "{",
            "",
        ),
        ('"digits": 4', '"digits": 4000'),
    ],
)
def test_a_damaged_file_is_answered(old: str, new: str) -> None:
    path = save_example(EXAMPLES["exam-valid"].solve(), "mine").path
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DigitpadError):
        open_example(path)


def test_a_missing_file_is_answered(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError):
        open_example(tmp_path / "none.json")
