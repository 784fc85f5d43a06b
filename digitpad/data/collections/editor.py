"""Changes of a collection: each is saved when the method returns, and can be undone.

An editor belongs to one thread. It does not remember what the collection contains, because other processes may change
it as well: `contents` reads the folder.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from digitpad.atomic import atomic_write
from digitpad.data.collections.folder import (
    CLASSES,
    MOST_CLASSES,
    Contents,
    Sample,
    SampleClass,
    class_folder,
    clean_name,
    collection_name,
    read_contents,
    sample_name,
    write_class_file,
)
from digitpad.data.collections.history import History, Rename, Step
from digitpad.data.collections.trash import Trash, guard, not_writable
from digitpad.data.file_types import INK_SUFFIX, PICTURE_SUFFIXES
from digitpad.data.ink import Drawing, format_ink
from digitpad.data.picture_files import opened_picture
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.regular_files import read_regular
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

MOST_PICTURE_BYTES = 64 << 20
"""The largest picture file that is copied into a collection."""

ProgressCheck = Callable[[int, int], bool]
"""Called with the number of samples that are done, and of all; returns whether to continue."""

_FEW = 100  # samples that are made durable one by one; a power failure could damage the newest of a larger import


@dataclass(frozen=True, slots=True)
class NewSample:
    """A sample to be added.

    Attributes
    ----------
    content
        Strokes, or a picture: its file, or the bytes of one.
    suffix
        What the file of a picture ends with, such as ".png"; ignored for strokes and files.
    origin
        Where it comes from, such as the name of a file.
    """

    content: Drawing | Path | bytes
    suffix: str = INK_SUFFIX
    origin: str = ""


class CollectionEditor:
    """Changes one collection.

    Parameters
    ----------
    folder
        Its folder.

    Raises
    ------
    DigitpadError
        If it is not a collection.
    """

    def __init__(self, folder: Path) -> None:
        collection_name(folder)
        self.folder = folder
        self._trash = Trash(folder)
        self._history = History(folder, self._trash)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Empty the trash of this editor; then its steps cannot be undone any more."""
        self._trash.close()

    def contents(self) -> Contents:
        """Read what the collection contains now."""
        return read_contents(self.folder)

    # Undo

    @property
    def undo_name(self) -> str | None:
        """The step that undo would undo; None if there is none."""
        return self._history.undo_name

    @property
    def redo_name(self) -> str | None:
        """The step that redo would redo; None if there is none."""
        return self._history.redo_name

    def undo(self) -> str:
        """Undo the last step, and return a sentence about what has changed meanwhile; empty if nothing has."""
        return self._history.undo()

    def redo(self) -> str:
        """Redo the last step that was undone; see `undo`."""
        return self._history.redo()

    # Classes

    def add_class(self, name: str) -> str:
        """Add a class, and return the name of its folder.

        Raises
        ------
        DigitpadError
            If there is a class with this name, or no room for another, or the collection cannot be changed.
        """
        name = clean_name(name)
        folder, move = self._prepare_class(name)
        with guard(self.folder):
            self._check_name(name)
            if len(self.contents().classes) >= MOST_CLASSES:
                raise _too_many()
            self._history.do(Step(_("add the class {name}").format(name=name), (move,)))
        return folder

    def rename_class(self, folder: str, name: str) -> None:
        """Rename a class.

        Raises
        ------
        DigitpadError
            If another class has this name, or the collection cannot be changed.
        """
        name = clean_name(name)
        before = self._class(folder).name
        if name == before:
            return
        with guard(self.folder):
            self._check_name(name)
            text = _("rename the class {name}").format(name=before)
            self._history.do(Step(text, renames=(Rename(folder, before, name),)))

    def delete_class(self, folder: str) -> None:
        """Delete a class with its samples."""
        deleted = self._class(folder)
        place = f"{CLASSES}/{folder}"
        move = (place, self._trash.new_place(folder))
        text = _("delete the class {name}").format(name=deleted.name)
        self._history.do(Step(text, (move,), nbytes=_size(deleted.samples)))

    def merge_classes(self, folder: str, into: str) -> str:
        """Move all samples of a class to another one, and delete it; return what was left out, see `undo`."""
        source, target = self._class(folder), self._class(into)
        if folder == into:
            return ""
        moves = [(f"{CLASSES}/{folder}/{sample.name}", f"{CLASSES}/{into}/{sample.name}") for sample in source.samples]
        moves.append((f"{CLASSES}/{folder}", self._trash.new_place(folder)))
        text = _("merge {name} into {other}").format(name=source.name, other=target.name)
        return self._history.do(Step(text, tuple(moves)))

    def rename(self, name: str) -> None:
        """Rename the collection.

        Raises
        ------
        DigitpadError
            If the name is empty, or the collection cannot be changed.
        """
        name = clean_name(name)
        before = collection_name(self.folder)
        if name != before:
            text = _("rename the collection {name}").format(name=before)
            self._history.do(Step(text, renames=(Rename("", before, name),)))

    # Samples

    def add(
        self, folder: str, samples: Sequence[NewSample], progress: ProgressCheck = lambda _done, _total: True
    ) -> tuple[str, ...]:
        """Add samples to a class as one step.

        Parameters
        ----------
        folder
            The folder of the class.
        samples
            The samples.
        progress
            Called with the progress; the work ends if it returns False.

        Returns
        -------
        tuple of str
            Why some of them were left out: pictures that cannot be read.

        Raises
        ------
        DigitpadError
            If no sample can be added: none can be read, `progress` stops it, or the collection cannot be changed.
        """
        self._class(folder)
        moves, remarks = self._prepare([(folder, sample) for sample in samples], progress)
        if not moves:
            raise DigitpadError(" ".join(remarks) if remarks else _("There is nothing to add."))
        self._history.do(Step(self._adding(len(moves)), tuple(moves)))
        return tuple(remarks)

    def add_labelled(
        self, samples: Iterable[tuple[str, NewSample]], progress: ProgressCheck = lambda _done, _total: True
    ) -> tuple[str, ...]:
        """Add samples by the names of their classes, as one step; classes that do not exist are made.

        Parameters
        ----------
        samples
            The name of a class, and a sample.
        progress
            Called with the progress; the work ends if it returns False.

        Returns
        -------
        tuple of str
            See `add`.

        Raises
        ------
        DigitpadError
            See `add`; also if there are too many classes.
        """
        folders = {each.name: each.folder for each in self.contents().classes}
        moves: list[tuple[str, str]] = []
        placed: list[tuple[str, NewSample]] = []
        for label, sample in samples:
            name = clean_name(label)
            if name not in folders:
                if len(folders) >= MOST_CLASSES:
                    raise _too_many()
                folders[name], move = self._prepare_class(name)
                moves.append(move)
            placed.append((folders[name], sample))
        added, remarks = self._prepare(placed, progress)
        if not added:
            raise DigitpadError(" ".join(remarks[:3]) if remarks else _("There is nothing to add."))
        self._history.do(Step(self._adding(len(added)), (*moves, *added)))
        return tuple(remarks)

    def move(self, samples: Sequence[Sample], folder: str) -> str:
        """Move samples to another class; return what was left out, see `undo`."""
        target = self._class(folder)
        moves = tuple(
            (self._place(sample), f"{CLASSES}/{folder}/{sample.name}")
            for sample in samples
            if sample.place.name != folder
        )
        if not moves:
            return ""
        text = ngettext("move {count} sample to {name}", "move {count} samples to {name}", len(moves))
        return self._history.do(Step(text.format(count=len(moves), name=target.name), moves))

    def delete(self, samples: Sequence[Sample]) -> str:
        """Delete samples; return what was left out, see `undo`."""
        if not samples:
            return ""
        moves = tuple((self._place(sample), self._trash.new_place(sample.name)) for sample in samples)
        text = ngettext("delete {count} sample", "delete {count} samples", len(moves))
        return self._history.do(Step(text.format(count=len(moves)), moves, nbytes=_size(samples)))

    # Parts

    def _class(self, folder: str) -> SampleClass:
        found = self.contents().of(folder)
        if found is None:
            raise DigitpadError(_("This class has been deleted by another program; choose another class."))
        return found

    def _check_name(self, name: str) -> None:
        if self.contents().named(name) is not None:
            raise DigitpadError(
                _("There is a class named {name} already; choose another name, or merge the two.").format(name=name)
            )

    def _prepare_class(self, name: str) -> tuple[str, tuple[str, str]]:
        """Make a class in the trash; return its folder, and the move that makes it one of the collection."""
        folder = class_folder(name)
        place = self._trash.new_place(folder)
        try:
            (self.folder / CLASSES).mkdir(exist_ok=True)
            (self.folder / place).mkdir()
        except OSError as error:
            raise not_writable(self.folder, error) from error
        write_class_file(self.folder / place, name, time.time_ns())
        return folder, (place, f"{CLASSES}/{folder}")

    def _prepare(
        self, samples: Sequence[tuple[str, NewSample]], progress: ProgressCheck
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """Write samples into the trash; return the moves that add them to their classes, and what was left out."""
        moves: list[tuple[str, str]] = []
        remarks: list[str] = []
        for done, (folder, sample) in enumerate(samples):
            if not progress(done, len(samples)):
                for place, _target in moves:
                    self._trash.remove(place)
                raise DigitpadError(_("Stopped; nothing was added."))
            try:
                suffix, content = _file_of(sample)
            except DigitpadError as error:
                remarks.append(str(error))
                continue
            name = sample_name(suffix, sample.origin)
            place = self._trash.new_place(name)
            with atomic_write(self.folder / place, durable=len(samples) <= _FEW) as file:
                file.write(content)
            moves.append((place, f"{CLASSES}/{folder}/{name}"))
        return moves, remarks

    def _place(self, sample: Sample) -> str:
        return f"{CLASSES}/{sample.place.name}/{sample.name}"

    def _adding(self, count: int) -> str:
        return ngettext("add {count} sample", "add {count} samples", count).format(count=count)


def _file_of(sample: NewSample) -> tuple[str, bytes]:
    """Return the suffix and the bytes of the file of a sample; a picture is opened to see that it can be read."""
    content = sample.content
    if isinstance(content, Drawing):
        return INK_SUFFIX, format_ink([replace(content, label=None)]).encode()
    if isinstance(content, bytes):
        suffix, data = sample.suffix, content
    else:
        suffix = content.suffix.lower()
        if suffix not in PICTURE_SUFFIXES:
            raise DigitpadError(
                _("{path} is neither a picture nor ink; choose PNG, JPEG or .jsonl files.").format(
                    path=plain_name(str(content))
                )
            )
        try:
            data = read_regular(content, most_bytes=MOST_PICTURE_BYTES)
        except OSError as error:
            raise DigitpadError(
                _("{path} cannot be read ({reason}); check the file and its permissions.").format(
                    path=plain_name(str(content)), reason=error.strerror or str(error)
                )
            ) from error
    with opened_picture(data, plain_name(str(content)) if isinstance(content, Path) else sample.origin or None):
        return suffix, data


def _size(samples: Sequence[Sample]) -> int:
    total = 0
    for sample in samples:
        try:
            total += sample.path.stat().st_size
        except OSError:
            # Already gone.
            continue
    return total


def _too_many() -> DigitpadError:
    return DigitpadError(
        _("A collection has at most {most} classes; use a folder of pictures, and choose it in Train.").format(
            most=MOST_CLASSES
        )
    )
