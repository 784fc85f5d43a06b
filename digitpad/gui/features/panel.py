"""The card below the maps: the arithmetic of a number, and everything else there is to know about its map."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from digitpad.explain.frame import Frame
from digitpad.explain.reach import Cell
from digitpad.gui.actions import make_action
from digitpad.gui.features.arithmetic_page import ArithmeticPage
from digitpad.gui.features.explanation import Explanation
from digitpad.gui.features.kernels_page import KernelsPage
from digitpad.gui.features.side import segments
from digitpad.gui.theme import SPACE, Theme

HEIGHT = 34 * SPACE

_PAGES = (
    ("Arithmetic", "Where the number comes from, to the last digit", "Ctrl+Shift+A"),
    ("Kernels", "The weights that make this map", "Ctrl+K"),
)


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
        self.kernels = KernelsPage(theme, self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.arithmetic)
        self._pages.addWidget(self.kernels)
        self._shown: tuple[Frame | None, Cell | None, Sequence[str]] = (None, None, ())
        names = [(f"page{name.replace(' ', '')}", name, f"{tip} ({key})") for name, tip, key in _PAGES]
        self._group, buttons = segments(names, self, label="The panel shows")
        for number, (name, tip, key) in enumerate(_PAGES):
            make_action(owner, f"features{name.replace(' ', '')}", name, [key], tip, partial(self.show_page, number))
        self._group.idClicked.connect(self.show_page)
        tabs = QHBoxLayout()
        tabs.setSpacing(SPACE)
        for button in buttons:
            tabs.addWidget(button)
        tabs.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        column.setSpacing(SPACE)
        column.addLayout(tabs)
        column.addWidget(self._pages, 1)

    @Slot(int)
    def show_page(self, number: int) -> None:
        """Show a page."""
        self._group.button(number).setChecked(True)
        self._pages.setCurrentIndex(number)
        self.show_cell(*self._shown)

    def show_cell(self, frame: Frame | None, cell: Cell | None, labels: Sequence[str]) -> Explanation | None:
        """Show what there is to know of a cell; return its explanation, None without a cell."""
        self._shown = (frame, cell, labels)
        if self._pages.currentWidget() is self.kernels:
            self.kernels.show_cell(frame, cell)
        return self.arithmetic.show_cell(frame, cell, labels)
