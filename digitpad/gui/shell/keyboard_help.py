"""Keyboard shortcuts on one page: those of all actions, and the keys for drawing without a mouse."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

_DRAWING = (
    (
        QT_TRANSLATE_NOOP("KeyboardHelp", "Arrow keys"),
        QT_TRANSLATE_NOOP(
            "KeyboardHelp", "Move the cursor on the canvas; Home, End, Page Up and Page Down move it diagonally"
        ),
    ),
    (QT_TRANSLATE_NOOP("KeyboardHelp", "Shift"), QT_TRANSLATE_NOOP("KeyboardHelp", "With these keys: fine steps")),
    (
        QT_TRANSLATE_NOOP("KeyboardHelp", "Space"),
        QT_TRANSLATE_NOOP("KeyboardHelp", "Put the pen or the eraser down, or lift it"),
    ),
    (QT_TRANSLATE_NOOP("KeyboardHelp", "Esc"), QT_TRANSLATE_NOOP("KeyboardHelp", "Lift the pen; close a message")),
    (
        QT_TRANSLATE_NOOP("KeyboardHelp", "Enter"),
        QT_TRANSLATE_NOOP(
            "KeyboardHelp", "In Data, Collect: add the drawing to the class; a class's key adds it there"
        ),
    ),
    (QT_TRANSLATE_NOOP("KeyboardHelp", "Tab"), QT_TRANSLATE_NOOP("KeyboardHelp", "Go to the next control")),
)


class KeyboardHelp(QDialog):
    """A page of keyboard shortcuts, which can stay open while the user draws."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keyboardHelp")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = QTextBrowser(self)
        text.setObjectName("keyboardHelpText")
        text.setAccessibleName(self.tr("Keyboard shortcuts"))
        text.setToolTip(self.tr("All keyboard shortcuts"))
        text.setTabChangesFocus(True)
        drawing = [(self.tr(str(key)), self.tr(str(what))) for key, what in _DRAWING]
        text.setHtml(_table([*drawing, *_rows(actions)]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("keyboardHelpClose")
        close.setText(self.tr("Close"))
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Close this page (Esc)"))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)
        self.resize(560, 560)


def _rows(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    return [
        (
            _keys(action),
            f"{action.text().rstrip('…')}: {action.statusTip()}",
        )
        for action in actions
        if action.shortcuts()
    ]


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return QCoreApplication.translate("KeyboardHelp", " or ").join(keys.toString(native) for keys in action.shortcuts())


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding:3px 16px 3px 0; white-space:nowrap'><b>{escape(key)}</b></td>"
        f"<td style='padding:3px 0'>{escape(text)}</td></tr>"
        for key, text in rows
    )
    return f"<table>{cells}</table>"
