"""The Collect page: classes with their samples on the left, a pad to draw more on the right."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.data.collections.class_keys import class_of_key
from digitpad.data.collections.folder import INK_SUFFIX
from digitpad.data.collections.importing import samples_in
from digitpad.data.collections.store import CollectionStore
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.data.collect import received, work
from digitpad.gui.data.collect.actions import CollectActions, Slots
from digitpad.gui.data.collect.class_card import ClassCard
from digitpad.gui.data.collect.class_column import ClassColumn
from digitpad.gui.data.collect.class_menus import ClassMenus
from digitpad.gui.data.collect.collection_bar import CollectionBar
from digitpad.gui.data.collect.desk import Desk, DeskState
from digitpad.gui.data.collect.files import CollectionFiles
from digitpad.gui.data.collect.name_dialog import NameDialog
from digitpad.gui.data.collect.pad_card import PadCard
from digitpad.gui.data.collect.ready_card import ReadyCard
from digitpad.gui.data.collect.sample_list import SAMPLES, SampleView
from digitpad.gui.data.collect.session import CollectionSession
from digitpad.gui.data.collect.thumbnails import Thumbnails
from digitpad.gui.data.page import DataPage
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.workspace import Workspace

_SIDES = (280, 360)  # pixels: how wide the right column is in a small and in a usual window
_WIDE = 1100
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass(frozen=True, slots=True)
class _Filed:
    """A drawing that is being saved."""

    page: Page


@dataclass(frozen=True, slots=True)
class _Training:
    """The wish to train on everything that is being saved."""


class CollectPage(DataPage):
    """Collect samples of your own classes.

    Parameters
    ----------
    theme
        The theme.
    workspace
        Its settings remember the collection.
    parent
        The tab, which owns the actions.
    """

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("collectPage")
        self.setAcceptDrops(True)
        self._theme = theme
        self._settings = workspace.settings
        self._takes_focus = True  # when the collections have been read for the first time
        self.session = CollectionSession(CollectionStore(), self)
        self.thumbnails = Thumbnails(theme, self)
        self.actions_here = CollectActions(parent, self._slots())
        self.bar = CollectionBar(theme, self.actions_here, self)
        self.column = ClassColumn(theme, self.thumbnails, self)
        self.pad = PadCard(theme, self)
        self.ready = ReadyCard(self)
        self.files = CollectionFiles(workspace.settings, self)
        self._menus = ClassMenus(self.actions_here.delete_samples, self)
        self._lay_out()
        self._connect()
        self.actions_here.set_enabled(enabled=False)
        self._show_state(self.session.state)

    @property
    def state(self) -> DeskState:
        """What there is."""
        return self.session.state

    def shut_down(self) -> None:
        """Save what waits, and end the workers."""
        self.session.shut_down()
        self.thumbnails.shut_down()

    # Drawing

    @Slot()
    def add_drawing(self) -> None:
        """Add what is on the pad to the chosen class."""
        if not self.column.current:
            self.message.emit(Message(self.tr("Add a class first: type its name below the classes."), "info"))
            self.column.begin_class()
            return
        try:
            drawing, page = self.pad.take()
        except DigitpadError as error:
            self.message.emit(Message(str(error), "info"))
            return
        self.session.ask(partial(work.add_drawing, self.column.current, drawing), _Filed(page))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """File the drawing: Enter into the chosen class, the key of a class into that one."""
        if event.modifiers() & _COMMANDS or event.isAutoRepeat():
            super().keyPressEvent(event)
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.add_drawing()
            return
        name = class_of_key(event.text(), self.column.keys)
        found = None if name is None or self.state.contents is None else self.state.contents.named(name)
        if found is None:
            super().keyPressEvent(event)
            return
        self.column.choose(found.folder)
        if not self.pad.is_blank:
            self.add_drawing()

    # What is dropped, pasted or opened

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, images and ink; samples are dropped on a card."""
        mime = event.mimeData()
        if not mime.hasFormat(SAMPLES) and received.can_take(mime):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import what says what it is; anything else belongs to the chosen class."""
        event.acceptProposedAction()
        files = received.files_in(event.mimeData())
        if len(files) == 1 and (files[0].is_dir() or files[0].suffix.lower() in {".zip", INK_SUFFIX}):
            self.import_from(files[0])
        else:
            self._receive(event.mimeData(), self.column.current)

    @Slot(object)
    def import_from(self, path: Path) -> None:
        """Import an archive as a new collection, or labelled samples into the open one."""
        self.session.ask(partial(work.import_from, path, self._first_name()))

    @Slot(object, str)
    def _receive(self, mime: QMimeData | None, folder: str) -> None:
        if not folder:
            self.message.emit(Message(self.tr("Add a class first: type its name below the classes."), "info"))
            self.column.begin_class()
            return
        try:
            make = received.samples_of(mime)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self.session.ask(partial(work.add_samples, folder, make))

    @Slot()
    def _paste(self) -> None:
        self._receive(QGuiApplication.clipboard().mimeData(), self.column.current)

    @Slot()
    def _open_files(self) -> None:
        self.files.ask_for_samples(self.column.current)

    @Slot(object, str)
    def add_files(self, paths: list[Path], folder: str) -> None:
        """Add files to a class."""
        self.session.ask(partial(work.add_samples, folder, partial(samples_in, paths)))

    @Slot(object, str)
    def _move_dropped(self, view: SampleView, folder: str) -> None:
        self.session.ask(partial(work.move_samples, view.selected, folder))

    @Slot(str)
    def _move_selected(self, folder: str) -> None:
        self.session.ask(partial(work.move_samples, self.column.selected(), folder))

    @Slot()
    def _delete_selected(self) -> None:
        self.session.ask(partial(work.delete_samples, self.column.selected()))

    # Classes

    @Slot(str)
    def add_class(self, name: str) -> None:
        """Add a class, and a collection if there is none."""
        self.session.ask(partial(work.add_class, name, self._first_name()))

    @Slot(str)
    def _ask_for_class_name(self, folder: str) -> None:
        known = None if self.state.contents is None else self.state.contents.of(folder)
        if known is not None:
            question = self.tr("New name of the class")
            self._ask_for_name(self.tr("Rename"), question, known.name, partial(work.rename_class, folder))

    @Slot(str)
    def _delete_class(self, folder: str) -> None:
        self.session.ask(partial(work.delete_class, folder))

    @Slot(str, str)
    def _merge(self, folder: str, into: str) -> None:
        self.session.ask(partial(work.merge_classes, folder, into))

    @Slot(object, QPoint)
    def _open_class_menu(self, shown: ClassCard, place: QPoint) -> None:
        if self.state.contents is not None:
            self._menus.open_for_class(shown, self.state.contents, place)

    @Slot(object, QPoint)
    def _open_samples_menu(self, shown: ClassCard, place: QPoint) -> None:
        if self.state.contents is not None:
            self._menus.open_for_samples(shown, self.state.contents, place)

    # Collections

    @Slot(object)
    def open_collection(self, folder: Path) -> None:
        """Open another collection."""
        self.session.ask(partial(work.open_collection, folder))

    @Slot()
    def _new_collection(self) -> None:
        self._ask_for_name(self.tr("Create"), self.tr("Name of the new collection"), "", work.create)

    @Slot()
    def _rename_collection(self) -> None:
        if self.state.entry is not None:
            question = self.tr("New name of the collection")
            self._ask_for_name(self.tr("Rename"), question, self.state.entry.name, work.rename_collection)

    @Slot()
    def _delete_collection(self) -> None:
        self.session.ask(work.delete_collection)

    @Slot()
    def _restore_collection(self) -> None:
        self.session.ask(work.restore_collection)

    @Slot(str, object)
    def export_to(self, form: str, path: Path) -> None:
        """Export the collection."""
        self.session.ask(partial(work.export_to, form, path))

    @Slot()
    def train(self) -> None:
        """Train on the collection, once everything is saved."""
        self.session.ask(work.nothing, _Training())

    # Undo

    @Slot()
    def undo(self) -> None:
        """Undo the last stroke on the pad; on a blank pad, the last change of the collection."""
        if not self.pad.is_blank:
            self.pad.pad.undo()
        elif self.state.undo_name is not None:
            self.pad.pad.drawing.start_again()
            self.session.ask(work.undo)

    @Slot()
    def redo(self) -> None:
        """Redo what was undone last."""
        if self.pad.pad.sketch.redo_name is not None:
            self.pad.pad.redo()
        elif self.state.redo_name is not None:
            self.session.ask(work.redo)

    # Parts

    def _first_name(self) -> str:
        """Return the name of a collection that is made because there is none."""
        return self.tr("My collection")

    def _ask_for_name(self, text: str, question: str, name: str, act: Callable[[str, Desk], str | None]) -> None:
        dialog = NameDialog(text, question, name, text, self)
        dialog.named.connect(partial(self._take_name, act))
        dialog.ask()

    def _take_name(self, act: Callable[[str, Desk], str | None], name: str) -> None:
        self.session.ask(partial(act, name))

    def _slots(self) -> Slots:
        return Slots(
            undo=self.undo,
            redo=self.redo,
            clear=self._clear,
            focus_pad=self._focus_pad,
            new_class=self._begin_class,
            open_files=self._open_files,
            paste=self._paste,
            delete_samples=self._delete_selected,
            new=self._new_collection,
            rename=self._rename_collection,
            delete=self._delete_collection,
            restore=self._restore_collection,
            import_file=self._import_file,
            import_folder=self._import_folder,
            export=self._export,
            train=self.train,
        )

    @Slot()
    def _clear(self) -> None:
        self.pad.pad.clear()

    @Slot()
    def _focus_pad(self) -> None:
        self.pad.pad.take_keyboard()

    @Slot()
    def _begin_class(self) -> None:
        self.column.begin_class()

    @Slot()
    def _import_file(self) -> None:
        self.files.ask_for_import()

    @Slot()
    def _import_folder(self) -> None:
        self.files.ask_for_folder()

    @Slot()
    def _export(self) -> None:
        self.files.ask_for_export()

    def _connect(self) -> None:
        self.session.changed.connect(self._show_state)
        self.session.message.connect(self.message)
        self.session.progressed.connect(self.bar.show_progress)
        self.session.done.connect(self._finish)
        self.session.failed.connect(self._give_back)
        self.bar.chosen.connect(self.open_collection)
        column = self.column
        column.chosen.connect(self._show_class)
        column.class_wanted.connect(self.add_class)
        column.menu_wanted.connect(self._open_class_menu)
        column.samples_menu_wanted.connect(self._open_samples_menu)
        column.samples_dropped.connect(self._move_dropped)
        column.data_dropped.connect(self._receive)
        column.selection_changed.connect(self._show_actions)
        self.pad.add_wanted.connect(self.add_drawing)
        self.pad.pad.changed.connect(self._show_actions)
        self.pad.pad.history_changed.connect(self._show_actions)
        self.ready.train_wanted.connect(self.train)
        self.files.samples_chosen.connect(self.add_files)
        self.files.import_chosen.connect(self.import_from)
        self.files.export_chosen.connect(self.export_to)
        self._menus.rename_wanted.connect(self._ask_for_class_name)
        self._menus.files_wanted.connect(self.files.ask_for_samples)
        self._menus.delete_wanted.connect(self._delete_class)
        self._menus.merge_wanted.connect(self._merge)
        self._menus.move_wanted.connect(self._move_selected)

    def _lay_out(self) -> None:
        self._right = QWidget(self)
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE + SPACE // 2)
        right.addWidget(self.pad, 1)
        right.addWidget(self.ready)
        sizes_itself(self._right)
        self._theme.changed.connect(self._share_out)
        below = QHBoxLayout()
        below.setSpacing(2 * SPACE)
        below.addWidget(self.column, 1)
        below.addWidget(self._right)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(self.bar)
        column.addLayout(below, 1)

    @Slot(object)
    def _show_state(self, state: DeskState) -> None:
        self.bar.show_state(state)
        self.column.show_contents(state.contents)
        if self._takes_focus and self.isVisible():
            # Only once: from then on, the user decides.
            self._takes_focus = False
            if self.column.current:
                self.pad.pad.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.column.begin_class()
        self.ready.show_contents(state.contents)
        self._show_class()
        if state.entry is not None and state.entry.folder != self._settings.collection:
            self._settings.collection = state.entry.folder
        for remark in () if state.contents is None else state.contents.remarks:
            self.message.emit(Message(remark))

    @Slot()
    def _show_class(self) -> None:
        contents = self.state.contents
        chosen = None if contents is None else contents.of(self.column.current)
        self.pad.show_class(None if chosen is None else chosen.name, 0 if chosen is None else len(chosen.samples))
        self._show_actions()

    @Slot()
    def _show_actions(self) -> None:
        actions, sketch = self.actions_here, self.pad.pad.sketch
        drawn = not self.pad.is_blank
        actions.show_state(self.state, selected=bool(self.column.selected()), ready=self.ready.is_ready, drawn=drawn)
        undo = sketch.undo_name if drawn else self.state.undo_name
        actions.show_history(undo, sketch.redo_name or self.state.redo_name)

    @Slot(object)
    def _finish(self, token: object) -> None:
        entry = self.state.entry
        if isinstance(token, _Training) and entry is not None:
            same = [other for other in self.state.entries if other.name == entry.name]
            self.train_wanted.emit(entry.dataset if len(same) == 1 else str(entry.folder))

    @Slot(object)
    def _give_back(self, token: object) -> None:
        if isinstance(token, _Filed):
            self.pad.give_back(token.page)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed while the page was hidden."""
        super().showEvent(event)
        self.actions_here.set_enabled(enabled=True)
        self._show_actions()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the keys to the other pages."""
        self.actions_here.set_enabled(enabled=False)
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Show what other programs have changed, when the window becomes active."""
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.isVisible():
            self._refresh()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Adapt the right column to the available width."""
        super().resizeEvent(event)
        self._share_out()

    @Slot()
    def _share_out(self) -> None:
        width = _SIDES[self.width() >= px(_WIDE)]
        self._right.setFixedWidth(max(px(width), self._right.minimumSizeHint().width()))

    def _refresh(self) -> None:
        self.session.ask(partial(work.refresh, self._settings.collection))
