"""Copies with a `CopyMenu`, and waits for what it writes."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.copy_menu import CopyMenu


def copied(qtbot: QtBot, menu: CopyMenu, form: str) -> str:
    """Copy numbers in a form by the action of the menu, and return the text in the clipboard."""
    assert menu.isEnabled()
    action = next(action for action in menu.menu().actions() if action.objectName().endswith(form.title()))
    with qtbot.waitSignal(menu.message, timeout=30_000) as said:
        action.trigger()
    assert said.args is not None
    assert said.args[0].text == "Copied."
    return QGuiApplication.clipboard().text()
