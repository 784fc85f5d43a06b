"""The list of the user's collections, and opening them as datasets by name."""

import os
from pathlib import Path

import pytest

from digitpad import paths
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.folder import CLASSES, COLLECTION_FILE, class_names, read_contents, write_class_file
from digitpad.data.collections.store import CollectionStore, find_collection
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import ink


def test_collections_are_listed_by_name(store: CollectionStore) -> None:
    assert store.all() == []
    for name in ("signs 10", "signs 2", "Letters"):
        store.create(name)
    assert [entry.name for entry in store.all()] == ["Letters", "signs 2", "signs 10"]
    assert store.find("signs 2").folder.parent == store.folder


def test_a_taken_name_gets_a_number(store: CollectionStore) -> None:
    assert [store.create("a/b").name for _ in range(3)] == ["a/b", "a/b 2", "a/b 3"]
    assert len({entry.folder for entry in store.all()}) == 3


def test_a_collection_that_does_not_exist_is_answered_with_the_names(store: CollectionStore) -> None:
    with pytest.raises(DigitpadError, match=r"no collection named x; make one in the Data tab"):
        store.find("x")
    store.create("letters")
    with pytest.raises(DigitpadError, match=r"no collection named x; the collections are: letters\."):
        store.find("x")


def test_a_deleted_collection_can_be_restored(store: CollectionStore) -> None:
    entry = store.create("letters")
    with CollectionEditor(entry.folder) as editor:
        editor.add(editor.add_class("A"), [ink()])
    kept = store.delete(entry)
    assert store.all() == []
    store.restore(kept, entry)
    assert store.all() == [entry]
    store.forget(store.delete(entry))
    assert list(store.folder.iterdir()) == []


def test_what_killed_processes_left_is_removed_after_a_day(store: CollectionStore) -> None:
    store.create("letters")
    old, new = store.hidden_folder(), store.hidden_folder()
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    store.create("signs")
    assert not old.exists()
    assert new.exists()
    assert len(store.all()) == 2


def test_a_damaged_collection_is_listed_and_explains_itself(store: CollectionStore) -> None:
    entry = store.create("letters")
    (entry.folder / "collection.json").write_text("{")
    (listed,) = store.all()
    assert listed.folder == entry.folder
    with pytest.raises(DigitpadError, match="does not describe a collection"):
        CollectionEditor(listed.folder)


def _user_collection(name: str, classes: str) -> Path:
    entry = CollectionStore(paths.collections_dir()).create(name)
    with CollectionEditor(entry.folder) as editor:
        editor.add_labelled([(label, ink(n)) for n, label in enumerate(classes)])
    return entry.folder


@pytest.mark.parametrize("name", ["letters", "a+b", "x:invert", "Ä/\\"])
def test_a_collection_opens_by_name_and_by_folder(name: str) -> None:
    folder = _user_collection(name, "AAB")
    assert find_collection(f"collection:{name}") == folder
    for spec in (f"collection:{name}", str(folder)):
        dataset = open_dataset(spec)
        assert dataset.name == name
        assert dataset.classes == ("A", "B")
        assert dataset.labels.tolist() == [0, 0, 1]


def test_collections_join_like_other_datasets() -> None:
    _user_collection("one", "AB")
    _user_collection("two", "BC")
    assert open_dataset("collection:one+collection:two").classes == ("A", "B", "C")
    assert len(open_dataset("collection:one:invert")) == 2


def test_an_unknown_collection_is_said_to_be_unknown() -> None:
    _user_collection("one", "AB")
    with pytest.raises(DigitpadError, match=r"no collection named two; the collections are: one\."):
        open_dataset("collection:two")


def test_a_folder_that_cannot_be_written_to_is_answered_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DigitpadError, match="cannot be written to"):
        CollectionStore(tmp_path / "file").create("letters")


def test_folders_and_names_without_visible_characters_hide_nothing(store: CollectionStore) -> None:
    entry = store.create("letters")
    with CollectionEditor(entry.folder) as editor:
        editor.add_class("A")
    blank = entry.folder / CLASSES / " "
    blank.mkdir()
    write_class_file(blank, "  ", 1)
    (store.folder / " ").mkdir()
    (store.folder / " " / COLLECTION_FILE).write_text("{")
    assert {each.name for each in read_contents(entry.folder).classes} == {"A", "?"}
    assert set(class_names(entry.folder)) == {"A", "?"}
    assert [each.name for each in store.all()] == ["?", "letters"]
