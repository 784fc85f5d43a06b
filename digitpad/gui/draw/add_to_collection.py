"""Adds the drawing to a collection, with the label that was read or another one.

Ink stays ink, and an opened picture stays a picture: its file is copied if it is still there. Collections are imported
by the thread that uses them, because the window is shown sooner without them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.canvas.sketch import Page
from digitpad.gui.draw.page_sample import PageSample
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import dialog_button
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.data.collections.editor import NewSample
    from digitpad.data.collections.store import CollectionEntry

_SHOWN = 8  # names of classes that are shown as examples
_NEW = ""  # stands for a collection that does not exist yet


@dataclass(frozen=True, slots=True)
class _Offer:
    """The collections, the one used last first, with the names of their classes."""

    entries: tuple[tuple["CollectionEntry", tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Added:
    """Where a sample was added."""

    folder: Path
    collection: str
    label: str


class AddToCollection(QObject):
    """The action, its dialog, and the work behind it.

    Parameters
    ----------
    theme
        The theme.
    workspace
        The drawing and its reading.
    parent
        The tab, which owns the action.

    Signals
    -------
    message
        A `Message`.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._workspace = workspace
        self._owner = parent
        self._worker: FunctionWorker | None = None
        self._label = ""
        self._sample = PageSample(Page(), (1.0, 1.0))
        self.action = make_action(
            parent,
            "actionAddToCollection",
            self.tr("Add to a collection…"),
            ["Ctrl+Shift+D"],
            self.tr("Keep this drawing as a sample of a class"),
            self._begin,
        )

    @property
    def is_busy(self) -> bool:
        """Whether something is being read or written."""
        return self._worker is not None

    def show_look(self, look: Look) -> None:
        """Offer a drawing that is not blank."""
        self.action.setEnabled(not look.page.is_blank)

    def shut_down(self) -> None:
        """Wait until the sample is saved."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()

    @Slot()
    def _begin(self) -> None:
        drawing = self._workspace.drawing
        page = drawing.sketch.page
        if page.is_blank or self.is_busy:
            return
        # The dialog is about the drawing as it is now.
        self._sample = PageSample(page, drawing.sheet_size, in_colour=drawing.picture_shape is not None)
        self._label = _label_of(self._workspace.look, page)
        self._do(partial(_offer, self._workspace.settings.collection))

    @Slot(str, str)
    def add(self, folder: str, label: str) -> None:
        """Add the drawing.

        Parameters
        ----------
        folder
            The folder of the collection; empty for a new one.
        label
            The name of the class.
        """
        if self.is_busy:
            return
        self._do(partial(_add, folder, self.tr("My collection"), label, self._sample.make))

    def _do(self, work: Callable[[], object]) -> None:
        worker = self._worker = FunctionWorker(work, self)
        worker.done.connect(self._receive)
        worker.failed.connect(self._report)
        worker.finished.connect(self._finish)
        worker.start()

    @Slot(object)
    def _receive(self, result: object) -> None:
        if isinstance(result, _Offer):
            dialog = _Dialog(self._theme, result, self._label, self._owner)
            dialog.chosen.connect(self.add)
            dialog.ask()
        elif isinstance(result, _Added):
            self._workspace.settings.collection = result.folder
            text = self.tr("Added to {collection} as {label}.")
            self.message.emit(Message(text.format(collection=result.collection, label=result.label), "info"))

    @Slot(str)
    def _report(self, error: str) -> None:
        self.message.emit(Message(error))

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()


class _Dialog(QDialog):
    """Asks for the collection and the label.

    Signals
    -------
    chosen
        The folder of the collection, empty for a new one, and the label.
    """

    chosen = Signal(str, str)

    def __init__(self, theme: Theme, offer: _Offer, label: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("addToCollectionDialog")
        self.setWindowTitle(self.tr("Add to a collection"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._classes = {str(entry.folder): names for entry, names in offer.entries}
        self._collection = ComboBox(
            theme, "targetCollection", self.tr("Collection"), self.tr("The collection that receives the drawing"), self
        )
        entries = {str(entry.folder): entry.name for entry, _names in offer.entries}
        self._collection.offer(entries or {_NEW: self.tr("My collection (new)")})
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._label = QLineEdit(label, self)
        self._label.setObjectName("sampleLabel")
        self._label.setCompleter(completer)
        self._label.setAccessibleName(self.tr("Class"))
        self._label.setToolTip(self.tr("What the drawing shows: a class of the collection, or a new one"))
        self._label.setFixedHeight(4 * SPACE)
        self._label.setMinimumWidth(26 * SPACE)
        self._accept = dialog_button(
            "addToCollectionAccept", self.tr("Add"), self.tr("Add the drawing (Enter)"), self.accept, self
        )
        self._accept.setDefault(True)
        self._accept.setProperty("role", "primary")
        cancel = dialog_button(
            "addToCollectionCancel", self.tr("Cancel"), self.tr("Add nothing (Esc)"), self.reject, self
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        for row, field in enumerate((self._collection, self._label)):
            caption = QLabel(field.accessibleName(), self)
            caption.setBuddy(field)
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
        grid.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(grid)
        column.addLayout(buttons)
        self._collection.activated.connect(self._offer_classes)
        self._label.textChanged.connect(self._check)
        self._offer_classes()
        self._check()

    def ask(self) -> None:
        """Show the dialog."""
        adopt(self)
        self.open()
        self._label.setFocus(Qt.FocusReason.OtherFocusReason)
        self._label.selectAll()

    @Slot()
    def accept(self) -> None:
        """Add the drawing."""
        if self._label.text().strip():
            self.chosen.emit(self._collection.chosen, self._label.text())
            super().accept()

    @Slot()
    def _offer_classes(self) -> None:
        names = self._classes.get(self._collection.chosen, ())
        self._names.setStringList(names)
        self._label.setPlaceholderText(", ".join(names[:_SHOWN]))

    @Slot()
    def _check(self) -> None:
        self._accept.setEnabled(bool(self._label.text().strip()))


def _label_of(look: Look, page: Page) -> str:
    """Return what the drawing was read as; empty if that is not known."""
    if look.is_reading or look.page is not page:
        return ""
    if look.number_read is not None:
        return look.number_read.text
    return "" if look.verdict is None else look.verdict.digit


def _offer(recent: Path | None) -> _Offer:
    """Return what the dialog offers; called in a worker's thread."""
    from digitpad.data.collections.folder import class_names
    from digitpad.data.collections.store import CollectionStore

    entries = sorted(CollectionStore().all(), key=lambda entry: entry.folder != recent)
    return _Offer(tuple((entry, class_names(entry.folder)) for entry in entries))


def _add(folder: str, name: str, label: str, make: Callable[[], "NewSample"]) -> _Added:
    """Add a sample; called in a worker's thread."""
    from digitpad.data.collections.editor import CollectionEditor
    from digitpad.data.collections.folder import clean_name
    from digitpad.data.collections.store import CollectionStore

    label = clean_name(label)
    sample = make()
    entry = CollectionStore().create(name) if folder == _NEW else None
    place = Path(folder) if entry is None else entry.folder
    with CollectionEditor(place) as editor:
        editor.add_labelled([(label, sample)])
        return _Added(place, editor.contents().name, label)
