from collections.abc import Callable
from pathlib import Path

import pytest

from digitpad.errors import DigitpadError
from digitpad.training.film.bookmarks import Bookmark, read_bookmarks, write_bookmarks
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore


@pytest.fixture
def run(make_plan: Callable[..., RunPlan], tmp_path: Path) -> Run:
    return RunStore(tmp_path).create(make_plan())


def test_bookmarks_are_kept_with_the_run(run: Run) -> None:
    assert read_bookmarks(run) == []
    saved = write_bookmarks(run, [Bookmark(340, " before the change "), Bookmark(7), Bookmark(340, "last\nword")])
    assert saved == [Bookmark(7), Bookmark(340, "last\\nword")]
    assert read_bookmarks(Run(run.folder)) == saved
    assert write_bookmarks(run, saved[:1]) == read_bookmarks(run) == [Bookmark(7)]


@pytest.mark.parametrize("contents", [b"", b"[]", b'{"bookmarks": [{"step": "x"}]}', b'{"bookmarks": 3}', b"\xff"])
def test_a_damaged_file_has_no_bookmarks(run: Run, contents: bytes) -> None:
    (run.folder / "bookmarks.json").write_bytes(contents)
    assert read_bookmarks(run) == []
    assert write_bookmarks(run, [Bookmark(1, "one")]) == read_bookmarks(run)


def test_a_step_that_no_run_can_have_is_left_out(run: Run) -> None:
    """Qt's signals would not take it."""
    steps = ", ".join(f'{{"step": {step}, "note": ""}}' for step in (5, -1, 2**31, 10**30))
    (run.folder / "bookmarks.json").write_text(f'{{"bookmarks": [{steps}]}}')
    assert read_bookmarks(run) == [Bookmark(5)]


def test_a_bookmark_that_cannot_be_saved_is_an_error(run: Run) -> None:
    write_bookmarks(run, [Bookmark(1)])
    path = run.folder / "bookmarks.json"
    path.unlink()
    path.mkdir()
    with pytest.raises(DigitpadError, match="is a folder"):
        write_bookmarks(run, [Bookmark(2)])
