"""A line for a whole matrix, into which several lines can be pasted."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from digitpad.errors import DigitpadError
from digitpad.lab.matrices import LONGEST_TEXT, as_line, check_length, parse_channels


class MatrixLine(QLineEdit):
    """A field of one line; Qt would join the lines of a pasted matrix, and lose where its rows end.

    Signals
    -------
    refused
        Why a text was not pasted, as a sentence.
    """

    refused = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        # Qt cuts longer texts off silently; one that is dropped is still too long, and is answered when it is read.
        self.setMaxLength(LONGEST_TEXT + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste a matrix of several lines as one line."""
        text = QGuiApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
        try:
            check_length(text)
        except DigitpadError as error:
            # Fields of text that long take seconds to lay it out.
            self.refused.emit(str(error))
            event.accept()
            return
        if "\n" not in text.strip():
            super().keyPressEvent(event)
            return
        self.take(text)
        event.accept()

    def take(self, text: str) -> None:
        """Replace the line by a text that may have several."""
        try:
            line = as_line(parse_channels(text))
        except DigitpadError:
            # As it is, with its rows: what is wrong with it is said when it is read.
            line = "; ".join(row for row in text.splitlines() if row.strip())
        self.selectAll()
        self.insert(line)
