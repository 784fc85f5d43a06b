"""What the window has to say, without getting in the way.

The bar lies over the bottom edge of the window, takes no focus and moves nothing. An error stays until it is
closed; a piece of news goes by itself. Messages that come while an error is shown wait for their turn.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.widgets.theme import SPACE

_SHOWN_FOR = 6000  # milliseconds that a piece of news stays
_MARGIN = 2 * SPACE


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes
    ----------
    text
        One or two plain sentences.
    severity
        "error" (something must be done) or "info" (good to know).
    details
        What a developer would ask for; shown on request.
    """

    text: str
    severity: str = "error"
    details: str = ""


class MessageBar(QFrame):
    """Shows one message at a time over the bottom of its parent. `closed` follows the last one."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._waiting: list[Message] = []
        self._shown: Message | None = None
        self.setObjectName("messageBar")
        self.setAccessibleName("Message")
        self._text = QLabel(self)
        self._text.setObjectName("messageText")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._details_button = self._button("messageDetails", "Details", "Show what exactly went wrong")
        self._details_button.setCheckable(True)
        self._details_button.toggled.connect(self._show_details)
        self._close_button = self._button("messageClose", "Close", "Close this message (Esc)")
        self._close_button.clicked.connect(self.close_message)
        self._details = QPlainTextEdit(self)
        self._details.setObjectName("messageDetailsText")
        self._details.setAccessibleName("Details of the message")
        self._details.setToolTip("The details, to be copied into a report")
        self._details.setReadOnly(True)
        self._details.setTabChangesFocus(True)
        self._details.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self._details_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.addLayout(row)
        column.addWidget(self._details)
        self._frame = parent
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_FOR)
        self._timer.timeout.connect(self.close_message)
        parent.installEventFilter(self)
        self.hide()

    @property
    def message(self) -> Message | None:
        """The message to be seen now."""
        return self._shown

    def show_message(self, message: Message) -> None:
        """Show a message: at once, or after the errors before it. One that is shown already is not repeated."""
        if message in (self._shown, *self._waiting):
            return
        if self._shown is not None and self._shown.severity == "error":
            self._waiting.append(message)
        else:
            self._present(message)

    def close_message(self) -> None:
        """Close the message and show the next one, if any waits."""
        self._timer.stop()
        self._shown = None
        if self._waiting:
            self._present(self._waiting.pop(0))
            return
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the bottom edge when the window is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(f"{text} of the message" if text == "Details" else "Close the message")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _present(self, message: Message) -> None:
        self._shown = message
        self.setProperty("severity", message.severity)
        for widget in (self, self._text):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._text.setText(message.text)
        self.setAccessibleDescription(message.text)
        self._details_button.setChecked(False)
        self._details_button.setVisible(bool(message.details))
        self._details.setPlainText(message.details)
        if message.severity == "info":
            self._timer.start()
        else:
            self._timer.stop()
        self.show()
        self._place()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def _show_details(self) -> None:
        self._details.setVisible(self._details_button.isChecked())
        self._place()

    def _place(self) -> None:
        frame = self._frame
        width = frame.width() - 2 * _MARGIN
        self._column.activate()
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        if self._details.isVisible():
            height = max(height, min(260, frame.height() // 2))
        self.setGeometry(_MARGIN, frame.height() - height - _MARGIN, width, height)
