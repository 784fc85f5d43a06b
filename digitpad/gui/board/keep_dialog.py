"""Makes a collection of the drawings of a class, and offers to train on it."""

from functools import partial

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.gui.widgets.cards import dialog_button, muted, title
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workers.function_worker import FunctionWorker
from digitpad.gui.workspace.workspace import Workspace
from digitpad.serving.board import Board, KeptDrawing
from digitpad.serving.keeping import keep_as_collection

_WIDTH = 56 * SPACE
_LONGEST_NAME = 80


class KeepDialog(QDialog):
    """Asks for a name, keeps the drawings of those who agreed, and says what was kept.

    Parameters
    ----------
    board
        Has the drawings.
    workspace
        Has the collections.

    Signals
    -------
    train_wanted
        The name of a dataset to train on.
    """

    train_wanted = Signal(str)

    def __init__(self, board: Board, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._workspace = workspace
        self._kept: tuple[KeptDrawing, ...] = ()
        self._entry: CollectionEntry | None = None
        self._worker: FunctionWorker | None = None
        self.setObjectName("keepDialog")
        self.setWindowTitle(self.tr("Keep the drawings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._title = title("", self)
        self._title.setObjectName("keepTitle")
        self._words = muted("", self)
        self._words.setObjectName("keepWords")
        self._name = QLineEdit(self)
        self._name.setObjectName("keepName")
        self._name.setMaxLength(_LONGEST_NAME)
        self._name.setAccessibleName(self.tr("Name of the collection"))
        self._name.setToolTip(self.tr("The name of the new collection in the Data tab"))
        self._name.setFixedHeight(4 * SPACE)
        self._caption = QLabel(self._name.accessibleName(), self)
        self._caption.setBuddy(self._name)
        self._alert = InlineAlert("keepAlert", self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(self._caption, 0, 0)
        grid.addWidget(self._name, 0, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        for part in (self._title, self._words):
            column.addWidget(part)
        column.addLayout(grid)
        column.addWidget(self._alert)
        column.addStretch(1)
        column.addLayout(self._buttons())
        self._name.textChanged.connect(self._show)
        self._offer()

    def _buttons(self) -> QHBoxLayout:
        self._close = dialog_button("keepClose", self.tr("Cancel"), self.tr("Close (Esc)"), self.reject, self)
        self._accept = dialog_button(
            "keepAccept", self.tr("Keep"), self.tr("Make the collection (Enter)"), self._keep, self
        )
        self._accept.setProperty("role", "primary")
        self._accept.setDefault(True)
        self._train = dialog_button(
            "keepTrain",
            self.tr("Train on it"),
            self.tr("Go to the Train tab with this collection chosen"),
            self._go_to_train,
            self,
        )
        self._train.setProperty("role", "primary")
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        for button in (self._close, self._accept, self._train):
            row.addWidget(button)
        return row

    def ask(self) -> None:
        """Show the dialog."""
        adopt(self)
        self.open()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._name.selectAll()

    def shut_down(self) -> None:
        """Wait until the drawings are saved."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()

    def done(self, result: int) -> None:
        """Close when the drawings are saved; until then, wait."""
        if self._worker is None:
            super().done(result)

    def _offer(self) -> None:
        self._kept = self._board.kept()
        people = len({one.client for one in self._kept})
        self._title.setText(self.tr("%n drawing(s) to keep", "", len(self._kept)))
        words = self.tr("They are from %n participant(s) who agreed on the page.", "", people)
        rest = self.tr(
            "The class of each is what was asked. Names are not stored, and drawings made without a question have no "
            "known class and are left out."
        )
        self._words.setText(f"{words} {rest}")
        today = QDate.currentDate().toString(Qt.DateFormat.ISODate)
        self._name.setText(self.tr("Class of {date}").format(date=today))
        self._show()

    def _show(self) -> None:
        waits, is_done = self._worker is not None, self._entry is not None
        self._accept.setEnabled(bool(self._kept) and bool(self._name.text().strip()) and not waits)
        self._accept.setVisible(not is_done)
        self._train.setVisible(is_done)
        self._name.setVisible(not is_done)
        self._caption.setVisible(not is_done)
        self._close.setText(self.tr("Close") if is_done else self.tr("Cancel"))
        self._close.setAccessibleName(self._close.text())
        self._close.setEnabled(not waits)

    @Slot()
    def _keep(self) -> None:
        if not self._accept.isEnabled():
            return
        self._alert.clear()
        store: CollectionStore = self._workspace.collections.store
        worker = self._worker = FunctionWorker(partial(keep_as_collection, store, self._name.text(), self._kept), self)
        worker.done.connect(self._receive)
        worker.failed.connect(self._alert.say)
        worker.finished.connect(self._finish)
        worker.start()
        self._show()

    @Slot(object)
    def _receive(self, entry: CollectionEntry) -> None:
        self._entry = entry
        self._board.mark_saved(self._kept)
        self._workspace.settings.collection = entry.folder
        self._workspace.collections.refresh()
        name = one_line(entry.name)
        self._title.setText(self.tr("Kept as “{name}”").format(name=name))
        text = self.tr("%n drawing(s) are in the Data tab now.", "", len(self._kept))
        rest = self.tr("Train a network on them, and the phones use it as soon as it is shown.")
        self._words.setText(f"{text} {rest}")

    @Slot()
    def _finish(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        self._show()
        if self._entry is not None:
            self._train.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _go_to_train(self) -> None:
        if self._entry is not None:
            self.train_wanted.emit(self._entry.dataset)
            self.accept()
