"""Which character of a number is looked at: the last one while it is being written, or the one that was chosen."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.actions import make_action

SIGNS = {"-": "minus", ".": "point", ",": "comma"}
"""What the characters that are no digits are called."""


class CharacterChoice(QObject):
    """A place in a number, with the actions that go to the next and the one before.

    Signals
    -------
    changed
        Another place was chosen.
    """

    changed = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.place = 0
        self._count = 0
        self._chosen = False
        sentence = "Show the bars of the {} of a number"
        self.previous = make_action(
            owner, "actionPreviousDigit", "Previous digit", ["Alt+Left"], sentence.format("digit before"), self.back
        )
        self.next = make_action(
            owner, "actionNextDigit", "Next digit", ["Alt+Right"], sentence.format("next digit"), self.forward
        )
        self._enable()

    def follow(self, count: int, *, anew: bool) -> None:
        """Take up a number of `count` characters: one that is new, or one that has been read again.

        Whoever writes sees the last character, until they choose another one.
        """
        if anew or count < self._count:
            self._chosen = False
        self._count = count
        if not self._chosen:
            self.place = count - 1
        self._enable()

    def clear(self) -> None:
        """There is no number any more."""
        self._count, self.place, self._chosen = 0, 0, False
        self._enable()

    @Slot(int)
    def choose(self, place: int) -> None:
        """Look at one character."""
        if 0 <= place < self._count:
            self._chosen = True
            self.place = place
            self._enable()
            self.changed.emit()

    @Slot()
    def back(self) -> None:
        """Look at the character before."""
        self.choose(self.place - 1)

    @Slot()
    def forward(self) -> None:
        """Look at the next character."""
        self.choose(self.place + 1)

    def _enable(self) -> None:
        self.previous.setEnabled(self._count > 1 and self.place > 0)
        self.next.setEnabled(self._count > 1 and self.place < self._count - 1)
