"""Drawing with the keyboard: the arrow keys move a cursor, and Space puts its pen down and lifts it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

_STEP = 8.0
_FINE_STEP = 1.0
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    # As on the number pad: the diagonals.
    Qt.Key.Key_Home: (-1, -1),
    Qt.Key.Key_PageUp: (1, -1),
    Qt.Key.Key_End: (-1, 1),
    Qt.Key.Key_PageDown: (1, 1),
}


@dataclass(slots=True)
class KeyboardPen:
    """The keyboard cursor, in widget pixels.

    Attributes
    ----------
    position
        None until a key first moves it; it starts in the middle.
    visible
        Whether it is shown: while the keyboard is used, not the mouse.
    down
        Whether the pen is down.
    """

    position: tuple[float, float] | None = None
    visible: bool = False
    down: bool = False

    def show(self, width: float, height: float) -> tuple[float, float]:
        """Keep the cursor inside a canvas of this size and return its position."""
        x, y = self.position or (width // 2, height // 2)
        self.position = (min(max(x, 0.0), width - 1), min(max(y, 0.0), height - 1))
        self.visible = True
        return self.position

    def move(self, key: int, width: float, height: float, *, fine: bool) -> tuple[float, float] | None:
        """Move by one step; return the new position, or None for a key that is not a direction."""
        direction = _DIRECTIONS.get(Qt.Key(key))
        if direction is None:
            return None
        x, y = self.show(width, height)
        step = _FINE_STEP if fine else _STEP
        self.position = (x + direction[0] * step, y + direction[1] * step)
        return self.show(width, height)
