"""Copies the solution that is shown: as text, Markdown, LaTeX, or a program."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.message_bar import Message
from digitpad.lab.worked import Solution, copy_as


class CopyMenu(QToolButton):
    """A button with the forms in which a solution can be copied.

    Parameters
    ----------
    name
        Its objectName.

    Signals
    -------
    message
        A `Message` that says what was copied, or why nothing was.
    """

    message = Signal(object)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._solution: Solution | None = None
        self._digits = 4
        self.setObjectName(name)
        self.setText(self.tr("Copy as"))
        self.setAccessibleName(self.tr("Copy as"))
        self.setToolTip(self.tr("Copy the solution as text, Markdown, LaTeX, or a program with the same numbers"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        for form, text in (
            ("text", self.tr("Text")),
            ("markdown", "Markdown"),
            ("latex", "LaTeX"),
            ("numpy", "NumPy"),
            ("pytorch", "PyTorch"),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"{name}{form.title()}")
            action.triggered.connect(partial(self.copy, form))
        self.setMenu(menu)

    def offer(self, solution: Solution, digits: int) -> None:
        """Copy this solution from now on."""
        self._solution, self._digits = solution, digits

    def copy(self, form: str) -> None:
        """Copy the solution in one of the lab's forms."""
        if self._solution is None:
            return
        try:
            text = copy_as(self._solution, form, self._digits)
        except DigitpadError as error:
            self.message.emit(Message(str(error), "error"))
            return
        QGuiApplication.clipboard().setText(text)
        self.message.emit(Message(self.tr("Copied."), "info"))
