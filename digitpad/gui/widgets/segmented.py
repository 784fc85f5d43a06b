"""A row of buttons of which one is checked: a choice whose alternatives are all visible."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget


def segments(
    names: Sequence[tuple[str, str, str]], parent: QWidget, *, label: str
) -> tuple[QButtonGroup, list[QToolButton]]:
    """Return buttons of which exactly one is checked.

    Parameters
    ----------
    names
        (objectName, text, tooltip) of each; the first is checked.
    parent
        The parent of the buttons.
    label
        What they choose between, for screen readers.
    """
    group = QButtonGroup(parent)
    buttons = []
    for number, (name, text, tip) in enumerate(names):
        button = QToolButton(parent)
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(f"{label}: {text}")
        button.setCheckable(True)
        button.setChecked(number == 0)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        group.addButton(button, number)
        buttons.append(button)
    return group, buttons
