"""Copies the numbers that are shown: as text, Markdown, LaTeX, or a program."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.function_worker import FunctionWorker


class CopyMenu(QToolButton):
    """A button with the forms in which numbers can be copied.

    The text is written in a thread: all steps of a long run, or the weights of a large layer, take a while.

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
        self._prepare: Callable[[], Callable[[str], str]] | None = None
        self._worker: FunctionWorker | None = None
        self._next = ""  # the form that was chosen while another was being written
        self.setObjectName(name)
        self.setText(self.tr("Copy as"))
        self.setAccessibleName(self.tr("Copy as"))
        self.setToolTip(self.tr("Copy these numbers as text, Markdown, LaTeX, or a program with the same numbers"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEnabled(False)
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

    def offer(self, write: Callable[[str], str] | None) -> None:
        """Copy other numbers from now on.

        Parameters
        ----------
        write
            Returns them in one of `digitpad.copying.forms.FORMS`, or raises a DigitpadError. It is called in a thread,
            so it must not access what the GUI thread changes. None if there is nothing to copy.
        """
        self.offer_later(None if write is None else lambda: write)

    def offer_later(self, prepare: Callable[[], Callable[[str], str]] | None) -> None:
        """Copy other numbers from now on, which are collected only when they are copied.

        Parameters
        ----------
        prepare
            Called in the GUI thread; returns what `offer` takes. None if there is nothing to copy.
        """
        self._prepare = prepare
        self.setEnabled(prepare is not None)

    def copy(self, form: str) -> None:
        """Copy the numbers in one of the forms; `message` follows."""
        if self._prepare is None:
            return
        if self._worker is not None:
            self._next = form
            return
        worker = self._worker = FunctionWorker(partial(self._prepare(), form), self)
        worker.done.connect(self._take)
        worker.failed.connect(self._say)
        worker.finished.connect(self._end)
        worker.start()

    def shut_down(self) -> None:
        """Wait for the end of the thread, because the window is closing."""
        self._next = ""
        if self._worker is not None:
            self._worker.shut_down()

    @Slot(object)
    def _take(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.message.emit(Message(self.tr("Copied."), "info"))

    @Slot(str)
    def _say(self, trouble: str) -> None:
        self.message.emit(Message(trouble, "error"))

    @Slot()
    def _end(self) -> None:
        if self._worker is not None:
            self._worker.deleteLater()
            self._worker = None
        form, self._next = self._next, ""
        if form:
            self.copy(form)
