"""Something that takes longer than a screen's refresh, done in a thread of its own."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from digitpad.gui.workers.base import Worker


class FunctionWorker(Worker):
    """Calls a function once, in the background.

    Parameters
    ----------
    function
        What is called; it must touch no widget.

    Signals
    -------
    done
        What it returned.
    """

    done = Signal(object)

    def __init__(self, function: Callable[[], Any], parent: QObject) -> None:
        super().__init__("functionWorker", parent)
        self._function = function

    def work(self) -> None:
        """Call the function, in the new thread."""
        self.done.emit(self._function())
