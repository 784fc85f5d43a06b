"""Actions: each has a name, a shortcut and a sentence that describes it.

Menus, buttons and the keyboard help are made from the same actions, so they cannot disagree.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget


def make_action(
    owner: QWidget,
    name: str,
    text: str,
    keys: Sequence[str | QKeySequence.StandardKey],
    sentence: str,
    slot: Callable[[], object],
) -> QAction:
    """Make an action of a widget.

    Parameters
    ----------
    owner
        The owner of the action; its shortcut works anywhere in the owner's window.
    name
        Its objectName.
    text
        Its name in menus and on buttons.
    keys
        Its shortcuts, as text or as a standard key of the platform; the first one is shown.
    sentence
        What it does; shown in the tooltip.
    slot
        A bound method to call.
    """
    action = QAction(text, owner)
    action.setObjectName(name)
    shortcuts: list[QKeySequence] = []
    for key in keys:
        # The platform may bind several; the first is the usual one.
        known = QKeySequence.keyBindings(key)[:1] if isinstance(key, QKeySequence.StandardKey) else [QKeySequence(key)]
        shortcuts.extend(sequence for sequence in known if sequence not in shortcuts)
    action.setShortcuts(shortcuts)
    action.setStatusTip(sentence)
    action.setToolTip(f"{sentence} ({shown_key(action)})")
    action.triggered.connect(slot)
    owner.addAction(action)
    return action


def shown_key(action: QAction) -> str:
    """Return an action's first shortcut as the platform writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def action_button(action: QAction, name: str, text: str, parent: QWidget) -> QToolButton:
    """Return a button for an action; a mouse click does not move the keyboard focus."""
    button = QToolButton(parent)
    action.setIconText(text)
    button.setDefaultAction(action)
    button.setObjectName(name)
    button.setAccessibleName(action.text().replace("&", "").rstrip("…"))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
