"""A line for a whole matrix, into which several lines can be pasted."""

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from digitpad.errors import DigitpadError
from digitpad.lab.matrices import LONGEST_TEXT, as_line, parse_channels


class MatrixLine(QLineEdit):
    """A field of one line; Qt would join the lines of a pasted matrix, and lose where its rows end."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        # Qt cuts longer texts off silently; the lab answers them with a sentence.
        self.setMaxLength(LONGEST_TEXT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste a matrix of several lines as one line."""
        text = QGuiApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
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
