"""The menus of a class and of its selected samples."""

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.data.collections.folder import Contents
from digitpad.gui.data.collect.class_card import ClassCard
from digitpad.gui.widgets.plain_text import menu_text


class ClassMenus(QObject):
    """Opens menus.

    Signals
    -------
    rename_wanted, files_wanted, delete_wanted
        The folder of a class.
    merge_wanted
        The folder of a class, and of the class that receives its samples.
    move_wanted
        The folder of the class to which the selected samples are to be moved.
    """

    rename_wanted = Signal(str)
    files_wanted = Signal(str)
    delete_wanted = Signal(str)
    merge_wanted = Signal(str, str)
    move_wanted = Signal(str)

    def __init__(self, delete_samples: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._delete_samples = delete_samples

    def open_for_class(self, shown: ClassCard, contents: Contents, place: QPoint) -> None:
        """Open the menu of a class."""
        folder = shown.folder
        menu = self._menu("classMenu")
        self._entry(menu, "renameClass", self.tr("Rename…"), partial(self.rename_wanted.emit, folder))
        self._entry(menu, "addFilesToClass", self.tr("Add pictures or ink…"), partial(self.files_wanted.emit, folder))
        merge = menu.addMenu(self.tr("Merge into"))
        merge.setObjectName("mergeMenu")
        for each in contents.classes:
            if each.folder != folder:
                self._entry(merge, "", menu_text(each.name), partial(self.merge_wanted.emit, folder, each.folder))
        merge.setEnabled(not merge.isEmpty())
        menu.addSeparator()
        self._entry(menu, "deleteClass", self.tr("Delete the class"), partial(self.delete_wanted.emit, folder))
        menu.popup(place)

    def open_for_samples(self, shown: ClassCard, contents: Contents, place: QPoint) -> None:
        """Open the menu of the selected samples."""
        menu = self._menu("samplesMenu")
        move = menu.addMenu(self.tr("Move to"))
        move.setObjectName("moveMenu")
        for each in contents.classes:
            if each.folder != shown.folder:
                self._entry(move, "", menu_text(each.name), partial(self.move_wanted.emit, each.folder))
        move.setEnabled(not move.isEmpty())
        menu.addAction(self._delete_samples)
        menu.popup(place)

    def _menu(self, name: str) -> QMenu:
        menu = QMenu(self._parent)
        menu.setObjectName(name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _entry(self, menu: QMenu, name: str, text: str, slot: "partial[None]") -> None:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(slot)
