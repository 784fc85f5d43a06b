"""A function call in a separate thread."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from digitpad.gui.workers.base import Worker


class FunctionWorker(Worker):
    """Calls a function once, in the background.

    Parameters
    ----------
    function
        The function to call; it must not access widgets.

    Signals
    -------
    done
        The result of the function.
    """

    done = Signal(object)

    def __init__(self, function: Callable[[], Any], parent: QObject) -> None:
        super().__init__("functionWorker", parent)
        self._function = function

    def work(self) -> None:
        """Call the function, in the new thread."""
        self.done.emit(self._function())
