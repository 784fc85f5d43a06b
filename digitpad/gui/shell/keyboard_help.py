"""The keyboard on one page: every action's shortcut, and how to draw without a mouse."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

_DRAWING = (
    ("Arrow keys", "move the cursor on the canvas; Home, End, Page Up and Page Down move it diagonally"),
    ("Shift", "held: moves in fine steps"),
    ("Space", "puts the pen (or the eraser) down, and lifts it"),
    ("Esc", "lifts the pen; closes a message"),
    ("Tab", "goes from control to control"),
)


class KeyboardHelp(QDialog):
    """A page of shortcuts that can stay open while one draws."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keyboardHelp")
        self.setWindowTitle("digitpad by keyboard")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = QTextBrowser(self)
        text.setObjectName("keyboardHelpText")
        text.setAccessibleName("Keyboard shortcuts")
        text.setToolTip("All keys, at one glance")
        text.setTabChangesFocus(True)
        text.setHtml(_table([*_DRAWING, *_rows(actions)]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("keyboardHelpClose")
        close.setToolTip("Close this page (Esc)")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)
        self.resize(560, 560)


def _rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    return [
        (
            _keys(action),
            f"{action.text().rstrip('…')}: {_say(action)}",
        )
        for action in actions
        if action.shortcuts()
    ]


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(keys.toString(native) for keys in action.shortcuts())


def _say(action: QAction) -> str:
    sentence = action.statusTip()
    return sentence[:1].lower() + sentence[1:]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding:3px 16px 3px 0; white-space:nowrap'><b>{escape(key)}</b></td>"
        f"<td style='padding:3px 0'>{escape(text)}</td></tr>"
        for key, text in rows
    )
    return f"<table>{cells}</table>"
