"""Corrects the texts for assistive technology where Qt's own are wrong.

On Linux Qt gives the current entry of a combo box as its name too, so a screen reader would say "Nesterov, Nesterov"
where it should say "Optimizer, Nesterov".
"""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QComboBox

_NAMED = "digitpadNamedComboBox"


class _AccessibleComboBox(QAccessibleWidget):
    """Distinguishes the name of a combo box from the entry that it shows."""

    def __init__(self, box: QComboBox) -> None:
        super().__init__(box, QAccessible.Role.ComboBox)

    def text(self, kind: QAccessible.Text) -> str:
        """Return one of the texts about the box."""
        box = self.object()
        if isinstance(box, QComboBox):
            if kind == QAccessible.Text.Name:
                return box.accessibleName()
            if kind == QAccessible.Text.Value:
                return box.currentText()
        return super().text(kind)

    def actionNames(self) -> list[str]:
        """Return the available actions: the list can be opened."""
        return [QAccessibleActionInterface.showMenuAction(), *super().actionNames()]

    def doAction(self, name: str) -> None:
        """Perform one of the actions."""
        box = self.object()
        if isinstance(box, QComboBox) and name == QAccessibleActionInterface.showMenuAction():
            box.showPopup()
        else:
            super().doAction(name)


def use_accessible_name(box: QComboBox) -> None:
    """Make a combo box report its accessible name."""
    if not _Factory.installed:
        QAccessible.installFactory(_interface_of)
        _Factory.installed = True
    box.setProperty(_NAMED, True)


class _Factory:
    """Whether the factory of accessibility interfaces is installed."""

    installed = False


def _interface_of(_class_name: str, thing: QObject | None) -> QAccessibleInterface | None:
    if isinstance(thing, QComboBox) and thing.property(_NAMED):
        return _AccessibleComboBox(thing)
    return None
