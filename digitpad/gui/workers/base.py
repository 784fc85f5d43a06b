"""What every thread of the window has in common: its stack, how its errors are reported, and how it is ended."""

from PySide6.QtCore import QObject, QThread, Signal

from digitpad.errors import DigitpadError

_STACK = 8 << 20  # bytes: BLAS wants more than a thread of Qt's has everywhere


class Worker(QThread):
    """A thread that does one thing, `work`, and can be interrupted.

    Parameters
    ----------
    name
        Its objectName.

    Signals
    -------
    failed
        Why the work could not be done, in a sentence for a person. Any other exception is a fault of ours and is
        reported by Python's hook for uncaught exceptions; `finished` follows in every case.
    """

    failed = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStackSize(_STACK)

    def work(self) -> None:
        """Do the work; called in the new thread. Long work asks `isInterruptionRequested` now and then.

        Raises
        ------
        DigitpadError
            If it cannot be done.
        """
        raise NotImplementedError

    def interrupt(self) -> None:
        """Ask the work to end early; whoever has it wait for something wakes it here as well."""
        self.requestInterruption()

    def shut_down(self) -> None:
        """Interrupt the work and wait for the thread to end."""
        self.interrupt()
        self.quit()
        self.wait()

    def run(self) -> None:
        """Do the work; called by Qt in the new thread."""
        try:
            self.work()
        except DigitpadError as error:
            self.failed.emit(str(error))
