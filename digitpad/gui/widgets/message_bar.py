"""Messages to the user, in a strip at the foot of the window that is reserved for them.

The newest message is the one shown. A message covers no control, takes no focus and moves nothing: its place is free
while there is none. An error stays until it is closed; an information disappears by itself. Earlier messages wait
behind the newest one, and a button lists them. Messages are plain text.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE

_SHOWN_FOR = 6000  # milliseconds that an information stays
_KEPT = 20  # earlier messages
_PANEL = 26 * SPACE  # the height of the bar with its details open


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes
    ----------
    text
        One or two plain sentences.
    severity
        "error" (the user must do something) or "info" (good to know).
    details
        Technical details for a report; shown on request.
    """

    text: str
    severity: str = "error"
    details: str = ""


class MessageStrip(QWidget):
    """The reserved space at the bottom of the window, over which the message bar is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("messageStrip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return room for one line; the details show a longer message in full."""
        return QSize(0, self.fontMetrics().lineSpacing() + px(2 * SPACE))


class MessageText(QWidget):
    """The text of a message: as many of its lines as there is room for, the last one elided if there are more."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self.setObjectName("messageText")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show a text."""
        self._text = text
        self.setAccessibleName(self.tr("Message"))
        self.setAccessibleDescription(text)
        self.update()

    @property
    def is_cut(self) -> bool:
        """Whether some of the text has no room."""
        return self._lines()[1]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines, in the middle."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().windowText().color())
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(self.rect(), flags, "\n".join(self._lines()[0]))
        painter.end()

    def _lines(self) -> tuple[list[str], bool]:
        """Return the lines shown, and whether the last one is cut."""
        metrics = self.fontMetrics()
        room = max(1, self.height() // metrics.lineSpacing())
        lines = [""]
        for word in self._text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > self.width():
                lines.append(word)
            else:
                lines[-1] = longer
        cut = len(lines) > room or any(metrics.horizontalAdvance(line) > self.width() for line in lines)
        if cut:
            lines = [*lines[: room - 1], " ".join(lines[room - 1 :])]
            lines = [_elided(metrics, line, self.width()) for line in lines]
        return lines, cut


def _elided(metrics: QFontMetrics, line: str, width: int) -> str:
    return metrics.elidedText(line, Qt.TextElideMode.ElideRight, width)


class MessageBar(QFrame):
    """Shows the newest message over `strip`, at the foot of its parent.

    Parameters
    ----------
    parent
        The widget with the strip.

    Attributes
    ----------
    strip
        The place that the parent's layout reserves for the bar.

    Signals
    -------
    closed
        The last message is gone.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._waiting: list[Message] = []  # earlier messages, the newest last
        self._shown: Message | None = None
        self.strip = MessageStrip(parent)
        self.setObjectName("messageBar")
        self.setAccessibleName(self.tr("Message"))
        self._text = MessageText(self)
        self._details_button = self._button(
            "messageDetails",
            self.tr("Details"),
            self.tr("Details of the message"),
            self.tr("Show the whole message and its technical details"),
            self._show_panel,
        )
        self._details_button.setCheckable(True)
        self._earlier_button = self._button(
            "messageEarlier", "", self.tr("Earlier messages"), self.tr("List the earlier messages"), self._show_panel
        )
        self._earlier_button.setCheckable(True)
        self._close_button = self._button(
            "messageClose",
            self.tr("Close"),
            self.tr("Close the message"),
            self.tr("Close this message (Esc)"),
            self.close_message,
        )
        self._details = QPlainTextEdit(self)
        self._details.setObjectName("messageDetailsText")
        self._details.setAccessibleName(self.tr("Details and earlier messages"))
        self._details.setToolTip(self.tr("Select the text to copy it into a report"))
        self._details.setReadOnly(True)
        self._details.setTabChangesFocus(True)
        self._details.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        for button in (self._earlier_button, self._details_button, self._close_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE // 2, SPACE, SPACE // 2)
        column.setSpacing(SPACE // 2)
        column.addWidget(self._details, 1)
        column.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_FOR)
        self._timer.timeout.connect(self._expire)
        self.strip.installEventFilter(self)
        self.hide()

    @property
    def message(self) -> Message | None:
        """The message that is shown."""
        return self._shown

    @property
    def earlier(self) -> tuple[Message, ...]:
        """The messages behind it, the newest first."""
        return tuple(reversed(self._waiting))

    def show_message(self, message: Message) -> None:
        """Show a message at once; the one before it waits behind it. A repeated message is listed once."""
        if message == self._shown:
            return
        waiting = [other for other in self._waiting if other != message]
        if self._shown is not None:
            waiting.append(self._shown)
        self._waiting = waiting[-_KEPT:]
        self._present(message)

    @Slot()
    def close_message(self) -> None:
        """Close the message and show the one before it, if there is one."""
        self._timer.stop()
        self._shown = None
        if self._waiting:
            self._present(self._waiting.pop())
            return
        self._close_panel()
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay over the strip when the window is resized."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move} and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the details if the text is cut off."""
        super().resizeEvent(event)
        self._offer_details()

    @Slot()
    def _expire(self) -> None:
        """Remove an information after its time, and those that it has replaced."""
        self._waiting = [message for message in self._waiting if message.severity == "error"]
        self.close_message()

    def _button(self, name: str, text: str, spoken: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(spoken)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(slot)
        return button

    def _present(self, message: Message) -> None:
        self._shown = message
        self.setProperty("severity", message.severity)
        for widget in (self, self._text):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._text.show_text(message.text)
        self.setAccessibleDescription(message.text)
        self._close_panel()
        self._earlier_button.setVisible(bool(self._waiting))
        self._earlier_button.setText(self.tr("%n earlier", "", len(self._waiting)))
        if message.severity == "info":
            self._timer.start()
        else:
            self._timer.stop()
        self.show()
        self._place()
        self._offer_details()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _offer_details(self) -> None:
        if self._shown is not None and self._details.isHidden():
            self._details_button.setVisible(bool(self._shown.details) or self._text.is_cut)

    @Slot()
    def _show_panel(self) -> None:
        """Show the details, or the earlier messages, above the message, as the button that was pressed says."""
        pressed = self.sender()
        for button in (self._details_button, self._earlier_button):
            if button is not pressed:
                button.setChecked(False)
        opened = self._details_button.isChecked() or self._earlier_button.isChecked()
        if self._shown is not None and opened:
            # Reading the list takes more time than a single message.
            self._timer.stop()
            if self._earlier_button.isChecked():
                text = "\n\n".join(_in_full(message) for message in self.earlier)
            else:
                # The message itself stands below, unless it has no room there.
                text = _in_full(self._shown) if self._text.is_cut else self._shown.details
            self._details.setPlainText(text)
        self._details.setVisible(opened)
        self._place()

    def _close_panel(self) -> None:
        self._details_button.setChecked(False)
        self._earlier_button.setChecked(False)
        self._details.hide()
        self._details.clear()

    def _place(self) -> None:
        strip = self.strip.geometry()
        area = strip.adjusted(px(SPACE), 0, -px(SPACE), -px(SPACE // 2))
        if not self._details.isHidden():
            area.setTop(max(0, min(area.bottom() - px(_PANEL), area.top())))
        self.setGeometry(area)


def _in_full(message: Message) -> str:
    return f"{message.text}\n{message.details}".strip()
