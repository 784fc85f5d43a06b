"""Waiting until the window shows what it was asked for."""

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.gui.shell.main_window import MainWindow

_LONGEST = 30_000  # milliseconds


def settle(widget: QWidget) -> None:
    """Wait until the workspace of a widget's window has published what comes of every change so far."""
    window = widget.window()
    if not isinstance(window, MainWindow):
        return
    workspace = window.workspace
    while workspace.busy:
        loop = QEventLoop()
        workspace.published.connect(loop.quit)
        late = QTimer()
        late.setSingleShot(True)
        late.timeout.connect(loop.quit)
        late.start(_LONGEST)
        loop.exec()
        workspace.published.disconnect(loop.quit)
        assert late.isActive(), "the workspace has published nothing"
        late.stop()


def lay_out() -> None:
    """Have everything laid out that waits for it."""
    for _ in range(3):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.sendPostedEvents()
