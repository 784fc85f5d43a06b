"""Cards, their titles and their muted text: the parts that every tab is made of."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QPushButton, QScrollArea, QWidget

from digitpad.gui.widgets.scaling import adopt, px
from digitpad.gui.widgets.theme import SPACE, text_font


def card(name: str, parent: QWidget) -> QFrame:
    """Return an empty card: a rounded surface on the window's background."""
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
    """Return muted text, which wraps where there is no room."""
    label = QLabel(text, parent)
    label.setProperty("muted", "true")
    label.setWordWrap(True)
    return label


def dialog_button(name: str, text: str, tip: str, slot: Callable[[], object], parent: QDialog) -> QPushButton:
    """Return a button of a dialog that Enter presses only while it has the focus.

    Parameters
    ----------
    name, text, tip
        Its objectName, its text and its tooltip.
    slot
        Called when it is clicked.
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


class _Scroller(QScrollArea):
    """Scrolls vertically, and is never narrower than its content can be."""

    def minimumSizeHint(self) -> QSize:
        """Return the least width of the content, with the scroll bar beside it, and room for a few lines."""
        bar = self.verticalScrollBar().sizeHint().width()
        content = self.widget()
        width = 0 if content is None else content.minimumSizeHint().width()
        return QSize(width + bar, px(8 * SPACE))


def scroller(name: str, spoken: str, content: QWidget, parent: QWidget) -> QScrollArea:
    """Return a transparent area that scrolls `content` vertically.

    Parameters
    ----------
    name, spoken
        Its objectName and its accessible name; its tooltip is that of the content.
    content
        The widget to scroll; the area owns it.
    parent
        The parent of the area.
    """
    area = _Scroller(parent)
    area.setObjectName(name)
    area.setAccessibleName(spoken)
    area.setToolTip(content.toolTip() or spoken)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    # Setting the widget makes it paint a background of its own.
    content.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def bring_up(dialog: QDialog) -> None:
    """Show a dialog that stays open beside the window, or raise it if it is open already."""
    adopt(dialog)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
