"""What the Collect page works on: one open collection, and the list of all of them.

A desk lives in the thread of the page's worker. The window sees it as a `DeskState`, which is made after every job.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from digitpad.data.collections.archive import import_archive, is_archive
from digitpad.data.collections.editor import CollectionEditor
from digitpad.data.collections.exporting import export_collection, left_out
from digitpad.data.collections.folder import Contents
from digitpad.data.collections.importing import labelled_samples
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_BETWEEN_NEWS = 0.1  # seconds
_MOST_NAMED = 3  # remarks that are shown


@dataclass(frozen=True, slots=True)
class DeskState:
    """The collections at one moment.

    Attributes
    ----------
    entries
        All collections.
    entry
        The open one; None if none is open.
    contents
        What it contains.
    undo_name, redo_name
        The steps that can be undone and redone; None if there are none.
    restorable
        The name of the collection that was deleted last; None if none was.
    """

    entries: tuple[CollectionEntry, ...] = ()
    entry: CollectionEntry | None = None
    contents: Contents | None = None
    undo_name: str | None = None
    redo_name: str | None = None
    restorable: str | None = None


class Desk:
    """Opens and changes collections; every method may raise DigitpadError.

    Parameters
    ----------
    store
        The collections.
    tell
        Called with the number of things done, and of all, during long work.
    """

    def __init__(self, store: CollectionStore, tell: Callable[[int, int], object]) -> None:
        self._store = store
        self._tell = tell
        self._told_at = 0.0
        self._editor: CollectionEditor | None = None
        self._entry: CollectionEntry | None = None
        self._contents: Contents | None = None
        self._deleted: list[tuple[Path, CollectionEntry]] = []
        self.stop = threading.Event()

    # The state

    def state(self) -> DeskState:
        """Read the state.

        Raises
        ------
        DigitpadError
            If the open collection has been deleted or damaged; then it is closed.
        """
        entries = tuple(self._store.all())
        restorable = self._deleted[-1][1].name if self._deleted else None
        if self._editor is None or self._entry is None:
            return DeskState(entries, restorable=restorable)
        try:
            contents = self._editor.contents()
        except DigitpadError:
            self.close_collection()
            raise
        contents = self._contents = _sharing(contents, self._contents)
        self._entry = CollectionEntry(self._editor.folder, contents.name)
        editor = self._editor
        return DeskState(entries, self._entry, contents, editor.undo_name, editor.redo_name, restorable)

    def progress(self, done: int, total: int) -> bool:
        """Report the progress of long work from time to time; return whether to continue."""
        now = time.monotonic()
        if now - self._told_at > _BETWEEN_NEWS:
            self._told_at = now
            self._tell(done, total)
        return not self.stop.is_set()

    # The list

    def open_first(self, wanted: Path | None) -> None:
        """Open a collection if it exists, or the first one; nothing if there is none, or one is open already."""
        if self._editor is not None:
            return
        entries = self._store.all()
        found = [entry for entry in entries if entry.folder == wanted] or entries
        if found:
            self.open(found[0].folder)

    def open(self, folder: Path) -> None:
        """Open a collection in place of the one that is open."""
        editor = CollectionEditor(folder)
        self.close_collection()
        self._editor = editor
        self._entry = CollectionEntry(folder, editor.contents().name)

    def create(self, name: str) -> None:
        """Make a collection, and open it."""
        self.open(self._store.create(name).folder)

    def delete(self) -> str:
        """Delete the open collection; return what to say about it."""
        entry = self.entry()
        self.close_collection()
        self._deleted.append((self._store.delete(entry), entry))
        self.open_first(None)
        return _("Deleted the collection {name}; Restore brings it back until digitpad ends.").format(name=entry.name)

    def restore(self) -> None:
        """Restore the collection that was deleted last, and open it."""
        if self._deleted:
            kept, entry = self._deleted[-1]
            self._store.restore(kept, entry)
            self._deleted.pop()
            self.open(entry.folder)

    def entry(self) -> CollectionEntry:
        """Return the open collection."""
        if self._entry is None:
            raise DigitpadError(_("No collection is open; make one first."))
        return self._entry

    def editor(self, name: str = "") -> CollectionEditor:
        """Return the editor of the open collection.

        Parameters
        ----------
        name
            If no collection is open, one with this name is made.
        """
        if self._editor is None:
            if not name:
                raise DigitpadError(_("No collection is open; make one first."))
            self.create(name)
        if self._editor is None:
            raise AssertionError
        return self._editor

    # Import and export

    def import_from(self, path: Path, name: str) -> str:
        """Import an archive as a new collection, or a folder or an ink file with labels into the open one.

        Parameters
        ----------
        path
            What to import.
        name
            The name of the collection that is made for it if none is open.

        Returns
        -------
        str
            What to say about it.
        """
        if is_archive(path):
            entry, remarks = import_archive(path, self._store, self.progress)
            self.open(entry.folder)
            count = self.editor(name).contents().count
            text = ngettext(
                "Imported {count:,} sample as the collection {name}.",
                "Imported {count:,} samples as the collection {name}.",
                count,
            )
            return " ".join((text.format(count=count, name=entry.name), *remarks))
        samples = labelled_samples(path)
        remarks = self.editor(name).add_labelled(samples, self.progress)
        return added(len(samples) - len(remarks), remarks)

    def export_to(self, form: str, path: Path) -> str:
        """Export the open collection; return what to say about it."""
        folder = self.entry().folder
        count = export_collection(folder, form, path, self.progress)
        text = ngettext("Exported {count:,} sample to {path}.", "Exported {count:,} samples to {path}.", count)
        return f"{text.format(count=count, path=path)} {left_out(folder, count)}".strip()

    # The end

    def close_collection(self) -> None:
        """Close the open collection; its steps cannot be undone any more."""
        editor, self._editor, self._entry = self._editor, None, None
        if editor is not None:
            editor.close()

    def close(self) -> None:
        """Close everything; collections that were deleted are gone now."""
        self.close_collection()
        for kept, _entry in self._deleted:
            self._store.forget(kept)
        self._deleted.clear()


def _sharing(contents: Contents, before: Contents | None) -> Contents:
    """Return what a collection contains, with the same objects for classes in which nothing has changed."""
    if before is None or before.folder != contents.folder:
        return contents
    known = {each.folder: each for each in before.classes}
    classes = tuple(
        old if (old := known.get(each.folder)) is not None and old == each else each for each in contents.classes
    )
    return replace(contents, classes=classes)


def added(count: int, remarks: tuple[str, ...]) -> str:
    """Return what to say about samples that were added, and about those that were left out."""
    said = [ngettext("Added {count:,} sample.", "Added {count:,} samples.", count).format(count=count)]
    if remarks:
        text = ngettext("Left out {count:,} file: {reasons}", "Left out {count:,} files: {reasons}", len(remarks))
        said.append(text.format(count=len(remarks), reasons=" ".join(remarks[:_MOST_NAMED])))
    return " ".join(said)
