"""Asks for the note of a bookmark."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import dialog_button
from digitpad.gui.widgets.theme import SPACE
from digitpad.training.film.bookmarks import LONGEST_NOTE, Bookmark


class BookmarkDialog(QDialog):
    """Adds, changes or deletes the bookmark of one step.

    Parameters
    ----------
    step
        The step.
    bookmark
        Its bookmark; None if it has none yet.

    Signals
    -------
    saved
        The step, and the note; None instead of a note deletes the bookmark.
    """

    saved = Signal(int, object)

    def __init__(self, step: int, bookmark: Bookmark | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._step = step
        self.setObjectName("bookmarkDialog")
        self.setWindowTitle(self.tr("Bookmark"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel(self.tr("Note for step {step:,}").format(step=step), self)
        self.note = QLineEdit("" if bookmark is None else bookmark.note, self)
        self.note.setObjectName("bookmarkNote")
        self.note.setAccessibleName(label.text())
        self.note.setToolTip(self.tr("A note, such as “first 3”; it may be empty"))
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.setMinimumHeight(4 * SPACE)
        self.note.returnPressed.connect(self._save)
        save = dialog_button(
            "bookmarkSave", self.tr("Save"), self.tr("Save the bookmark with this note (Enter)"), self._save, self
        )
        delete = dialog_button(
            "bookmarkDelete", self.tr("Delete"), self.tr("Delete the bookmark of this step"), self._delete, self
        )
        delete.setVisible(bookmark is not None)
        cancel = dialog_button("bookmarkCancel", self.tr("Cancel"), self.tr("Change nothing (Esc)"), self.reject, self)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(delete)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(label)
        column.addWidget(self.note)
        column.addLayout(row)
        self.resize(360, 130)
        self.note.setFocus()

    @Slot()
    def _save(self) -> None:
        self.saved.emit(self._step, self.note.text())
        self.accept()

    @Slot()
    def _delete(self) -> None:
        self.saved.emit(self._step, None)
        self.accept()
