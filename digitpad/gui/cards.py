"""Cards, their titles and their quiet words: what every tab is made of."""

from PySide6.QtWidgets import QFrame, QLabel, QWidget

from digitpad.gui.theme import text_font


def card(name: str, parent: QWidget) -> QFrame:
    """Return an empty card: a rounded surface on the window's ground."""
    frame = QFrame(parent)
    frame.setObjectName(name)
    frame.setProperty("card", "true")
    return frame


def title(text: str, parent: QWidget) -> QLabel:
    """Return the bold title of a card."""
    label = QLabel(text, parent)
    label.setFont(text_font(parent.font(), bold=True))
    return label


def muted(text: str, parent: QWidget) -> QLabel:
    """Return quiet words, which wrap where there is no room."""
    label = QLabel(text, parent)
    label.setProperty("muted", "true")
    label.setWordWrap(True)
    return label
