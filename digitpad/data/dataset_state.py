"""Whether the files of a dataset have changed, without opening them."""

from dataclasses import dataclass
from pathlib import Path

from digitpad.data.collections.store import find_collection
from digitpad.data.orientation import split_turns


@dataclass(frozen=True, slots=True)
class DatasetState:
    """The state of the files of a dataset; equal states mean that nothing has changed.

    Attributes
    ----------
    files
        Number of files and folders.
    newest
        Time of the last change of any of them, in nanoseconds.
    """

    files: int
    newest: int


def state_of(dataset: str) -> DatasetState:
    """Return the state of a dataset's files; bundled datasets, which have none here, never change."""
    count = newest = 0
    for name in {split_turns(part)[0] for part in (dataset, *dataset.split("+"))} - {""}:
        path = find_collection(name) or Path(name)
        for entry in (path, *path.rglob("*")):
            count, newest = count + 1, max(newest, _changed(entry))
    return DatasetState(count, newest)


def _changed(path: Path) -> int:
    """Return the time of a file's last change in nanoseconds; 0 for a missing file, reported when it is opened."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
