"""What every tab but Draw has in common: it is built when it is first shown, and told when the window closes.

The Draw tab is what the window opens with; the others import plots and workers, which nobody should wait for who came
to draw.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.workspace.models import LoadedModel


class TabPage(QWidget):
    """The content of a tab.

    Signals
    -------
    message
        A `Message` for the message bar.
    """

    message = Signal(object)

    def use_model(self, model: LoadedModel | None) -> None:
        """Work with a model from now on; None when there is none to be had."""

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
