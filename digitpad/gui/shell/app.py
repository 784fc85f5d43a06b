"""Opening the window.

The window is shown first and the model loaded right after, so that drawing is possible immediately. This module imports
nothing that the Draw tab does not need.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from digitpad import __version__
from digitpad.gui.shell.crashes import CrashRecorder
from digitpad.gui.shell.display import require_display
from digitpad.gui.shell.faults import FaultReporter
from digitpad.gui.shell.languages import show_language
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.unfinished_run import UnfinishedRun
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.garbage import GarbageCollector
from digitpad.gui.workspace.settings import Settings
from digitpad.translation import preferred_language, use_language

if TYPE_CHECKING:
    from digitpad.gui.shell.instance import OpenRequests


def make_application() -> QApplication:
    """Return the QApplication of the process, created and configured if necessary.

    Raises
    ------
    DigitpadError
        If there is no display, or DIGITPAD_LANGUAGE names a language that is not available.
    """
    running = QApplication.instance()
    if isinstance(running, QApplication):
        application = running
    else:
        require_display()
        # Otherwise Qt splits large areas over threads when it paints, and waits for them while a training needs every
        # processor: painting takes milliseconds longer, and both are slower.
        os.environ["QT_NO_GUI_THREADPOOL"] = "1"
        application = QApplication(sys.argv[:1])
    application.setApplicationName("digitpad")
    application.setApplicationDisplayName("digitpad")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("digitpad")
    application.setStyle("Fusion")
    language = preferred_language(QLocale.system().uiLanguages())
    use_language(language)
    show_language(application, language)
    # Qt compresses pointer events by default, and a fast stroke would lose its corners. Set after the application #
    # exists, because the platform plug-in switches it on when it starts.
    application.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, on=False)
    application.setAttribute(Qt.ApplicationAttribute.AA_CompressTabletEvents, on=False)
    return application


class _Start(QObject):
    """Continues the start after the window has been painted."""

    def __init__(
        self, paths: Sequence[Path], model: str | None, crashes: CrashRecorder, port: int | None = None
    ) -> None:
        super().__init__()
        self._port = port
        self._window: MainWindow | None = None
        self._paths = list(paths)
        self._model = model
        self._crashes = crashes
        self._requests: OpenRequests | None = None
        self._unfinished: UnfinishedRun | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go)

    def follow(self, window: MainWindow) -> None:
        """Wait for the first paint of a window."""
        self._window = window
        window.draw_tab.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the first paint; continue in the next turn of the event loop."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._timer.start(0)
        return False

    @Slot()
    def _go(self) -> None:
        window = self._window
        if window is None:
            return
        self._listen(window)
        window.use_first_model(self._model)
        for path in self._paths:
            window.open_path(path)
        for report in self._crashes.new_reports():
            text = self.tr("digitpad ended unexpectedly last time; the details are in {report}.")
            window.show_message(Message(text.format(report=report), "info"))
        if not self._paths:
            window.welcome_newcomers()
        if self._port is not None:
            window.class_board.sharing.changed.connect(self._tell_address)
            window.class_board.start_here(self._port)
        self._unfinished = UnfinishedRun(window.workspace.runs_folder, self)
        self._unfinished.message.connect(window.show_message)
        self._unfinished.look()

    @Slot()
    def _tell_address(self) -> None:
        """Print the address of the page, for the terminal that has started both."""
        address = "" if self._window is None else self._window.class_board.sharing.address
        # A program without a terminal has no standard output.
        if address and sys.stdout is not None:
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()

    def _listen(self, window: MainWindow) -> None:
        """Take files that are opened elsewhere from now on."""
        from digitpad.gui.shell.instance import OpenRequests

        self._requests = OpenRequests(window)
        self._requests.received.connect(window.open_from_elsewhere)
        self._requests.listen()

    def finish(self) -> None:
        """Stop listening, and wait for pending work; called when the window is closed."""
        if self._requests is not None:
            self._requests.close()
        if self._unfinished is not None:
            self._unfinished.finish()


def run(paths: Sequence[Path] = (), model: str | None = None, *, port: int | None = None) -> int:
    """Open the window and run until it is closed; or pass the files to a window that is already open.

    Parameters
    ----------
    paths
        Images, ink or models to open. A running window takes them, unless a model is named for this one.
    model
        Name or file of the model to read with; by default the one used last.
    port
        The port at which this computer reaches the page to draw on, 0 for any that is free; its address is printed.
        None does not share the page. A failure is shown in the window.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    DigitpadError
        If there is no display.
    """
    if paths and model is None and port is None:
        from digitpad.gui.shell.instance import hand_over

        if hand_over(paths):
            return 0
    application = make_application()
    faults = FaultReporter()
    faults.install()
    crashes = CrashRecorder()
    crashes.start()
    try:
        return _run_window(application, faults, _Start(paths, model, crashes, port))
    finally:
        crashes.finish()


def _run_window(application: QApplication, faults: FaultReporter, start: "_Start") -> int:
    """Run until the window is closed, and return the exit code."""
    settings = Settings()
    window = MainWindow(Theme(settings.colours, scale=settings.text_scale), settings)
    faults.reported.connect(window.report_fault)
    start.follow(window)
    window.show()
    collector = GarbageCollector(application)
    collector.start()
    # Python sees Ctrl-C only between its own instructions, and Qt's loop has none while it waits.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return application.exec()
    finally:
        # Deleted here in a defined order, and not by the interpreter at exit.
        collector.stop()
        start.finish()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        empty_private_clipboard()


def empty_private_clipboard() -> None:
    """Clear the clipboard if it ends with this process, as off-screen: its contents must not outlive Python."""
    if QApplication.platformName() == "offscreen":
        QApplication.clipboard().clear()
