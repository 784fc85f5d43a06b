"""Cards, their titles and their quiet words: what every tab is made of."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QPushButton, QScrollArea, QWidget

from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE, text_font


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


def dialog_button(name: str, text: str, tip: str, slot: Callable[[], object], parent: QDialog) -> QPushButton:
    """Return a button of a dialog that Enter presses only where it has the focus.

    Parameters
    ----------
    name, text, tip
        Its objectName, what stands on it, and its tooltip.
    slot
        What it does.
    parent
        The dialog.
    """
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAccessibleName(text.rstrip("…"))
    button.setToolTip(tip)
    button.setFixedHeight(4 * SPACE)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(slot)
    return button


def scroller(name: str, spoken: str, content: QWidget, parent: QWidget) -> QScrollArea:
    """Return an area that scrolls `content` up and down, on whatever ground it lies.

    Parameters
    ----------
    name, spoken
        Its objectName, and what a screen reader calls it; its tooltip is the content's.
    content
        What is scrolled; the area owns it.
    parent
        Of the area.
    """
    area = QScrollArea(parent)
    area.setObjectName(name)
    area.setAccessibleName(spoken)
    area.setToolTip(content.toolTip() or spoken)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    # Taking the content in, the area had it paint a ground of its own.
    content.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def bring_up(dialog: QDialog) -> None:
    """Show a dialog that stays open beside the window; it may be open already, behind it."""
    adopt(dialog)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
