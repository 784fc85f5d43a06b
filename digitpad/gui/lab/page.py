"""The base of the pages of the Lab tab."""

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from digitpad.lab.worked import Solution


class LabPage(QWidget):
    """A page that works through one kind of problem.

    Signals
    -------
    message
        A `Message` for the message bar.
    solved
        The solution that is shown, and the decimals of its numbers.
    """

    #: Whether `open_text` takes the text of a file.
    opens: ClassVar[bool] = False

    message = Signal(object)
    solved = Signal(object, int)

    @property
    def shown(self) -> tuple[Solution, int] | None:
        """The solution that is shown, and the decimals of its numbers; None if there is none."""
        raise NotImplementedError

    def load(self, solution: Solution, digits: int) -> None:
        """Show a solution, such as a worked example, and fill the fields with its problem."""
        raise NotImplementedError

    def open_text(self, text: str) -> None:
        """Take the text of a file for the field that it belongs to; only pages with `opens` are asked."""
        raise NotImplementedError

    def heightForWidth(self, width: int) -> int:
        """Return the height that the page needs; none while another page is shown, which a stack would count too."""
        return -1 if self.isHidden() else super().heightForWidth(width)
