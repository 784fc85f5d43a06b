"""The actions of the Collect page, for its buttons, the menu and the keyboard help."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from digitpad.gui.data.collect.desk import DeskState
from digitpad.gui.widgets.actions import make_action, shown_key
from digitpad.gui.widgets.plain_text import tip_text

_KEY = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Slots:
    """What the actions call: bound methods of the page."""

    undo: Callable[[], object]
    redo: Callable[[], object]
    clear: Callable[[], object]
    focus_pad: Callable[[], object]
    new_class: Callable[[], object]
    open_files: Callable[[], object]
    paste: Callable[[], object]
    delete_samples: Callable[[], object]
    new: Callable[[], object]
    rename: Callable[[], object]
    delete: Callable[[], object]
    restore: Callable[[], object]
    import_file: Callable[[], object]
    import_folder: Callable[[], object]
    export: Callable[[], object]
    train: Callable[[], object]


class CollectActions(QObject):
    """Makes the actions, which work only while the page is visible.

    Parameters
    ----------
    owner
        The tab.
    slots
        What the actions call.
    """

    def __init__(self, owner: QWidget, slots: Slots) -> None:
        super().__init__(owner)
        self._owner = owner
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        tr = self.tr
        add = self._add
        self.undo = add(
            "collectUndo",
            tr("Undo"),
            [_KEY.Undo],
            tr("Undo the last stroke on the pad, or the last change"),
            slots.undo,
        )
        self.redo = add(
            "collectRedo", tr("Redo"), [_KEY.Redo, "Ctrl+Shift+Z", "Ctrl+Y"], tr("Redo what was undone"), slots.redo
        )
        self.clear = add("collectClear", tr("Clear the pad"), ["Ctrl+N"], tr("Clear the pad"), slots.clear)
        self.focus_pad = add("collectFocus", tr("Go to the pad"), ["F6"], tr("Draw with the keyboard"), slots.focus_pad)
        self.new_class = add(
            "actionNewClass", tr("New class…"), ["Ctrl+Shift+N"], tr("Type the name of a new class"), slots.new_class
        )
        self.open_files = add(
            "collectOpen",
            tr("Add pictures or ink…"),
            [_KEY.Open],
            tr("Add pictures or ink files to the chosen class"),
            slots.open_files,
        )
        self.paste = add(
            "collectPaste",
            tr("Paste"),
            [_KEY.Paste],
            tr("Paste an image, files or ink into the chosen class"),
            slots.paste,
        )
        self.delete_samples = add(
            "collectDelete",
            tr("Delete the selected samples"),
            ["Del"],
            tr("Delete the selected samples"),
            slots.delete_samples,
        )
        self.train = add(
            "actionTrainOnCollection",
            tr("Train on it"),
            ["Ctrl+Return"],
            tr("Go to Train with this collection chosen"),
            slots.train,
        )
        self.new = add(
            "actionNewCollection", tr("New collection…"), ["Ctrl+Alt+N"], tr("Make an empty collection"), slots.new
        )
        self.rename = add(
            "actionRenameCollection",
            tr("Rename the collection…"),
            ["Ctrl+Alt+F2"],
            tr("Rename the collection"),
            slots.rename,
        )
        self.delete = add(
            "actionDeleteCollection",
            tr("Delete the collection"),
            ["Ctrl+Shift+Del"],
            tr("Delete the collection with all its samples; Restore brings it back"),
            slots.delete,
        )
        self.restore = add(
            "actionRestoreCollection",
            tr("Restore"),
            ["Ctrl+Alt+Z"],
            tr("Restore the collection deleted last"),
            slots.restore,
        )
        self.import_file = add(
            "actionImportCollection",
            tr("Import…"),
            ["Ctrl+Alt+I"],
            tr("Import a collection, or a file of labelled ink"),
            slots.import_file,
        )
        self.import_folder = add(
            "actionImportFolder",
            tr("Import a folder…"),
            ["Ctrl+Alt+F"],
            tr("Import a folder that has a folder of pictures for each class"),
            slots.import_folder,
        )
        self.export = add(
            "actionExportCollection", tr("Export…"), ["Ctrl+Alt+E"],
            tr("Export the collection as one file, or for other programs"), slots.export,
        )  # fmt: skip
        #: The actions that concern whole collections, for a menu.
        self.of_collections = [
            self.new, self.rename, self.delete, self.restore, None,
            self.import_file, self.import_folder, self.export,
        ]  # fmt: skip

    def set_enabled(self, *, enabled: bool) -> None:
        """Let the actions work, or not, because the page is hidden."""
        self._group.setEnabled(enabled)

    def show_state(self, state: DeskState, *, selected: bool, ready: bool, drawn: bool) -> None:
        """Enable what is possible.

        Parameters
        ----------
        state
            The state of the collections.
        selected
            Whether samples are selected.
        ready
            Whether the collection can be trained on.
        drawn
            Whether there is something on the pad.
        """
        if not self._group.isEnabled():
            return
        is_open = state.entry is not None
        for action in (self.rename, self.delete, self.export):
            action.setEnabled(is_open)
        for action in (self.open_files, self.paste):
            action.setEnabled(state.contents is not None and bool(state.contents.classes))
        self.restore.setEnabled(state.restorable is not None)
        self.delete_samples.setEnabled(selected)
        self.train.setEnabled(ready)
        self.clear.setEnabled(drawn)

    def show_history(self, undo: str | None, redo: str | None) -> None:
        """Name the steps that can be undone and redone; None if there are none."""
        if not self._group.isEnabled():
            return
        for action, name, text in (
            (self.undo, undo, self.tr("Undo {step} ({key})")),
            (self.redo, redo, self.tr("Redo {step} ({key})")),
        ):
            action.setEnabled(name is not None)
            key = shown_key(action)
            action.setToolTip(
                tip_text(f"{action.statusTip()} ({key})" if name is None else text.format(step=name, key=key))
            )

    def _add(
        self,
        name: str,
        text: str,
        keys: list[str | QKeySequence.StandardKey],
        sentence: str,
        slot: Callable[[], object],
    ) -> QAction:
        action = make_action(self._owner, name, text, keys, sentence, slot)
        self._group.addAction(action)
        return action
