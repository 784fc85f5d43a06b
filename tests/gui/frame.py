"""A window for one part of the main window, which takes longer to build than most of its parts."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.base import Worker
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.gui.workspace.workspace import Workspace

W = TypeVar("W", bound=QWidget)


class Frame(QWidget):
    """A window for testing a tab or a page without the rest of the main window.

    Parameters
    ----------
    theme, workspace
        What parts are made with.
    """

    def __init__(self, theme: Theme, workspace: Workspace) -> None:
        super().__init__()
        self.theme = theme
        self.setObjectName("frame")
        self.workspace = workspace
        workspace.setParent(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.resize(1280, 760)

    def hold(self, make: Callable[[QWidget], W]) -> W:
        """Show a part of the window.

        Parameters
        ----------
        make
            Makes it as a child of the given widget.
        """
        part = make(self)
        self._column.addWidget(part)
        order_by_layout(part)
        self.show()
        return part

    def shut_down(self) -> None:
        """Wait for the end of background work, in the order in which the main window does."""
        for page in self.findChildren(TabPage):
            page.shut_down()
        self.workspace.shut_down()
        for worker in self.findChildren(Worker):
            worker.shut_down()
