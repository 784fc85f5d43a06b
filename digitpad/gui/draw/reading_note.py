"""The note on the canvas that a file is being read."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE


class ReadingNote(QLabel):
    """Says "Reading…" in a corner of a widget; the mouse and the pen reach through it.

    Parameters
    ----------
    over
        The widget, which becomes the parent.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("readingNote")
        self.setProperty("muted", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(self.tr("Reading…"))
        self.hide()

    @Slot(bool)
    def show_reading(self, reading: bool) -> None:
        """Show the note or hide it."""
        if reading:
            self.adjustSize()
            self.move(px(2 * SPACE), px(2 * SPACE))
        self.setVisible(reading)
