"""An error or an offer shown in the tab that it is about, until it is closed or replaced."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from digitpad.gui.widgets.theme import SPACE


class InlineAlert(QFrame):
    """A sentence and a button that closes it; for an offer, a button that accepts it too.

    Signals
    -------
    accepted
        The offer was accepted; it is gone by then.
    """

    accepted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Error"))
        self.setProperty("notice", "true")
        self._text = QLabel(self)
        self._text.setObjectName(f"{name}Text")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName(f"{name}Close")
        self._close.setAccessibleName(self.tr("Close the error"))
        self._close.setToolTip(self.tr("Close this message"))
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.clear)
        self._accept = QPushButton(self)
        self._accept.setObjectName(f"{name}Accept")
        self._accept.setProperty("role", "primary")
        self._accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._accept.clicked.connect(self._take_offer)
        self._accept.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self._accept, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence; empty while there is none."""
        return self._text.text()

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Show an error."""
        self._accept.hide()
        self._show(sentence, self.tr("Error"), "true")

    def offer(self, sentence: str, action: str, tip: str) -> None:
        """Offer to do something.

        Parameters
        ----------
        sentence
            What is offered, and why.
        action, tip
            The text of the button that does it, and its tooltip.
        """
        self._accept.setText(action)
        self._accept.setAccessibleName(action)
        self._accept.setToolTip(tip)
        self._accept.show()
        self._show(sentence, self.tr("Suggestion"), "offer")

    @property
    def tab_chain(self) -> list[QWidget]:
        """What the Tab key reaches, in its order."""
        return [self._accept, self._close]

    @Slot()
    def _take_offer(self) -> None:
        self.clear()
        self.accepted.emit()

    def _show(self, sentence: str, kind: str, look: str) -> None:
        self._text.setText(sentence)
        self.setAccessibleName(kind)
        if self.property("notice") != look:
            self.setProperty("notice", look)
            for widget in (self, self._text):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self.setAccessibleDescription(sentence)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def clear(self) -> None:
        """Close the alert."""
        self._text.setText("")
        self.hide()
