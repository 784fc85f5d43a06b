"""Steps of a collection that can be undone: files that move, and names that change.

Everything is expressed by renaming: a deleted sample moves to the trash, and a new one moves from there. So a step is
carried out forwards or backwards by the same code, and a process that is killed in the middle loses nothing.
"""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from digitpad.data.collections.folder import (
    CLASS_FILE,
    CLASSES,
    class_created,
    collection_name,
    write_class_file,
    write_collection_file,
)
from digitpad.data.collections.trash import Trash, not_writable
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

MOST_STEPS = 500
MOST_BYTES = 512 << 20
"""The largest size of what the steps keep in the trash; the newest step is kept in any case."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A change of the name of a class.

    Attributes
    ----------
    folder
        The folder of the class; empty for the collection itself.
    before, after
        The names.
    """

    folder: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    Attributes
    ----------
    name
        What it does, for the user: "delete 3 samples".
    moves
        Where files and folders move from and to, relative to the collection, in order.
    renames
        Changes of names.
    nbytes
        The size of what it moves to the trash.
    """

    name: str
    moves: tuple[tuple[str, str], ...] = ()
    renames: tuple[Rename, ...] = ()
    nbytes: int = 0

    def reversed(self) -> "Step":
        """Return the operation that undoes this one."""
        moves = tuple((after, before) for before, after in reversed(self.moves))
        renames = tuple(Rename(one.folder, one.after, one.before) for one in reversed(self.renames))
        return Step(self.name, moves, renames, self.nbytes)


def carry_out(folder: Path, step: Step) -> str:
    """Carry out a step.

    Parameters
    ----------
    folder
        The folder of the collection.
    step
        The step. What another process has moved or deleted meanwhile is left out.

    Returns
    -------
    str
        A sentence about what was left out; empty if nothing was.

    Raises
    ------
    DigitpadError
        If the collection cannot be changed; then it is as before.
    """
    collection_name(folder)
    done: list[tuple[str, str]] = []
    missing = 0
    try:
        for before, after in step.moves:
            if _move(folder / before, folder / after):
                done.append((before, after))
            else:
                missing += 1
        for one in step.renames:
            _rename(folder, one)
    except (OSError, DigitpadError) as error:
        for before, after in reversed(done):
            (folder / after).rename(folder / before)
        if isinstance(error, DigitpadError):
            raise
        raise not_writable(folder, error) from error
    if not missing:
        return ""
    return ngettext(
        "{count} sample has been moved or deleted by another program.",
        "{count} samples have been moved or deleted by another program.",
        missing,
    ).format(count=missing)


def _move(source: Path, target: Path) -> bool:
    """Move a file or a folder; return whether it is still there."""
    if not os.path.lexists(source):
        return False
    if os.path.lexists(target):
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)
    return True


def _rename(folder: Path, one: Rename) -> None:
    if not one.folder:
        write_collection_file(folder, one.after)
        return
    place = folder / CLASSES / one.folder
    if not place.is_dir():
        raise DigitpadError(
            _("The class {name} has been deleted by another program; it cannot be renamed.").format(name=one.before)
        )
    write_class_file(place, one.after, class_created(place))


class History:
    """The steps that can be undone and redone; steps that are forgotten remove their files from the trash.

    Parameters
    ----------
    folder
        The folder of the collection.
    trash
        The trash of this process.
    """

    def __init__(self, folder: Path, trash: Trash) -> None:
        self._folder = folder
        self._trash = trash
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    @property
    def undo_name(self) -> str | None:
        """The step that undo would undo; None if there is none."""
        return self._undo[-1].name if self._undo else None

    @property
    def redo_name(self) -> str | None:
        """The step that redo would redo; None if there is none."""
        return self._redo[-1].name if self._redo else None

    def do(self, step: Step) -> str:
        """Carry out a new step; see `carry_out`."""
        sentence = carry_out(self._folder, step)
        for undone in self._redo:
            # What was to be added again is now lost.
            for before, _after in undone.moves:
                self._trash.remove(before)
        self._redo.clear()
        self._undo.append(step)
        self._forget_the_oldest()
        return sentence

    def undo(self) -> str:
        """Undo the last step; see `carry_out`."""
        if not self._undo:
            return ""
        back = self._undo[-1].reversed()
        self._check_classes(back)
        sentence = carry_out(self._folder, back)
        self._redo.append(self._undo.pop())
        return sentence

    def redo(self) -> str:
        """Redo the last step that was undone; see `carry_out`."""
        if not self._redo:
            return ""
        sentence = carry_out(self._folder, self._redo[-1])
        self._undo.append(self._redo.pop())
        return sentence

    def _check_classes(self, back: Step) -> None:
        """Refuse to take away a class to which another process has added samples meanwhile."""
        leaving = {before for before, _after in back.moves}
        for before, after in back.moves:
            place = self._folder / before
            if not self._trash.contains(after) or not place.is_dir():
                continue
            left = [each.name for each in place.iterdir() if each.name != CLASS_FILE and not each.name.startswith(".")]
            if any(f"{before}/{name}" not in leaving for name in left):
                raise DigitpadError(
                    _("The class has samples that were added elsewhere; delete it if you do not need them.")
                )

    def _forget_the_oldest(self) -> None:
        total = 0
        for kept, step in enumerate(reversed(self._undo), start=1):
            total += step.nbytes
            if kept > 1 and (total > MOST_BYTES or kept > MOST_STEPS):
                for forgotten in self._undo[: 1 - kept]:
                    for _before, after in forgotten.moves:
                        self._trash.remove(after)
                del self._undo[: 1 - kept]
                return
