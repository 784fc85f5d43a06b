"""Where the window opens: always within what the screen has room for."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

USUAL = QSize(1280, 800)
LEAST = QSize(800, 560)
_FRAME = QSize(16, 48)  # what a desktop may add around a window that is not shown yet


def place_on_screen(window: QWidget, available: QRect) -> None:
    """Give a window the size it has, or less, and move it so that all of it lies on the screen.

    Parameters
    ----------
    window
        A window that is not shown yet, in the size and at the place that are wanted.
    available
        What the screen has free, in the window's pixels.
    """
    room = available.size() - _FRAME
    window.setMinimumSize(LEAST.boundedTo(room))
    window.resize(window.size().boundedTo(room))
    free = available.size() - window.size()
    left = min(max(window.x(), available.left()), available.left() + max(0, free.width()))
    top = min(max(window.y(), available.top()), available.top() + max(0, free.height()))
    if (window.x(), window.y()) != (left, top):
        window.move(left, top)
