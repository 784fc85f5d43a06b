"""Drawings of a class as a collection."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.data.collections.dataset import read_collection, read_sample_ink
from digitpad.data.collections.folder import read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.errors import DigitpadError
from digitpad.serving.board import KeptDrawing
from digitpad.serving.keeping import keep_as_collection
from tests.serving.drawn import drawing


def test_the_classes_are_what_was_asked(tmp_path: Path) -> None:
    kept = [KeptDrawing("secret", label, drawing(place)) for place, label in enumerate("4474")]
    entry = keep_as_collection(CollectionStore(tmp_path), "Class 7b", kept)
    contents = read_contents(entry.folder)
    assert contents.name == "Class 7b"
    assert {one.name: len(one.samples) for one in contents.classes} == {"4": 3, "7": 1}
    four = next(one for one in contents.classes if one.name == "4")
    np.testing.assert_allclose(read_sample_ink(four.samples[0]).strokes[0], drawing(0).strokes[0], atol=0.01)
    assert not [path for path in entry.folder.rglob("*") if "secret" in path.name]
    assert not [path for path in entry.folder.rglob("*.json*") if "secret" in path.read_text(encoding="utf-8")]


def test_it_is_a_dataset_to_train_on(tmp_path: Path) -> None:
    kept = [KeptDrawing("a", label, drawing(place)) for place, label in enumerate("474747")]
    entry = keep_as_collection(CollectionStore(tmp_path), "Class", kept)
    dataset = read_collection(entry.folder)
    assert len(dataset) == 6


@pytest.mark.parametrize(("name", "labels"), [("Class", ""), (" ", "4")])
def test_nothing_is_left_of_what_cannot_be_kept(tmp_path: Path, name: str, labels: str) -> None:
    kept = [KeptDrawing("a", label, drawing(1)) for label in labels]
    with pytest.raises(DigitpadError):
        keep_as_collection(CollectionStore(tmp_path), name, kept)
    assert list(tmp_path.iterdir()) == []


def test_a_collection_that_cannot_be_filled_is_removed(tmp_path: Path) -> None:
    kept = [KeptDrawing("a", "\N{ZERO WIDTH SPACE}" * 2, drawing(1)), KeptDrawing("a", "", drawing(1))]
    with pytest.raises(DigitpadError):
        keep_as_collection(CollectionStore(tmp_path), "Class", kept)
    assert CollectionStore(tmp_path).all() == []
