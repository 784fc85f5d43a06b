"""Folders of pictures and files of ink become samples."""

from pathlib import Path

import pytest

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.importing import labelled_samples, samples_in
from digitpad.data.ink import Drawing, write_ink
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import drawing, ink, png


def test_a_folder_with_a_folder_for_each_class(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(png())
    (tmp_path / "dog" / "notes.txt").write_text("no sample")
    (tmp_path / ".hidden").mkdir()
    write_ink(tmp_path / "cat" / "2.jsonl", [drawing(), drawing(1)])
    assert [label for label, _sample in labelled_samples(tmp_path)] == ["cat", "cat", "cat", "dog"]


def test_a_labelled_ink_file(tmp_path: Path) -> None:
    strokes = drawing().strokes
    write_ink(tmp_path / "ink.jsonl", [Drawing(strokes, 9, 9, label) for label in (0, "x")])
    assert [label for label, _sample in labelled_samples(tmp_path / "ink.jsonl")] == ["0", "x"]
    write_ink(tmp_path / "ink.jsonl", [Drawing(strokes, 9, 9, "x"), drawing()])
    with pytest.raises(DigitpadError, match="drawing 2 has no label; drop the file on a class"):
        labelled_samples(tmp_path / "ink.jsonl")
    assert len(samples_in([tmp_path / "ink.jsonl"])) == 2


def test_files_and_folders_for_one_class(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/1.png", "2.PNG"):
        (tmp_path / name).write_bytes(png())
    assert len(samples_in([tmp_path / "in", tmp_path / "2.PNG"])) == 2


def test_nothing_to_import_is_answered_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DigitpadError, match="no folders with pictures or ink"):
        labelled_samples(tmp_path)
    with pytest.raises(DigitpadError, match="neither pictures nor ink"):
        samples_in([tmp_path])
    with pytest.raises(DigitpadError, match="does not exist"):
        labelled_samples(tmp_path / "missing.jsonl")
    (tmp_path / "1.png").write_bytes(png())
    (tmp_path / "2.png").write_bytes(png())
    monkeypatch.setattr("digitpad.data.collections.importing.MOST_SAMPLES", 1)
    with pytest.raises(DigitpadError, match="more than 1 samples"):
        samples_in([tmp_path])


def test_the_folder_of_a_collection_has_the_names_of_its_classes(editor: CollectionEditor) -> None:
    editor.add_labelled([("a/b", ink()), ("猫", NewSample(png(), ".png")), ("a/b", ink())])
    labels = [label for label, _sample in labelled_samples(editor.folder)]
    assert labels == ["a/b", "a/b", "猫"]
