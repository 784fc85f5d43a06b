"""A field for several whole numbers, such as 10, 15."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.theme import SPACE

#: Longer ones would be converted slowly, and are out of every range.
_MOST_DIGITS = 9


class NumbersField(QLineEdit):
    """Whole numbers, separated by commas, semicolons or spaces.

    Parameters
    ----------
    name, spoken, tip
        Object name, accessible name and tooltip.
    empty
        What stands in the empty field.
    parent
        The parent.
    """

    def __init__(self, name: str, spoken: str, tip: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setPlaceholderText(empty)
        self.setFixedHeight(4 * SPACE)

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers; an empty tuple for an empty field.

        Raises
        ------
        DigitpadError
            If something else than numbers was typed; the message begins with the name of the field.
        """
        parts = self.text().replace(",", " ").replace(";", " ").split()
        if not all(part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS for part in parts):
            raise DigitpadError(
                self.tr("{name}: {text} are not whole numbers; write them as in 10, 15.").format(
                    name=self.accessibleName(), text=self.text()
                )
            )
        return tuple(map(int, parts))

    def show_numbers(self, numbers: tuple[int, ...]) -> None:
        """Show numbers."""
        self.setText(", ".join(map(str, numbers)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the numbers on Return, which would otherwise close a dialog as well."""
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
