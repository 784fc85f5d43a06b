"""Asks for a name: of a class or a collection."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import dialog_button
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE


class NameDialog(QDialog):
    """A field for a name.

    Parameters
    ----------
    title
        The title of the dialog.
    question
        What the name is for.
    name
        The name that is offered.
    accept_text
        The text of the button that takes it.

    Signals
    -------
    named
        The name that was typed.
    """

    named = Signal(str)

    def __init__(self, title: str, question: str, name: str, accept_text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("nameDialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel(question, self)
        label.setWordWrap(True)
        self._field = QLineEdit(name, self)
        self._field.setObjectName("nameField")
        self._field.setAccessibleName(question)
        self._field.setToolTip(question)
        self._field.setFixedHeight(4 * SPACE)
        self._field.setMinimumWidth(36 * SPACE)
        self._field.selectAll()
        label.setBuddy(self._field)
        self._accept = dialog_button("nameAccept", accept_text, self.tr("Use this name (Enter)"), self.accept, self)
        self._accept.setDefault(True)
        self._accept.setProperty("role", "primary")
        cancel = dialog_button("nameCancel", self.tr("Cancel"), self.tr("Change nothing (Esc)"), self.reject, self)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(label)
        column.addWidget(self._field)
        column.addLayout(row)
        self._field.textChanged.connect(self._check)
        self._check()

    def ask(self) -> None:
        """Show the dialog."""
        adopt(self)
        self.open()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def accept(self) -> None:
        """Take the name."""
        if self._field.text().strip():
            self.named.emit(self._field.text())
            super().accept()

    @Slot()
    def _check(self) -> None:
        self._accept.setEnabled(bool(self._field.text().strip()))
