"""What is exported can be read again as a dataset: the same images under the same names."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data.collections.dataset import read_collection
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.exporting import FORMS, export_collection
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import ink, png


@pytest.fixture
def folder(editor: CollectionEditor) -> Path:
    editor.add_labelled([(label, ink(n, across=label == "B")) for n, label in enumerate("ABBA")])
    return editor.folder


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"zip"}))
def test_an_export_reads_back_as_the_same_dataset(folder: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out{FORMS[form].suffix}"
    assert export_collection(folder, form, path) == 4
    original, again = read_collection(folder), open_dataset(path)
    assert again.classes == original.classes
    assert again.labels.tolist() == original.labels.tolist()
    if form != "png":
        np.testing.assert_array_equal(again.images, original.images)
    else:
        # An image file is read as a photograph of ink, which is placed in its frame again.
        difference = np.abs(again.pixels.astype(int) - original.pixels.astype(int))
        assert difference.mean() < 3


@pytest.mark.parametrize("form", ["npz", "csv"])
def test_names_with_any_characters_survive(editor: CollectionEditor, tmp_path: Path, form: str) -> None:
    names = ['say "a", b', "a/b", "猫", "x" * 300]
    editor.add_labelled([(name, ink(n)) for n, name in enumerate(names)])
    path = tmp_path / f"out{FORMS[form].suffix}"
    export_collection(editor.folder, form, path)
    assert set(open_dataset(path).classes) == set(read_collection(editor.folder).classes)


def test_class_folders_do_not_collide_or_escape(editor: CollectionEditor, tmp_path: Path) -> None:
    editor.add_labelled([(name, ink(n)) for n, name in enumerate(["a/b", "a-b", "A-B", "../x"])])
    assert export_collection(editor.folder, "png", tmp_path / "out") == 4
    assert len(list((tmp_path / "out").iterdir())) == 4
    assert len(list(tmp_path.rglob("*.png"))) == 4
    assert all(path.parent.parent == tmp_path / "out" for path in tmp_path.rglob("*.png"))


def test_pictures_are_exported_as_they_are(editor: CollectionEditor, tmp_path: Path) -> None:
    editor.add(editor.add_class("A"), [NewSample(png(), ".png", "a.png"), ink()])
    broken = editor.contents().classes[0].samples[1]
    broken.path.write_text("{")
    assert export_collection(editor.folder, "png", tmp_path / "out") == 1
    (written,) = (tmp_path / "out").rglob("*.png")
    assert written.read_bytes() == png()


def test_a_folder_with_other_files_is_not_written_into(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for form in ("idx", "png"):
        with pytest.raises(DigitpadError, match="is not empty"):
            export_collection(folder, form, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_empty_collection_is_not_exported(editor: CollectionEditor, tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="has no samples yet"):
        export_collection(editor.folder, "csv", tmp_path / "out.csv")
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize("form", ["zip", "npz", "csv", "idx"])
def test_a_stopped_export_writes_no_file(folder: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out{FORMS[form].suffix}"
    with pytest.raises(DigitpadError, match="The export was stopped"):
        export_collection(folder, form, path, lambda _done, _total: False)
    assert not path.exists()
