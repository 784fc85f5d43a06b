"""Something that takes longer than a screen's refresh, done in a thread of its own."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from digitpad.errors import DigitpadError

_STACK = 8 << 20  # bytes: BLAS wants more than a thread of Qt's has everywhere


class FunctionWorker(QThread):
    """Calls a function once, in the background.

    Parameters
    ----------
    work
        What is called; it must touch no widget.

    Signals
    -------
    done
        What it returned.
    failed
        Why it could not, in a sentence for a person.
    """

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, work: Callable[[], Any], parent: QObject) -> None:
        super().__init__(parent)
        self.setStackSize(_STACK)
        self._work = work

    def run(self) -> None:
        """Do it; called by Qt in the new thread."""
        try:
            result = self._work()
        except DigitpadError as error:
            self.failed.emit(str(error))
            return
        self.done.emit(result)
