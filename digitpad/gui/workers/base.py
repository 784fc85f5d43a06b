"""The base of all worker threads: stack size, error reporting, and stopping."""

from PySide6.QtCore import QObject, QThread, Signal

from digitpad.errors import DigitpadError

_STACK = 8 << 20  # bytes: BLAS needs more than Qt's default on some platforms


class Worker(QThread):
    """A thread that runs `work` once and can be interrupted.

    Parameters
    ----------
    name
        Its objectName.

    Signals
    -------
    failed
        Why the work failed, as a sentence for users. Any other exception is a bug and is reported by Python's hook for
        uncaught exceptions; `finished` follows in every case.
    """

    failed = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setStackSize(_STACK)

    def work(self) -> None:
        """Do the work, in the new thread. Long work must check `isInterruptionRequested` from time to time.

        Raises
        ------
        DigitpadError
            If the work fails.
        """
        raise NotImplementedError

    def interrupt(self) -> None:
        """Request an early end; subclasses in which the work waits for something also wake it here."""
        self.requestInterruption()

    def shut_down(self) -> None:
        """Interrupt the work and wait for the end of the thread."""
        self.interrupt()
        self.quit()
        self.wait()

    def run(self) -> None:
        """Run the work; called by Qt in the new thread."""
        try:
            self.work()
        except DigitpadError as error:
            self.failed.emit(str(error))
