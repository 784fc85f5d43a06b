"""Turns what the user wants of classes, samples and collections into work at the desk."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from digitpad.data.collections.importing import samples_in
from digitpad.errors import DigitpadError
from digitpad.gui.data.collect import incoming, work
from digitpad.gui.data.collect.class_card import ClassCard
from digitpad.gui.data.collect.class_column import ClassColumn
from digitpad.gui.data.collect.class_menus import ClassMenus
from digitpad.gui.data.collect.desk import Desk, DeskState
from digitpad.gui.data.collect.files import CollectionFiles
from digitpad.gui.data.collect.name_dialog import NameDialog
from digitpad.gui.data.collect.sample_list import SampleView
from digitpad.gui.data.collect.session import CollectionSession
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workspace.settings import Settings


class CollectCommands(QObject):
    """Asks for names and files, and has the session do the rest.

    Parameters
    ----------
    session
        Does the work.
    column
        The classes that are shown.
    settings
        Remember the folder of files.
    parent
        The page.

    Signals
    -------
    message
        A `Message`.
    """

    message = Signal(object)

    def __init__(self, session: CollectionSession, column: ClassColumn, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.session = session
        self.column = column
        self.files = CollectionFiles(settings, parent)
        self.files.samples_chosen.connect(self.add_files)
        self.files.import_chosen.connect(self.import_from)
        self.files.export_chosen.connect(self.export_to)
        column.class_wanted.connect(self.add_class)
        column.samples_dropped.connect(self._move_dropped)
        column.data_dropped.connect(self.receive)

    @property
    def state(self) -> DeskState:
        """The state of the collections."""
        return self.session.state

    def use_menus(self, delete_samples: QAction) -> None:
        """Open menus of classes and samples.

        Parameters
        ----------
        delete_samples
            The action that deletes the selected samples.
        """
        self._menus = ClassMenus(delete_samples, self._page)
        self._menus.rename_wanted.connect(self._ask_for_class_name)
        self._menus.files_wanted.connect(self.files.ask_for_samples)
        self._menus.delete_wanted.connect(self._delete_class)
        self._menus.merge_wanted.connect(self._merge)
        self._menus.move_wanted.connect(self._move_selected)
        self.column.menu_wanted.connect(self._open_class_menu)
        self.column.samples_menu_wanted.connect(self._open_samples_menu)

    @Slot()
    def ask_for_class(self) -> None:
        """Say that there is no class yet."""
        self.message.emit(Message(self.tr("Add a class first: type its name below the classes."), "info"))
        self.column.begin_class()

    # What is dropped, pasted or opened

    @Slot(object)
    def import_from(self, path: Path) -> None:
        """Import an archive as a new collection, or labelled samples into the open one."""
        self.session.ask(partial(work.import_from, path, self._first_name()))

    @Slot(object, str)
    def receive(self, mime: QMimeData | None, folder: str) -> None:
        """Add what was dropped or pasted to a class."""
        if not folder:
            self.ask_for_class()
            return
        try:
            make = incoming.samples_of(mime)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self.session.ask(partial(work.add_samples, folder, make))

    @Slot()
    def paste(self) -> None:
        """Paste into the chosen class."""
        self.receive(QGuiApplication.clipboard().mimeData(), self.column.current)

    @Slot()
    def open_files(self) -> None:
        """Ask for files for the chosen class."""
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
    def delete_selected(self) -> None:
        """Delete the selected samples."""
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
    def new_collection(self) -> None:
        """Ask for the name of a new collection."""
        self._ask_for_name(self.tr("Create"), self.tr("Name of the new collection"), "", work.create)

    @Slot()
    def rename_collection(self) -> None:
        """Ask for another name of the collection."""
        if self.state.entry is not None:
            question = self.tr("New name of the collection")
            self._ask_for_name(self.tr("Rename"), question, self.state.entry.name, work.rename_collection)

    @Slot()
    def delete_collection(self) -> None:
        """Delete the collection."""
        self.session.ask(work.delete_collection)

    @Slot()
    def restore_collection(self) -> None:
        """Restore the collection deleted last."""
        self.session.ask(work.restore_collection)

    @Slot(str, object)
    def export_to(self, form: str, path: Path) -> None:
        """Export the collection."""
        self.session.ask(partial(work.export_to, form, path))

    def _first_name(self) -> str:
        """Return the name of a collection that is made because there is none."""
        return self.tr("My collection")

    def _ask_for_name(self, text: str, question: str, name: str, act: Callable[[str, Desk], str | None]) -> None:
        dialog = NameDialog(text, question, name, text, self._page)
        dialog.named.connect(partial(self._take_name, act))
        dialog.ask()

    def _take_name(self, act: Callable[[str, Desk], str | None], name: str) -> None:
        self.session.ask(partial(act, name))
