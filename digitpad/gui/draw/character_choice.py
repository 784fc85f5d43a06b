"""Actions that move between the characters of a number."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.actions import make_action
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.workspace import Workspace


class CharacterChoice(QObject):
    """The actions for the next and the previous character.

    Parameters
    ----------
    owner
        The owner of the actions.
    workspace
        The workspace that stores the choice.
    """

    def __init__(self, owner: QWidget, workspace: Workspace) -> None:
        super().__init__(owner)
        self._workspace = workspace
        self.previous = make_action(
            owner,
            "actionPreviousDigit",
            self.tr("Previous digit"),
            ["Alt+Left"],
            self.tr("Show the bars of the previous digit of a number"),
            self.back,
        )
        self.next = make_action(
            owner,
            "actionNextDigit",
            self.tr("Next digit"),
            ["Alt+Right"],
            self.tr("Show the bars of the next digit of a number"),
            self.forward,
        )
        self.show_look(workspace.look)

    def show_look(self, look: Look) -> None:
        """Enable the actions that apply to the chosen character."""
        number = look.number_read
        self.previous.setEnabled(number is not None and look.place > 0)
        self.next.setEnabled(number is not None and look.place < len(number.segments) - 1)

    @Slot()
    def back(self) -> None:
        """Choose the previous character."""
        self._workspace.choose(self._workspace.look.place - 1)

    @Slot()
    def forward(self) -> None:
        """Choose the next character."""
        self._workspace.choose(self._workspace.look.place + 1)
