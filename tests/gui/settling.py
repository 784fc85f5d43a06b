"""Waiting until the window shows the requested state."""

from PySide6.QtCore import QEvent, QEventLoop, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.gui.shell.main_window import MainWindow
from tests.gui.frame import Frame

_LONGEST = 30_000  # milliseconds


def settle(widget: QWidget) -> None:
    """Wait until the requested files are open, and the workspace has published the results of all changes."""
    window = widget.window()
    if isinstance(window, MainWindow):
        files = window.draw_tab.files
        while files.busy:
            _wait_for(files.finished, "the file was not opened")
    if isinstance(window, MainWindow | Frame):
        while window.workspace.busy:
            _wait_for(window.workspace.published, "the workspace has published nothing")


def _wait_for(signal: SignalInstance, trouble: str) -> None:
    loop = QEventLoop()
    signal.connect(loop.quit)
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(loop.quit)
    late.start(_LONGEST)
    loop.exec()
    signal.disconnect(loop.quit)
    assert late.isActive(), trouble
    late.stop()


def lay_out() -> None:
    """Perform all pending layouts."""
    for _ in range(3):
        QApplication.sendPostedEvents()
    # The last of these events may have come from a worker, and have changed what a widget shows and thus its size.
    for _ in range(3):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
