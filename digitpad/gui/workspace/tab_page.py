"""What every tab has in common; all but Draw are built when they are first shown.

The Draw tab is what the window opens with. The others import plots and workers, which nobody who came to draw should
wait for.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class TabPage(QWidget):
    """The content of a tab. What it shows, it learns from the workspace.

    Signals
    -------
    message
        A `Message` for the message bar.
    tab_wanted
        The key of another tab, such as "draw", that is to come to the front.
    """

    message = Signal(object)
    tab_wanted = Signal(str)

    def shut_down(self) -> None:
        """Stop what works in the background and wait for its end: the window is closing."""


class LazyTab(QWidget):
    """Holds the place of a tab until it is first shown.

    Parameters
    ----------
    make
        Makes the content as a child of the widget given; a bound method.

    Signals
    -------
    built
        The content is there now; carries the `TabPage`.
    """

    built = Signal(object)

    def __init__(self, make: Callable[[QWidget], TabPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._content: TabPage | None = None

    @property
    def content(self) -> TabPage | None:
        """What was built; None before the tab was first shown."""
        return self._content

    def build(self) -> TabPage:
        """Make the content if there is none yet, and return it."""
        if self._content is None:
            content = self._make(self)
            column = QVBoxLayout(self)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(content)
            # While its parent is being shown already, a child is not shown with it.
            content.show()
            self._content = content
            self.built.emit(content)
        return self._content

    def showEvent(self, event: QShowEvent) -> None:
        """Build the content the first time."""
        self.build()
        super().showEvent(event)
