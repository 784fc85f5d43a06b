"""A killed process loses nothing that it said was saved, and several processes in one collection do no harm."""

import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.data.collections.dataset import read_collection, sample_image
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.folder import TRASH, Contents
from digitpad.data.collections.store import CollectionStore
from tests.data.collections.conftest import ink

#: Adds, moves and deletes for ever, and prints what it has done.
_BUSY = """
import sys
from pathlib import Path
from digitpad.data.collections.editor import CollectionEditor
from tests.data.collections.conftest import ink

editor = CollectionEditor(Path(sys.argv[1]))
first, second = (each.folder for each in editor.contents().classes[:2])
number = 0
while True:
    editor.add(first, [ink(number)])
    print("added", flush=True)
    samples = editor.contents().of(first).samples
    if number % 3 == 1:
        editor.move(samples[-1:], second)
    if number % 3 == 2:
        editor.delete(samples[-1:])
        print("deleted", flush=True)
        editor.undo()
        print("restored", flush=True)
    if number % 4 == 3:
        folder = editor.add_class(f"class {number}")
        editor.merge_classes(second, folder)
        editor.undo()
        editor.undo()
    number += 1
"""

#: Adds 15 samples and a class, and renames the class.
_POLITE = """
import sys
from pathlib import Path
from digitpad.data.collections.editor import CollectionEditor
from tests.data.collections.conftest import ink

with CollectionEditor(Path(sys.argv[1])) as editor:
    own = editor.add_class(sys.argv[2])
    common = editor.contents().classes[0].folder
    for number in range(15):
        editor.add(common, [ink(number)])
        editor.add(own, [ink(number)])
        editor.delete(editor.contents().of(own).samples[:1])
        editor.undo()
    editor.rename_class(own, sys.argv[2] + " done")
"""
_ROOT = Path(__file__).parents[3]


def _start(script: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *words], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _kill_after(folder: Path, lines: int) -> list[str]:
    """Kill a busy process once it has printed some lines; return them all."""
    with _start(_BUSY, str(folder)) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(lines)]
        process.kill()
        told += process.stdout.read().split()
        assert process.returncode is None or process.returncode < 0
    assert "" not in told
    return told


def _check_samples(contents: Contents) -> None:
    for each in contents.classes:
        for sample in each.samples:
            assert sample_image(sample).any()


@pytest.mark.slow
@pytest.mark.parametrize("lines", [1, 4, 7, 12, 18, 25])
def test_a_killed_process_loses_nothing(editor: CollectionEditor, lines: int) -> None:
    for name in "AB":
        editor.add_class(name)
    told = _kill_after(editor.folder, lines)
    contents = editor.contents()
    assert not contents.remarks
    _check_samples(contents)
    added = told.count("added")
    # A sample that was being deleted at that moment may be in the trash.
    gone = told.count("deleted") - told.count("restored")
    assert contents.count in range(added - max(gone, 1), added + 2)
    for path in editor.folder.rglob("class.json"):
        assert path.read_text().startswith("{")
    # The next program that needs the trash removes what the killed one left.
    with CollectionEditor(editor.folder) as other:
        other.delete(other.contents().classes[0].samples[:1])
        (own,) = [each for each in (editor.folder / TRASH).iterdir() if any(each.glob("*.jsonl"))]
        other.undo()
    assert not own.exists()
    assert read_collection(editor.folder).classes


@pytest.mark.slow
def test_several_processes_in_one_collection_do_no_harm(store: CollectionStore) -> None:
    folder = store.create("common").folder
    with CollectionEditor(folder) as editor:
        editor.add(editor.add_class("A"), [ink()])
        processes = [_start(_POLITE, str(folder), f"own {number}") for number in range(3)]
        for process in processes:
            _out, error = process.communicate(timeout=120)
            assert process.returncode == 0, error
        contents = editor.contents()
    assert [(each.name, len(each.samples)) for each in contents.classes] == [
        ("A", 46),
        *((f"own {number} done", 15) for number in sorted(range(3), key=lambda n: _order(contents, n))),
    ]
    _check_samples(contents)
    assert not (folder / TRASH).exists()


def _order(contents: Contents, number: int) -> int:
    return [each.name for each in contents.classes].index(f"own {number} done")


@pytest.mark.slow
def test_the_same_class_is_made_by_one_process_only(store: CollectionStore) -> None:
    folder = store.create("common").folder
    script = """
import sys
from pathlib import Path
from digitpad.data.collections.editor import CollectionEditor
from digitpad.errors import DigitpadError

made = 0
with CollectionEditor(Path(sys.argv[1])) as editor:
    for number in range(20):
        try:
            editor.add_class(f"class {number}")
            made += 1
        except DigitpadError:
            pass
print(made)
"""
    processes = [_start(script, str(folder)) for _ in range(2)]
    made = []
    for process in processes:
        out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
        made.append(int(out))
    with CollectionEditor(folder) as editor:
        names = [each.name for each in editor.contents().classes]
    assert sum(made) == len(names) == len(set(names)) == 20
