"""Bookmarks: steps of a run that the user wants to find again, each with a note.

They belong to the run, not to its film: any step can be had exactly, and films are deleted to make room.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.names import plain_name
from digitpad.regular_files import read_regular
from digitpad.training.film.frame_file import MOST_STEPS
from digitpad.training.run import Run

_FILE = "bookmarks.json"
_MOST_BYTES = 1 << 20
#: Characters.
LONGEST_NOTE = 120


@dataclass(frozen=True, slots=True, order=True)
class Bookmark:
    """A bookmark.

    Attributes
    ----------
    step
        The step of the run.
    note
        The user's note, one line; may be empty.
    """

    step: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    bookmarks: list[Bookmark]


def read_bookmarks(run: Run) -> list[Bookmark]:
    """Return the bookmarks of a run, by step; none if the file is missing or cannot be read."""
    with contextlib.suppress(OSError, JSONError, DigitpadError):
        read = to_record(_File, parse_json(read_regular(run.folder / _FILE, most_bytes=_MOST_BYTES)))
        return _tidy(read.bookmarks)
    return []


def write_bookmarks(run: Run, bookmarks: Iterable[Bookmark]) -> list[Bookmark]:
    """Save the bookmarks of a run, and return them as saved: one for each step, the last one given.

    Raises
    ------
    DigitpadError
        If the file cannot be written; the earlier bookmarks stay.
    """
    tidy = _tidy(bookmarks)
    with atomic_write(run.folder / _FILE) as file:
        file.write(dump_json({"bookmarks": [asdict(bookmark) for bookmark in tidy]}, indent=2).encode())
    return tidy


def _tidy(bookmarks: Iterable[Bookmark]) -> list[Bookmark]:
    by_step = {one.step: Bookmark(one.step, plain_name(one.note.strip(), most=LONGEST_NOTE)) for one in bookmarks}
    return [by_step[step] for step in sorted(by_step) if 0 <= step < MOST_STEPS]
