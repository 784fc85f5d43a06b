"""The initial size and position of the window, within the screen."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

USUAL = QSize(1280, 800)
LEAST = QSize(800, 560)
_FRAME = QSize(16, 48)  # what a desktop may add around a window


def place_on_screen(window: QWidget, available: QRect) -> None:
    """Limit the size of a window to the screen, and move it so that all of it is visible.

    Parameters
    ----------
    window
        A window that is not shown yet, with the requested size and position.
    available
        The available area of the screen, in window pixels.
    """
    room = available.size() - _FRAME
    window.setMinimumSize(LEAST.boundedTo(room))
    window.resize(window.size().boundedTo(room))
    free = available.size() - window.size()
    left = min(max(window.x(), available.left()), available.left() + max(0, free.width()))
    top = min(max(window.y(), available.top()), available.top() + max(0, free.height()))
    if (window.x(), window.y()) != (left, top):
        window.move(left, top)
