"""A collection as one file; a file from elsewhere cannot write anywhere, and is bounded."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from digitpad.data.collections import archive
from digitpad.data.collections.archive import export_archive, import_archive
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.folder import read_contents
from digitpad.data.collections.store import CollectionStore
from digitpad.errors import DigitpadError
from tests.data.collections.conftest import ink, png


def _filled(editor: CollectionEditor) -> Path:
    editor.add(editor.add_class("a/b"), [ink(), NewSample(png(), ".png", "cat.png")])
    editor.add(editor.add_class("B"), [ink(across=True)])
    editor.add_class("empty")
    return editor.folder


def _samples(folder: Path) -> dict[str, list[bytes]]:
    return {each.name: [one.path.read_bytes() for one in each.samples] for each in read_contents(folder).classes}


def test_a_collection_survives_the_round_trip(editor: CollectionEditor, store: CollectionStore, tmp_path: Path) -> None:
    folder = _filled(editor)
    assert export_archive(folder, tmp_path / "letters.zip") == 3
    entry, remarks = import_archive(tmp_path / "letters.zip", store)
    assert remarks == ()
    assert entry.name == "letters 2"
    assert _samples(entry.folder) == _samples(folder)
    assert list(_samples(entry.folder)) == ["a/b", "B", "empty"]
    assert len(store.all()) == 2


def test_samples_that_cannot_be_read_are_left_out_counted_and_named(
    editor: CollectionEditor, store: CollectionStore, tmp_path: Path
) -> None:
    folder = _filled(editor)
    broken = [next(folder.rglob("*.jsonl")), next(folder.rglob("*.png"))]
    for path in broken:
        path.write_bytes(b"{")
    export_archive(folder, tmp_path / "letters.zip")
    entry, remarks = import_archive(tmp_path / "letters.zip", store)
    (remark,) = remarks
    assert remark.startswith("Left out 2 samples that cannot be read: ")
    known = {each.folder: each.name for each in read_contents(folder).classes}
    assert all(f"{known[path.parent.name]}/{path.name}" in remark for path in broken)
    assert read_contents(entry.folder).count == 1
    assert [each.name for each in read_contents(entry.folder).classes] == ["a/b", "B", "empty"]


def test_the_export_can_be_stopped(editor: CollectionEditor, tmp_path: Path) -> None:
    folder = _filled(editor)
    with pytest.raises(DigitpadError, match="was stopped"):
        export_archive(folder, tmp_path / "letters.zip", lambda done, _total: done < 2)
    assert list(tmp_path.glob("*.zip*")) == []


def _write(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


_NAME = {"collection.json": json.dumps({"format": "digitpad collection", "version": 1, "name": "evil"}).encode()}
_LINE = b'{"strokes":[[[1,2],[3,4]]],"width":10,"height":10}\n'


def test_no_entry_leaves_the_folder(store: CollectionStore, tmp_path: Path) -> None:
    entries = {
        "../escaped.jsonl": _LINE,
        "/escaped.jsonl": _LINE,
        "classes/../../escaped.jsonl": _LINE,
        "classes/..\\..\\x/escaped.jsonl": _LINE,
        "classes/../escaped.jsonl": _LINE,
        "classes/A/run.exe": b"MZ",
        "classes/A/../../escaped.png": png(),
        "classes/A/CON.jsonl": _LINE,
        "classes/A/collection.json": b"{}",
    }
    entry, remarks = import_archive(_write(tmp_path / "evil.zip", _NAME | entries), store)
    (remark,) = remarks
    assert remark.startswith("Left out 6 entries that are not samples: ../escaped.jsonl, /escaped.jsonl, ")
    assert remark.endswith(" and 1 more.")
    assert list(tmp_path.rglob("*escaped*")) == []
    names = {each.name for each in read_contents(entry.folder).classes}
    # What looks like a class has the name of its folder as a text.
    assert names <= {"A", "..", "..\\..\\x"}
    for path in entry.folder.rglob("*.jsonl"):
        assert path.parent.parent == entry.folder / "classes"
        assert path.parent.name.startswith("class-")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "does not contain collection.json"),
        ({"collection.json": b"{"}, "damaged"),
        ({"collection.json": b"[]"}, "damaged"),
        (_NAME | {"classes/A/class.json": b"{", "classes/A/1.jsonl": _LINE}, "damaged"),
    ],
)
def test_a_file_that_is_no_collection_is_refused(
    store: CollectionStore, tmp_path: Path, entries: dict[str, bytes], message: str
) -> None:
    with pytest.raises(DigitpadError, match=message):
        import_archive(_write(tmp_path / "x.zip", entries), store)
    assert store.all() == []
    assert not store.folder.exists() or list(store.folder.iterdir()) == []


def test_a_bomb_is_refused_while_it_unpacks(
    store: CollectionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path / "bomb.zip", _NAME | {f"classes/A/{n}.png": bytes(3 << 20) for n in range(4)})
    assert path.stat().st_size < 1 << 16
    for limit, value in (("_MOST_FILE", 1 << 20), ("_MOST_TOTAL", 8 << 20)):
        with monkeypatch.context() as patch:
            patch.setattr(archive, limit, value)
            with pytest.raises(DigitpadError, match="unpacks to more"):
                import_archive(path, store)
        assert list(store.folder.iterdir()) == []
    with monkeypatch.context() as patch:
        patch.setattr(archive, "_MOST_ENTRIES", 3)
        with pytest.raises(DigitpadError, match="more than 3 files"):
            import_archive(path, store)


def test_too_many_classes_are_refused(store: CollectionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_CLASSES", 3)
    path = _write(tmp_path / "x.zip", _NAME | {f"classes/{n}/1.jsonl": _LINE for n in range(4)})
    with pytest.raises(DigitpadError, match="more than 3 classes"):
        import_archive(path, store)
    assert store.all() == []


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip file at all"])
def test_anything_else_is_refused(store: CollectionStore, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(DigitpadError, match="not a collection, or it is damaged"):
        import_archive(tmp_path / "x.zip", store)
    with pytest.raises(DigitpadError, match="cannot be imported"):
        import_archive(tmp_path / "missing.zip", store)


def test_damaged_archives_are_imported_whole_or_refused(
    editor: CollectionEditor, store: CollectionStore, tmp_path: Path
) -> None:
    export_archive(_filled(editor), tmp_path / "good.zip")
    good = (tmp_path / "good.zip").read_bytes()
    rng = np.random.default_rng(15)
    known = {entry.folder for entry in store.all()}
    for number in range(120):
        data = bytearray(good)
        place = int(rng.integers(len(data)))
        if number % 2:
            data[place] = int(rng.integers(256))
        else:
            del data[place:]
        (tmp_path / "bad.zip").write_bytes(data)
        try:
            import_archive(tmp_path / "bad.zip", store)
        except DigitpadError:
            assert {entry.folder for entry in store.all()} == known
        known = {entry.folder for entry in store.all()}
    assert not list(store.folder.glob(".new-*"))


def test_an_encrypted_entry_is_refused(store: CollectionStore, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("collection.json", _NAME["collection.json"])
        file.writestr("classes/A/1.jsonl", _LINE)
    data = bytearray(buffer.getvalue())
    # The flag of an encrypted entry, in the header of the entry and in the directory.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.rindex(mark) + offset
        data[place] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DigitpadError, match="damaged"):
        import_archive(tmp_path / "x.zip", store)
