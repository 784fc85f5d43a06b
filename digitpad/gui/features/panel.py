"""The card below the maps: the arithmetic of a number, and everything else there is to know about its map."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from digitpad.explain.frame import Frame
from digitpad.explain.reach import Cell
from digitpad.gui.features.arithmetic_page import ArithmeticPage
from digitpad.gui.features.explanation import Explanation
from digitpad.gui.theme import SPACE, Theme

HEIGHT = 31 * SPACE


class Panel(QFrame):
    """Shows one page at a time.

    Parameters
    ----------
    theme
        The colours.
    owner
        The tab, whose shortcuts the pages' actions are.
    """

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("featuresPanel")
        self.setProperty("card", "true")
        self.setFixedHeight(HEIGHT)
        self.arithmetic = ArithmeticPage(theme, owner, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        column.addWidget(self.arithmetic)

    def show_cell(self, frame: Frame | None, cell: Cell | None, labels: Sequence[str]) -> Explanation | None:
        """Show where a number comes from, and return it; None without a cell."""
        return self.arithmetic.show_cell(frame, cell, labels)
