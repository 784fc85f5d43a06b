"""The Collect page: classes with their samples on the left, a pad to draw more on the right."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.data.collections.class_keys import class_of_key
from digitpad.data.file_types import INK_SUFFIX
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.data.collect import incoming, work
from digitpad.gui.data.collect.actions import CollectActions, Slots
from digitpad.gui.data.collect.class_column import ClassColumn
from digitpad.gui.data.collect.collection_bar import CollectionBar
from digitpad.gui.data.collect.commands import CollectCommands
from digitpad.gui.data.collect.desk import DeskState
from digitpad.gui.data.collect.pad_card import PadCard
from digitpad.gui.data.collect.ready_card import ReadyCard
from digitpad.gui.data.collect.sample_list import SAMPLES
from digitpad.gui.data.collect.session import CollectionSession
from digitpad.gui.data.collect.thumbnails import Thumbnails
from digitpad.gui.data.page import DataPage
from digitpad.gui.widgets.files import local_files
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
        self._remarks: tuple[str, ...] = ()  # those that were shown
        self._takes_focus = True  # when the collections have been read for the first time
        self.session = CollectionSession(workspace.collections.store, self)
        self.thumbnails = Thumbnails(theme, self)
        self.column = ClassColumn(theme, self.thumbnails, self)
        self.commands = CollectCommands(self.session, self.column, workspace.settings, self)
        self.actions_here = CollectActions(parent, self._slots())
        self.commands.use_menus(self.actions_here.delete_samples)
        self.head = self.bar = CollectionBar(theme, self.actions_here, self)
        self.pad = PadCard(theme, self)
        self.ready = ReadyCard(self)
        self._lay_out()
        self._connect()
        self.actions_here.set_enabled(enabled=False)
        self._show_state(self.session.state)

    @property
    def state(self) -> DeskState:
        """The state of the collections."""
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
            self.commands.ask_for_class()
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
        if not mime.hasFormat(SAMPLES) and incoming.can_take(mime):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import files that contain their labels; anything else is added to the chosen class."""
        event.acceptProposedAction()
        files = local_files(event.mimeData())
        if len(files) == 1 and (files[0].is_dir() or files[0].suffix.lower() in {".zip", INK_SUFFIX}):
            self.commands.import_from(files[0])
        else:
            self.commands.receive(event.mimeData(), self.column.current)

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

    def _slots(self) -> Slots:
        commands = self.commands
        return Slots(
            undo=self.undo,
            redo=self.redo,
            clear=self._clear,
            focus_pad=self._focus_pad,
            new_class=self.column.begin_class,
            open_files=commands.open_files,
            paste=commands.paste,
            delete_samples=commands.delete_selected,
            new=commands.new_collection,
            rename=commands.rename_collection,
            delete=commands.delete_collection,
            restore=commands.restore_collection,
            import_file=commands.files.ask_for_import,
            import_folder=commands.files.ask_for_folder,
            export=commands.files.ask_for_export,
            train=self.train,
        )

    @Slot()
    def _clear(self) -> None:
        self.pad.pad.clear()

    @Slot()
    def _focus_pad(self) -> None:
        self.pad.pad.take_keyboard()

    def _connect(self) -> None:
        self.session.changed.connect(self._show_state)
        self.session.message.connect(self.message)
        self.session.progressed.connect(self.bar.show_progress)
        self.session.done.connect(self._finish)
        self.session.failed.connect(self._give_back)
        self.commands.message.connect(self.message)
        self.bar.chosen.connect(self.commands.open_collection)
        self.column.chosen.connect(self._show_class)
        self.column.cards_changed.connect(self._order_tabs)
        self.column.selection_changed.connect(self._show_actions)
        self.pad.add_wanted.connect(self.add_drawing)
        self.pad.pad.changed.connect(self._show_actions)
        self.pad.pad.history_changed.connect(self._show_actions)
        self.ready.train_wanted.connect(self.train)

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
        remarks = () if state.contents is None else state.contents.remarks
        # The state comes after every job; what was said stays said.
        for remark in remarks if remarks != self._remarks else ():
            self.message.emit(Message(remark))
        self._remarks = remarks

    @Slot()
    def _order_tabs(self) -> None:
        """Let the Tab key follow the eye, also through cards that are new."""
        chain = [*self.bar.controls, *self.column.controls(), *self.pad.controls, *self.ready.controls]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

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
