"""Internal errors: logged with all details and shown once; the window stays open."""

import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from digitpad import __version__
from digitpad.fault_log import open_log


class FaultReporter(QObject):
    """Handles uncaught exceptions of all threads.

    Signals
    -------
    reported
        A sentence and the details; once for each place in the code. Emitted in the thread of the error; connect a bound
        method of an object in the GUI thread.
    """

    reported = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[tuple[str, str]] = set()

    def install(self) -> None:
        """Handle every uncaught exception of the process from now on, including those in Qt slots."""
        sys.excepthook = self.catch
        threading.excepthook = self._catch_in_thread

    def catch(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an exception and report it, unless the same one was reported before."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        logger, log = open_log()
        logger.error("digitpad %s window\n%s", __version__, details)
        place = traceback.extract_tb(trace)[-1:] if trace is not None else []
        key = (kind.__name__, f"{place[0].filename}:{place[0].lineno}" if place else str(error))
        if key in self._seen:
            return
        self._seen.add(key)
        if log is None:
            text = self.tr("An internal error occurred ({error}).")
        else:
            text = self.tr("An internal error occurred ({error}); the details are in {log}.")
        self.reported.emit(text.format(error=f"{kind.__name__}: {error}", log=log), details)

    def _catch_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.catch(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
