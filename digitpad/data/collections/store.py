"""All collections of the user: folders in the user's data, found by name."""

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from digitpad import paths
from digitpad.data.collections.folder import (
    CLASSES,
    class_folder,
    clean_name,
    collection_name,
    is_collection,
    stored_name,
    write_collection_file,
)
from digitpad.data.labels import natural_order
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

PREFIX = "collection:"
"""What the name of a dataset begins with if it is the name of a collection."""

_PREPARED, _DELETED = ".new-", ".deleted-"
_OLD = 24 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """A collection in the list.

    Attributes
    ----------
    folder
        Its folder.
    name
        Its name.
    """

    folder: Path
    name: str

    @property
    def dataset(self) -> str:
        """The name that `open_dataset` takes."""
        return f"{PREFIX}{self.name}"


class CollectionStore:
    """The collections in a folder.

    Parameters
    ----------
    folder
        The folder; None uses the user's folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = paths.collections_dir() if folder is None else folder

    def all(self) -> list[CollectionEntry]:
        """Return all collections by name; folders that cannot be read are left out."""
        try:
            folders = [Path(entry.path) for entry in os.scandir(self.folder) if not entry.name.startswith(".")]
        except OSError:
            return []
        found = []
        for folder in sorted(folders):
            if not is_collection(folder):
                continue
            try:
                found.append(CollectionEntry(folder, collection_name(folder)))
            except DigitpadError:
                # `read_contents` says what is wrong with it, when it is opened by its folder.
                found.append(CollectionEntry(folder, stored_name(folder.name, folder)))
        return sorted(found, key=lambda entry: natural_order(entry.name))

    def find(self, name: str) -> CollectionEntry:
        """Return the collection with a name.

        Raises
        ------
        DigitpadError
            If no collection has this name.
        """
        known = self.all()
        wanted = clean_name(name)
        for entry in known:
            if entry.name == wanted:
                return entry
        names = ", ".join(entry.name for entry in known[:10])
        if not names:
            raise DigitpadError(
                _("There is no collection named {name}; make one in the Data tab, or import one.").format(name=wanted)
            )
        raise DigitpadError(
            _("There is no collection named {name}; the collections are: {names}.").format(name=wanted, names=names)
        )

    def create(self, name: str) -> CollectionEntry:
        """Make an empty collection.

        Parameters
        ----------
        name
            Its name; if it is taken, a number is added.

        Raises
        ------
        DigitpadError
            If it cannot be written.
        """
        self._sweep()
        name = self.free_name(name)
        folder = self.folder / class_folder(name)
        hidden = self.hidden_folder()
        try:
            (hidden / CLASSES).mkdir(parents=True)
            write_collection_file(hidden, name)
            hidden.rename(folder)
        except OSError as error:
            raise DigitpadError(
                _("{folder} cannot be written to ({reason}); check its permissions and the space left.").format(
                    folder=self.folder, reason=error.strerror or str(error)
                )
            ) from error
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
        return CollectionEntry(folder, name)

    def hidden_folder(self) -> Path:
        """Return a new name for a folder in which a collection is prepared; `all` does not list it."""
        return self.folder / f"{_PREPARED}{os.urandom(16).hex()}"

    def free_name(self, name: str) -> str:
        """Return a name that no collection has: `name` itself, or with a number."""
        name = clean_name(name)
        taken = {entry.name for entry in self.all()}
        free, number = name, 2
        while free in taken:
            free, number = f"{name} {number}", number + 1
        return free

    def delete(self, entry: CollectionEntry) -> Path:
        """Delete a collection, and return where it is kept until `restore` or `forget`.

        Raises
        ------
        DigitpadError
            If it cannot be deleted.
        """
        kept = self.folder / f"{_DELETED}{os.urandom(16).hex()}"
        try:
            # Another process removes it once it is old.
            os.utime(entry.folder)
            entry.folder.rename(kept)
        except OSError as error:
            raise DigitpadError(
                _("{name} cannot be deleted ({reason}); check the permissions of {folder}.").format(
                    name=entry.name, reason=error.strerror or str(error), folder=entry.folder
                )
            ) from error
        return kept

    def restore(self, kept: Path, entry: CollectionEntry) -> None:
        """Restore a collection that was deleted.

        Raises
        ------
        DigitpadError
            If it cannot be restored.
        """
        try:
            kept.rename(entry.folder)
        except OSError as error:
            raise DigitpadError(
                _("{name} cannot be restored ({reason}); it is in {folder}.").format(
                    name=entry.name, reason=error.strerror or str(error), folder=kept
                )
            ) from error

    def _sweep(self) -> None:
        """Remove what killed processes have left here."""
        with contextlib.suppress(OSError):
            for pattern in (f"{_PREPARED}*", f"{_DELETED}*"):
                for left in self.folder.glob(pattern):
                    if time.time() - left.stat().st_mtime > _OLD:
                        shutil.rmtree(left, ignore_errors=True)

    def forget(self, kept: Path) -> None:
        """Remove a collection that was deleted from the disk."""
        shutil.rmtree(kept, ignore_errors=True)


def is_named(spec: str) -> bool:
    """Return whether the name of a dataset stands for a collection, whether or not that exists."""
    return spec.startswith(PREFIX)


def find_collection(spec: str) -> Path | None:
    """Return the folder of one of the user's collections.

    Parameters
    ----------
    spec
        `collection:NAME`, or the folder itself.

    Returns
    -------
    Path or None
        None if it is the name of another dataset, or of a collection that does not exist.
    """
    if not spec.startswith(PREFIX):
        return Path(spec) if is_collection(Path(spec)) else None
    wanted = spec.removeprefix(PREFIX)
    return next((entry.folder for entry in CollectionStore().all() if entry.name == wanted), None)


def dataset_title(spec: str) -> str:
    """Return a short name of a dataset, to be shown: that of the collection, or of the file or folder."""
    if spec.startswith(PREFIX):
        return spec.removeprefix(PREFIX)
    folder = Path(spec)
    if is_collection(folder):
        try:
            return collection_name(folder)
        except DigitpadError:
            # The training says what is wrong with it.
            return folder.name
    return folder.name or spec
