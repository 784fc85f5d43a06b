"""Changes of a collection are saved at once, and each can be undone and redone."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from digitpad.data.collections import history
from digitpad.data.collections.dataset import read_sample_ink
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.folder import MOST_CLASSES, TRASH, Contents, write_class_file
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import drawing, ink, png


def counts(contents: Contents) -> dict[str, int]:
    return {each.name: len(each.samples) for each in contents.classes}


def files_in(editor: CollectionEditor) -> set[str]:
    """Return all files outside the trash."""
    places = (path.relative_to(editor.folder) for path in editor.folder.rglob("*") if path.is_file())
    return {str(place) for place in places if place.parts[0] not in {TRASH, ".lock"}}


def test_ink_stays_ink_and_a_picture_stays_as_it_is(editor: CollectionEditor) -> None:
    folder = editor.add_class("A")
    editor.add(folder, [NewSample(drawing()), NewSample(png(), ".png", "cat.png")])
    (found,) = editor.contents().classes
    first, second = found.samples
    assert first.is_ink
    np.testing.assert_array_equal(read_sample_ink(first).strokes[0], drawing().strokes[0])
    assert second.path.read_bytes() == png()
    assert second.name.endswith("-cat.png")


def test_another_editor_sees_every_change_at_once(editor: CollectionEditor) -> None:
    with CollectionEditor(editor.folder) as other:
        folder = editor.add_class("A")
        assert counts(other.contents()) == {"A": 0}
        other.add(folder, [ink()])
        assert counts(editor.contents()) == {"A": 1}
        other.rename_class(folder, "B")
        assert counts(editor.contents()) == {"B": 1}


class _Prepared(NamedTuple):
    """An editor, and the folders of its two classes."""

    editor: CollectionEditor
    first: str
    second: str


def _prepare(editor: CollectionEditor) -> _Prepared:
    first, second = editor.add_class("A"), editor.add_class("B")
    editor.add(first, [ink(n) for n in range(3)])
    editor.add(second, [ink(across=True)])
    return _Prepared(editor, first, second)


#: What is done, and the classes with their counts afterwards.
OPERATIONS: dict[str, tuple[Callable[[_Prepared], object], dict[str, int]]] = {
    "add": (lambda it: it.editor.add(it.first, [ink()]), {"A": 4, "B": 1}),
    "add a class": (lambda it: it.editor.add_class("C"), {"A": 3, "B": 1, "C": 0}),
    "rename a class": (lambda it: it.editor.rename_class(it.first, "Z"), {"Z": 3, "B": 1}),
    "delete a class": (lambda it: it.editor.delete_class(it.first), {"B": 1}),
    "merge": (lambda it: it.editor.merge_classes(it.first, it.second), {"B": 4}),
    "move": (lambda it: it.editor.move(it.editor.contents().classes[0].samples[:2], it.second), {"A": 1, "B": 3}),
    "delete": (lambda it: it.editor.delete(it.editor.contents().classes[0].samples[1:]), {"A": 1, "B": 1}),
    "add labelled": (
        lambda it: it.editor.add_labelled([("A", ink()), ("C", ink()), ("C", ink())]),
        {"A": 4, "B": 1, "C": 2},
    ),
    "rename": (lambda it: it.editor.rename("signs"), {"A": 3, "B": 1}),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_undone_and_redone(editor: CollectionEditor, operation: str) -> None:
    act, expected = OPERATIONS[operation]
    prepared = _prepare(editor)
    before, files = editor.contents(), files_in(editor)
    act(prepared)
    after = editor.contents()
    assert counts(after) == expected
    assert after != before
    for _ in range(2):
        assert editor.undo() == ""
        assert editor.contents() == before
        assert files_in(editor) == files
        assert editor.redo() == ""
        assert editor.contents() == after


def test_all_steps_are_undone_one_after_the_other(editor: CollectionEditor) -> None:
    prepared = _prepare(editor)
    for act, _expected in OPERATIONS.values():
        act(prepared)
        editor.undo()
    editor.delete_class(prepared.second)
    steps = []
    while editor.undo_name is not None:
        steps.append(editor.undo_name)
        editor.undo()
    assert steps == ["delete the class B", "add 1 sample", "add 3 samples", "add the class B", "add the class A"]
    assert counts(editor.contents()) == {}
    while editor.redo_name is not None:
        editor.redo()
    assert counts(editor.contents()) == {"A": 3}


def test_the_trash_disappears_with_the_editor(editor: CollectionEditor) -> None:
    _editor, first, _second = _prepare(editor)
    editor.delete(editor.contents().classes[0].samples)
    editor.delete_class(first)
    assert (editor.folder / TRASH).exists()
    editor.close()
    assert not (editor.folder / TRASH).exists()


def test_the_oldest_steps_are_forgotten_with_their_files(
    editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_STEPS", 3)
    folder = editor.add_class("A")
    for n in range(5):
        editor.add(folder, [ink(n)])
        editor.delete(editor.contents().classes[0].samples)
    kept = list((editor.folder / TRASH).rglob("*.jsonl"))
    assert len(kept) == 2
    for _ in range(3):
        editor.undo()
    assert editor.undo_name is None
    assert counts(editor.contents()) == {"A": 1}


def test_names_may_be_anything_and_never_become_paths(editor: CollectionEditor) -> None:
    names = ["a/b", "../../etc", "NUL\0byte", "\u202eright to left", "x" * 5000, "CON", "a\nb", "猫", ".", "-"]
    for name in names:
        editor.add(editor.add_class(name), [ink()])
    contents = editor.contents()
    assert len(contents.classes) == len(names)
    shown = [each.name for each in contents.classes]
    assert shown[:3] == ["a/b", "../../etc", r"NUL\x00byte"]
    assert all(name.isprintable() and len(name) <= 80 for name in shown)
    assert len(set(shown)) == len(names)
    # Everything is where it should be: two levels below the folder of the classes.
    for path in editor.folder.rglob("*.jsonl"):
        assert path.parent.parent == editor.folder / "classes"
    assert not (editor.folder.parent / "etc").exists()


@pytest.mark.parametrize("name", ["", "   ", "\n"])
def test_a_class_needs_a_name(editor: CollectionEditor, name: str) -> None:
    with pytest.raises(DigitpadError, match="at least one visible character"):
        editor.add_class(name)


def test_two_classes_do_not_have_the_same_name(editor: CollectionEditor) -> None:
    _editor, first, _second = _prepare(editor)
    with pytest.raises(DigitpadError, match="There is a class named B already"):
        editor.rename_class(first, "B")
    with pytest.raises(DigitpadError, match="There is a class named A already"):
        editor.add_class(" A ")
    # Composed and decomposed letters look the same.
    editor.add_class("\u00e9")
    with pytest.raises(DigitpadError, match="already"):
        editor.add_class("e\u0301")


def test_there_are_only_so_many_classes(editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.data.collections.editor.MOST_CLASSES", 3)
    editor.add_labelled([(name, ink()) for name in "abc"])
    with pytest.raises(DigitpadError, match="at most 3 classes"):
        editor.add_class("d")
    with pytest.raises(DigitpadError, match="at most 3 classes"):
        editor.add_labelled([("d", ink())])
    assert len(editor.contents().classes) == 3
    assert MOST_CLASSES > 62


def test_a_full_collection_can_rename_its_classes(editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.data.collections.editor.MOST_CLASSES", 2)
    editor.add_class("A")
    folder = editor.add_class("B")
    editor.rename_class(folder, "C")
    assert [each.name for each in editor.contents().classes] == ["A", "C"]
    with pytest.raises(DigitpadError, match="at most 2 classes"):
        editor.add_class("D")


def test_a_file_that_is_no_picture_is_left_out(editor: CollectionEditor, tmp_path: Path) -> None:
    folder = editor.add_class("A")
    broken, other, good = tmp_path / "broken.png", tmp_path / "text.txt", tmp_path / "good.PNG"
    broken.write_bytes(png()[:60])
    other.write_text("hello")
    good.write_bytes(png())
    remarks = editor.add(folder, [NewSample(path) for path in (broken, other, good, tmp_path / "missing.png")])
    assert len(remarks) == 3
    assert "broken.png" in remarks[0]
    assert counts(editor.contents()) == {"A": 1}
    with pytest.raises(DigitpadError, match=r"text\.txt is neither a picture nor ink"):
        editor.add(folder, [NewSample(other)])
    editor.undo()
    assert counts(editor.contents()) == {"A": 0}


def test_what_another_process_deleted_is_left_out_and_said(editor: CollectionEditor) -> None:
    _editor, first, second = _prepare(editor)
    samples = editor.contents().classes[0].samples
    samples[0].path.unlink()
    assert editor.move(samples, second) == "1 sample has been moved or deleted by another program."
    assert counts(editor.contents()) == {"A": 0, "B": 3}
    assert "deleted" in editor.undo()
    assert counts(editor.contents()) == {"A": 2, "B": 1}
    with CollectionEditor(editor.folder) as other:
        other.delete_class(first)
    with pytest.raises(DigitpadError, match="has been deleted by another program"):
        editor.add(first, [ink()])
    with pytest.raises(DigitpadError, match="has been deleted by another program"):
        editor.rename_class(first, "Q")


def test_undo_does_not_take_away_what_another_process_added(editor: CollectionEditor) -> None:
    folder = editor.add_class("A")
    with CollectionEditor(editor.folder) as other:
        other.add(folder, [ink()])
    with pytest.raises(DigitpadError, match="added elsewhere"):
        editor.undo()
    assert counts(editor.contents()) == {"A": 1}


def test_a_collection_that_was_deleted_is_said_to_be_gone(editor: CollectionEditor, tmp_path: Path) -> None:
    _editor, folder, _second = _prepare(editor)
    editor.folder.rename(tmp_path / "elsewhere")
    acts: list[Callable[[], object]] = [
        editor.contents,
        lambda: editor.add(folder, [ink()]),
        lambda: editor.add_class("C"),
        editor.undo,
        lambda: editor.rename("x"),
    ]
    for act in acts:
        with pytest.raises(DigitpadError, match="does not exist any more"):
            act()
    assert not editor.folder.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are another matter on Windows")
def test_a_full_disk_loses_nothing(editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    _editor, folder, second = _prepare(editor)
    before = editor.contents()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        acts: list[Callable[[], object]] = [
            lambda: editor.add_class("C"),
            lambda: editor.move(before.classes[0].samples, second),
            lambda: editor.delete_class(folder),
        ]
        for act in acts:
            with pytest.raises(DigitpadError, match="No space left on device"):
                act()
        patch.setattr(Path, "replace", full)
        with pytest.raises(DigitpadError, match="No space left on device"):
            editor.add(folder, [ink()])
    assert editor.contents() == before


def test_half_a_move_is_taken_back(editor: CollectionEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    _editor, first, second = _prepare(editor)
    before = editor.contents()
    rename, done = Path.rename, []

    def fails_later(self: Path, target: Path) -> Path:
        done.append(self)
        if len(done) == 2:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fails_later)
        with pytest.raises(DigitpadError, match="Input/output error"):
            editor.merge_classes(first, second)
    assert editor.contents() == before
    assert editor.undo_name == "add 1 sample"


def test_a_class_without_a_file_is_named_like_its_folder(editor: CollectionEditor) -> None:
    place = editor.folder / "classes" / "by hand"
    place.mkdir()
    (place / "one.png").write_bytes(png())
    (place / "notes.txt").write_text("not a sample")
    assert counts(editor.contents()) == {"by hand": 1}
    (place / "class.json").write_text('{"name": [1]}')
    contents = editor.contents()
    assert counts(contents) == {"by hand": 1}
    assert len(contents.remarks) == 1
    editor.rename_class("by hand", "tidy")
    assert counts(editor.contents()) == {"tidy": 1}
    assert not editor.contents().remarks


def test_the_classes_are_in_the_order_in_which_they_were_made(editor: CollectionEditor) -> None:
    for number, name in enumerate("zay"):
        place = editor.folder / "classes" / name
        place.mkdir()
        write_class_file(place, name.upper(), number)
    assert list(counts(editor.contents())) == ["Z", "A", "Y"]
