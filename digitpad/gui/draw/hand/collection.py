"""The collection *My hand*: drawings that were corrected or confirmed, one collection for each person.

All work on it happens in a thread, one thing after the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.gui.workspace.settings import Settings

if TYPE_CHECKING:
    from digitpad.data.collections.editor import NewSample

HAND = "My hand"
"""The name of the collection; those of other persons have their names behind it. Names in files are not translated."""


@dataclass(frozen=True, slots=True)
class HandState:
    """What is in the collection.

    Attributes
    ----------
    name
        Its name, such as "My hand" or "My hand (Ada)".
    folder
        Its folder; None if it does not exist yet.
    count
        Number of drawings.
    hands
        The names of the collections of all persons, with this one.
    added
        The class of the drawing that was added last and can be taken back; empty if there is none.
    """

    name: str = HAND
    folder: Path | None = None
    count: int = 0
    hands: tuple[str, ...] = (HAND,)
    added: str = ""


@dataclass(frozen=True, slots=True)
class _Added:
    """A drawing that was added: its file, and its class."""

    path: Path
    label: str


class MyHand(QObject):
    """Adds drawings to the collection of the person who uses the program, and takes them back.

    Parameters
    ----------
    settings
        Remember whose hand it is.
    collections
        The folder of the collections; None uses the user's.

    Signals
    -------
    changed
        A `HandState`.
    message
        A `Message`.
    """

    changed = Signal(object)
    message = Signal(object)

    def __init__(self, settings: Settings, collections: Path | None, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._collections = settings, collections
        self._state = HandState(settings.hand or HAND)
        self._added: list[_Added] = []
        self._waiting: list[Callable[[], object]] = []
        self._worker: FunctionWorker | None = None

    @property
    def state(self) -> HandState:
        """What is in the collection, as of the last work on it."""
        return self._state

    @property
    def is_busy(self) -> bool:
        """Whether something is being read or written."""
        return self._worker is not None

    def read(self) -> None:
        """Read what is in the collection; other programs and the Data tab change it, too."""
        self._do(partial(_read, self._collections, self._state.name))

    def add(self, label: str, make: "Callable[[], NewSample]") -> None:
        """Add a drawing with what it shows; `make` is called in the thread."""
        self._do(partial(_add, self._collections, self._state.name, label, make))

    @Slot()
    def take_back(self) -> None:
        """Delete the drawing that was added last."""
        if self._added:
            self._do(partial(_delete, self._collections, self._state.name, self._added[-1]))

    @Slot(str)
    def choose(self, name: str) -> None:
        """Use the collection of another person."""
        self._added.clear()
        self._settings.hand = name
        self._state = HandState(name)
        self.read()

    def shut_down(self) -> None:
        """Finish the work under way."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()
        for work in self._waiting:
            work()
        self._waiting.clear()

    def _do(self, work: Callable[[], object]) -> None:
        self._waiting.append(work)
        self._next()

    def _next(self) -> None:
        if self._worker is not None or not self._waiting:
            return
        worker = self._worker = FunctionWorker(self._waiting.pop(0), self)
        worker.done.connect(self._receive)
        worker.failed.connect(self._report)
        worker.finished.connect(self._finish)
        worker.start()

    @Slot(object)
    def _receive(self, result: object) -> None:
        if not isinstance(result, tuple):
            return
        state, added, deleted = result
        if added is not None:
            self._added.append(added)
        if deleted is not None and deleted in self._added:
            self._added.remove(deleted)
        # A person was chosen meanwhile: the state of the one before is of no use.
        if state.name != self._state.name:
            return
        last = self._added[-1].label if self._added else ""
        self._state = HandState(state.name, state.folder, state.count, state.hands, last)
        self.changed.emit(self._state)

    @Slot(str)
    def _report(self, error: str) -> None:
        self.message.emit(Message(error))

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        self._next()


def hand_name(person: str) -> str:
    """Return the name of the collection of a person."""
    return f"{HAND} ({person})"


def _is_hand(name: str) -> bool:
    return name == HAND or name.startswith(f"{HAND} (")


def _state_of(collections: Path | None, name: str) -> HandState:
    from digitpad.data.collections.folder import read_contents
    from digitpad.data.collections.store import CollectionStore

    entries = CollectionStore(collections).all()
    hands = tuple(dict.fromkeys([HAND, *(entry.name for entry in entries if _is_hand(entry.name)), name]))
    folder = next((entry.folder for entry in entries if entry.name == name), None)
    return HandState(name, folder, 0 if folder is None else read_contents(folder).count, hands)


def _read(collections: Path | None, name: str) -> tuple[HandState, None, None]:
    return _state_of(collections, name), None, None


def _add(
    collections: Path | None, name: str, label: str, make: "Callable[[], NewSample]"
) -> tuple[HandState, _Added | None, None]:
    """Add a sample; called in a worker's thread."""
    from digitpad.data.collections.editor import CollectionEditor
    from digitpad.data.collections.folder import clean_name
    from digitpad.data.collections.store import CollectionStore

    label, sample = clean_name(label), make()
    state = _state_of(collections, name)
    folder = CollectionStore(collections).create(name).folder if state.folder is None else state.folder
    with CollectionEditor(folder) as editor:
        before = {one.path for each in editor.contents().classes for one in each.samples}
        editor.add_labelled([(label, sample)])
        named = editor.contents().named(label)
        new = [] if named is None else [one.path for one in named.samples if one.path not in before]
    return _state_of(collections, name), _Added(new[-1], label) if new else None, None


def _delete(collections: Path | None, name: str, added: _Added) -> tuple[HandState, None, _Added]:
    """Delete a sample that was added; called in a worker's thread."""
    from digitpad.data.collections.editor import CollectionEditor

    state = _state_of(collections, name)
    if state.folder is not None:
        with CollectionEditor(state.folder) as editor:
            found = [one for each in editor.contents().classes for one in each.samples if one.path == added.path]
            # It may have been deleted or moved in the Data tab.
            editor.delete(found)
    return _state_of(collections, name), None, added
