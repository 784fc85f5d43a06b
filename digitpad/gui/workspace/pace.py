"""Estimates how long a page will take to read, from recent readings."""

from collections import deque

from digitpad.gui.canvas.sketch import Page

#: Seconds: readings in the GUI thread must not lower the frame rate.
FRAME = 1 / 60
_RECENT = 3
#: Multiply-adds a second that any computer manages: a twentieth of what a common one does.
_LEAST_SPEED = 1e9


class Pace:
    """Records how long recent readings by one kind of network took.

    The cost of a drawing is taken to grow with its strokes. The quickest of the last readings counts: one that was held
    up by something else says nothing of the next. An estimate from the operations of the network counts as the first
    one; where there is none, a page counts as long, and so does an opened picture, which may hold anything.
    """

    def __init__(self) -> None:
        self._costs: deque[float] = deque(maxlen=_RECENT)  # seconds a stroke

    def note(self, page: Page, seconds: float) -> None:
<<<<<<< HEAD
        """Record how long a page took."""
=======
        """Note how many seconds of processor time a page took."""
>>>>>>> speed
        if page.picture is None or page.picture.prepared:
            self._costs.append(seconds / _size(page))

    def forget(self, multiply_adds: int | None = None) -> None:
        """Begin again: a network of another kind reads from now on.

        Parameters
        ----------
        multiply_adds
            The operations that it takes for one digit; None if they are not known.
        """
        self._costs.clear()
        if multiply_adds is not None:
            self._costs.append(multiply_adds / _LEAST_SPEED)

    def is_short(self, page: Page) -> bool:
        """Return whether a page is expected to be read within a frame."""
        if page.picture is not None and not page.picture.prepared:
            return False
        return bool(self._costs) and min(self._costs) * _size(page) <= FRAME


def _size(page: Page) -> int:
    return max(1, len(page.strokes))
