"""A private folder inside a collection: for what this process deleted, and for samples that are being prepared.

Each process has one of its own, which it locks. It disappears with the process, or, if the process was killed, when the
collection is opened the next time.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock

from digitpad.data.collections.folder import COLLECTION_FILE, TRASH
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

_LOCK = "in-use.lock"
_GUARD = ".lock"
_PATIENCE = 10.0  # seconds


class Trash:
    """The trash of one process in one collection; it is created when it is first needed.

    Parameters
    ----------
    folder
        The folder of the collection.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{TRASH}/{os.urandom(8).hex()}"
        self._lock: filelock.BaseFileLock | None = None
        self._count = 0

    def new_place(self, name: str) -> str:
        """Return where to put a file or a folder called `name`: a path relative to the collection.

        Raises
        ------
        DigitpadError
            If the trash cannot be created.
        """
        self._open()
        self._count += 1
        return f"{self._name}/{self._count:06d}-{name}"

    def contains(self, place: str) -> bool:
        """Return whether a path relative to the collection is in this trash."""
        return place.startswith(f"{self._name}/")

    def remove(self, place: str) -> None:
        """Remove something from the trash for good; what cannot be removed stays until the next time."""
        if not self.contains(place):
            return
        path = self._folder / place
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the trash with everything in it."""
        if self._lock is None:
            return
        shutil.rmtree(self._folder / self._name, ignore_errors=True)
        self._lock.release()
        self._lock = None
        with contextlib.suppress(OSError, DigitpadError), guard(self._folder):
            # Only if no other process has a trash here.
            (self._folder / TRASH).rmdir()

    def _open(self) -> None:
        if self._lock is not None:
            return
        place = self._folder / self._name
        try:
            with guard(self._folder):
                _remove_abandoned(self._folder / TRASH)
                place.mkdir(parents=True)
                self._lock = filelock.FileLock(place / _LOCK, thread_local=False)
                self._lock.acquire(blocking=False)
        except OSError as error:
            self._lock = None
            raise not_writable(self._folder, error) from error


@contextlib.contextmanager
def guard(folder: Path) -> Iterator[None]:
    """Let no other process change the names of the classes, or clear the trash, within the block.

    Parameters
    ----------
    folder
        The folder of the collection.

    Raises
    ------
    DigitpadError
        If the folder cannot be written to, or another process does not finish within some seconds.
    """
    lock = filelock.FileLock(folder / _GUARD, thread_local=False)
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout as error:
        raise DigitpadError(
            _("Another program is changing {folder}; try again when it has finished.").format(folder=folder)
        ) from error
    except OSError as error:
        raise not_writable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def not_writable(folder: Path, error: OSError) -> DigitpadError:
    """Return the error for a collection that cannot be changed."""
    if not (folder / COLLECTION_FILE).exists():
        return DigitpadError(
            _("The collection {folder} does not exist any more; choose another.").format(folder=folder)
        )
    return DigitpadError(
        _("{folder} cannot be changed ({reason}); check its permissions and the space left.").format(
            folder=folder, reason=error.strerror or str(error)
        )
    )


def _remove_abandoned(trash: Path) -> None:
    """Remove what killed processes have left in the trash."""
    with contextlib.suppress(FileNotFoundError):
        for place in sorted(trash.iterdir()):
            lock = filelock.FileLock(place / _LOCK, thread_local=False)
            try:
                lock.acquire(blocking=False)
            except OSError:
                # In use by another process, or not a trash.
                continue
            lock.release()
            shutil.rmtree(place, ignore_errors=True)
