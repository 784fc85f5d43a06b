"""The worked examples of a page and the user's own, to load with a click; files, and what is shown as an example."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, title
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.own_examples import own_examples
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from digitpad.gui.workspace.settings import Settings

_NAME, _PATH = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _ExampleList(QListWidget):
    """A list that is wide enough for its words."""

    def sizeHint(self) -> QSize:
        """Return room for the longest line."""
        return QSize(px(24 * SPACE), px(32 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines."""
        return QSize(px(20 * SPACE), px(16 * SPACE))


class ExamplesCard(QWidget):
    """A list of examples, and buttons for files and for an own example.

    Parameters
    ----------
    settings
        The folder that files were opened in last.

    Signals
    -------
    wanted
        The name of a worked example to be loaded.
    own_wanted
        The path of an own example to be loaded.
    save_wanted
        The name under which what is shown should be kept.
    delete_wanted
        The path of an own example to be deleted; the user has confirmed it.
    open_wanted
        The path of a text file that was chosen.
    """

    wanted = Signal(str)
    own_wanted = Signal(str)
    save_wanted = Signal(str)
    delete_wanted = Signal(str)
    open_wanted = Signal(str)

    def __init__(self, settings: "Settings", parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._page = ""
        self._doomed = ""  # the path of the example that the open question is about
        frame = card("labExamplesCard", self)
        self._list = _ExampleList(frame)
        self._list.setObjectName("labExamples")
        self._list.setAccessibleName(self.tr("Worked examples"))
        self._list.setToolTip(
            self.tr("Examples with known numbers; Enter or a click loads one. Del deletes one of your own")
        )
        self._list.setWordWrap(True)
        self._list.setSpacing(SPACE // 2)
        self._list.itemActivated.connect(self._activated)
        self._list.itemClicked.connect(self._activated)
        delete = make_action(
            self._list,
            "labDeleteExample",
            self.tr("Delete the example"),
            ["Del"],
            self.tr("Delete an example of your own"),
            self._ask_to_delete,
        )
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._name = QLineEdit(frame)
        self._name.setObjectName("labExampleName")
        self._name.setAccessibleName(self.tr("Name of your example"))
        self._name.setPlaceholderText(self.tr("Name"))
        self._name.setToolTip(self.tr("What your example is called in the list"))
        self._name.setFixedHeight(4 * SPACE)
        self._name.returnPressed.connect(self._save)
        save = self._button("labSaveExample", self.tr("Save as example"), self.tr("Keep what is shown in this list"))
        save.clicked.connect(self._save)
        self._open = self._button(
            "labOpen", self.tr("Open…"), self.tr("Read a text file with a matrix, with values, or with layers")
        )
        self._open.clicked.connect(self._ask)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(SPACE, 2 * SPACE, SPACE, SPACE)
        inside.setSpacing(SPACE)
        inside.addWidget(title(self.tr("Worked examples"), frame))
        inside.addWidget(self._list, 1)
        for widget in (self._name, save, self._open):
            inside.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)

    def show_page(self, page: str, *, opens: bool) -> None:
        """List the examples of a page of the lab; `opens` tells whether it takes files."""
        self._page = page
        self._open.setVisible(opens)
        self.refresh()

    def refresh(self, chosen: Path | None = None) -> None:
        """List the examples again, and choose an own one, or the first of all."""
        self._list.clear()
        for example in EXAMPLES.values():
            if example.page == self._page:
                item = QListWidgetItem(f"{_(example.title)}\n{_(example.subtitle)}", self._list)
                item.setData(_NAME, example.name)
        self._list.setCurrentRow(0)
        for own in own_examples():
            if own.page == self._page:
                item = QListWidgetItem(f"{own.title}\n{self.tr('your own')}", self._list)
                item.setData(_PATH, str(own.path))
                if own.path == chosen:
                    self._list.setCurrentItem(item)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text.rstrip("…"))
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _save(self) -> None:
        self.save_wanted.emit(self._name.text())

    @Slot()
    def _ask(self) -> None:
        kinds = self.tr("Text (*.txt *.csv *.tsv *.tex *.py);;All files (*)")
        dialog = QFileDialog(self.window(), self.tr("Open a text file"), str(self._settings.folder), kinds)
        dialog.setObjectName("labOpenDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_file)
        dialog.open()

    @Slot(str)
    def _take_file(self, path: str) -> None:
        self._settings.folder = Path(path).parent
        self.open_wanted.emit(path)

    @Slot(QListWidgetItem)
    def _activated(self, item: QListWidgetItem) -> None:
        path = item.data(_PATH)
        if path is not None:
            self.own_wanted.emit(str(path))
        else:
            self.wanted.emit(str(item.data(_NAME)))

    @Slot()
    def _ask_to_delete(self) -> None:
        """Ask whether the own example that is chosen should be deleted."""
        item = self._list.currentItem()
        if not self._list.count() or item.data(_PATH) is None:
            return
        self._doomed = str(item.data(_PATH))
        buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No
        name = item.text().split("\n")[0]
        question = self.tr("Delete the example {name}? It cannot be restored.").format(name=name)
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Delete the example"), question, buttons, self.window())
        box.setObjectName("labDeleteQuestion")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setDefaultButton(QMessageBox.StandardButton.No)
        box.finished.connect(self._delete)
        box.open()

    @Slot(int)
    def _delete(self, answer: int) -> None:
        if answer == QMessageBox.StandardButton.Yes and self._doomed:
            self.delete_wanted.emit(self._doomed)
