"""The base of every tab. All tabs except Draw are built when they are first shown.

The window opens with the Draw tab. The others import plots and workers, which would delay its start.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class TabPage(QWidget):
    """The content of a tab. It shows the state of the workspace.

    Signals
    -------
    message
        A `Message` for the message bar.
    tab_wanted
        The key of another tab, such as "draw", that should be shown.
    """

    message = Signal(object)
    tab_wanted = Signal(str)

    def shut_down(self) -> None:
        """Stop background work and wait for its end, because the window is closing."""


class LazyTab(QWidget):
    """Placeholder for a tab until it is first shown.

    Parameters
    ----------
    make
        Creates the content as a child of the given widget; a bound method.

    Signals
    -------
    built
        The content exists now; carries the `TabPage`.
    """

    built = Signal(object)

    def __init__(self, make: Callable[[QWidget], TabPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._content: TabPage | None = None

    @property
    def content(self) -> TabPage | None:
        """The content; None before the tab was first shown."""
        return self._content

    def build(self) -> TabPage:
        """Create the content if it does not exist yet, and return it."""
        if self._content is None:
            content = self._make(self)
            column = QVBoxLayout(self)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(content)
            # A child that is added to a visible parent is not shown automatically.
            content.show()
            self._content = content
            self.built.emit(content)
        return self._content

    def showEvent(self, event: QShowEvent) -> None:
        """Create the content when first shown."""
        self.build()
        super().showEvent(event)
