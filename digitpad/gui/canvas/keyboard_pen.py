"""Drawing with the keyboard: a cursor that the arrow keys move, and a pen that Space puts down and lifts."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

_STEP = 8.0
_FINE_STEP = 1.0
_DIRECTIONS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    # As they lie on the number pad: the diagonals.
    Qt.Key.Key_Home: (-1, -1),
    Qt.Key.Key_PageUp: (1, -1),
    Qt.Key.Key_End: (-1, 1),
    Qt.Key.Key_PageDown: (1, 1),
}


@dataclass(slots=True)
class KeyboardPen:
    """Where the keyboard's cursor is, in widget pixels.

    Attributes
    ----------
    position
        None until a key first moves it: it starts in the middle.
    visible
        Whether it is shown: while the keyboard is used, not while the mouse is.
    down
        Whether the pen is on the paper.
    """

    position: tuple[float, float] | None = None
    visible: bool = False
    down: bool = False

    def show(self, width: float, height: float) -> tuple[float, float]:
        """Show the cursor inside a canvas of this size and return where it is."""
        x, y = self.position or (width // 2, height // 2)
        self.position = (min(max(x, 0.0), width - 1), min(max(y, 0.0), height - 1))
        self.visible = True
        return self.position

    def move(self, key: int, width: float, height: float, *, fine: bool) -> tuple[float, float] | None:
        """Move by one step; returns where the cursor is now, or None for a key that is no direction."""
        direction = _DIRECTIONS.get(Qt.Key(key))
        if direction is None:
            return None
        x, y = self.show(width, height)
        step = _FINE_STEP if fine else _STEP
        self.position = (x + direction[0] * step, y + direction[1] * step)
        return self.show(width, height)
