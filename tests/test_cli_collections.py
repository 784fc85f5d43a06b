"""`digitpad collections`, and collections as datasets of the other commands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digitpad.commands.command_options import FORM_NAMES
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.exporting import FORMS
from digitpad.data.collections.store import CollectionStore
from digitpad.data.ink import write_ink
from tests.data.collections.conftest import ink
from tests.drawn_shapes import drawn_shapes

Run = Callable[..., tuple[int, str, str]]


def _make(name: str, labels: str) -> None:
    with CollectionEditor(CollectionStore().create(name).folder) as editor:
        editor.add_labelled([(label, ink(n, across=label == "B")) for n, label in enumerate(labels)])


def test_collections_are_listed(run: Run) -> None:
    assert run("collections") == (0, "There are no collections yet; make one in the Data tab, or import one.\n", "")
    _make("letters", "AAB")
    code, out, _err = run("collections")
    assert code == 0
    assert out.startswith("letters: A 2, B 1 (")
    code, out, _err = run("collections", "list", "--json")
    (found,) = json.loads(out)
    assert found["classes"] == {"A": 2, "B": 1}
    assert found["count"] == 3


def test_an_export_is_imported_again(run: Run, tmp_path: Path) -> None:
    _make("letters", "AAB")
    path = tmp_path / "letters.zip"
    assert run("collections", "export", "letters", path)[:2] == (0, f"Wrote 3 samples to {path}.\n")
    code, _out, err = run("collections", "export", "letters", path)
    assert code == 2
    assert "exists already; add --force" in err
    assert run("collections", "export", "letters", path, "--force")[0] == 0
    assert run("collections", "import", path)[1] == "Imported 3 samples as the collection letters 2.\n"
    code, out, _err = run("collections", "import", path, "--json")
    assert json.loads(out)["name"] == "letters 3"


def test_an_export_says_what_it_left_out(run: Run, tmp_path: Path) -> None:
    _make("letters", "AAB")
    entry = CollectionStore().find("letters")
    next(entry.folder.rglob("*.jsonl")).write_text("{")
    code, out, err = run("collections", "export", "letters", tmp_path / "out", "--to", "png")
    assert (code, out) == (0, f"Wrote 2 samples to {tmp_path / 'out'}.\n")
    assert "1 sample cannot be read and was left out." in err


def test_an_import_says_what_it_left_out(run: Run, tmp_path: Path) -> None:
    _make("letters", "AAB")
    broken = next(CollectionStore().find("letters").folder.rglob("*.jsonl"))
    broken.write_text("{")
    run("collections", "export", "letters", tmp_path / "letters.zip")
    code, out, err = run("collections", "import", tmp_path / "letters.zip")
    assert (code, out) == (0, "Imported 2 samples as the collection letters 2.\n")
    assert "Left out 1 sample that cannot be read: " in err
    assert broken.name in err


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_format_is_written(run: Run, tmp_path: Path, form: str) -> None:
    _make("letters", "AAB")
    assert run("collections", "export", "letters", tmp_path / "out", "--to", form)[0] == 0
    assert (tmp_path / "out").exists()


def test_the_parser_knows_the_formats() -> None:
    assert tuple(FORMS) == FORM_NAMES


def test_labelled_ink_becomes_a_collection_that_trains(run: Run, tmp_path: Path) -> None:
    write_ink(tmp_path / "shapes.jsonl", drawn_shapes(8, 1))
    code, out, _err = run("collections", "import", tmp_path / "shapes.jsonl")
    assert code == 0
    assert "32 samples as the collection shapes" in out
    model = tmp_path / "shapes.safetensors"
    words = ("--architecture", "light", "--epochs", "1", "--batch-size", "4", "--output", model, "--no-run")
    code, out, err = run("train", "--dataset", "collection:shapes", *words)
    assert code == 0, err
    code, out, err = run("evaluate", "--model", model, "--dataset", "collection:shapes", "--json")
    assert code == 0, err
    assert json.loads(out)["count"] == 32


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "letters"), "export takes 2 arguments, not 1; write `digitpad collections export NAME FILE`."),
        (("export", "unknown", "x.zip"), "no collection named unknown; the collections are: letters."),
        (("export", "letters", "x.tar"), "does not say the format"),
        (("import", "missing.zip"), "cannot be imported"),
        (("import", "missing.jsonl"), "does not exist"),
        (("burn",), "invalid choice"),
    ],
)
def test_bad_words_are_answered_in_a_sentence(run: Run, words: tuple[str, ...], message: str) -> None:
    _make("letters", "AB")
    code, out, err = run("collections", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert len(CollectionStore().all()) == 1


def test_a_dataset_that_is_no_collection_is_answered_with_the_names(run: Run) -> None:
    _make("letters", "AB")
    code, _out, err = run("train", "--dataset", "collection:lettres")
    assert code == 2
    assert "no collection named lettres; the collections are: letters." in err
