"""Estimates how long a reading takes from the previous readings."""

from collections import deque

from digitpad.gui.canvas.sketch import Page

#: Seconds that a reading may take in the GUI thread without lowering the frame rate.
FRAME = 1 / 60
_RECENT = 3
#: How many times longer a reading takes than its processor time while a training uses all processors.
_DELAY_IN_TRAINING = 4
#: Multiply-adds per second that any computer achieves: a twentieth of a typical one.
_LEAST_SPEED = 1e9


class Pace:
    """Remembers the durations of the last readings by networks of one kind.

    The cost of a drawing is assumed to grow with its strokes. The fastest of the last readings counts, since a delayed
    one does not predict the next. An estimate from the operations of the network counts as the first reading. Without
    one, a page counts as long; so does an opened picture, which may contain anything. During a training, a reading in
    the GUI thread waits for the threads of the training, and must be shorter.
    """

    def __init__(self) -> None:
        self._costs: deque[float] = deque(maxlen=_RECENT)  # seconds a stroke
        #: Whether a training runs beside the readings.
        self.in_training = False

    def note(self, page: Page, seconds: float) -> None:
        """Record the processor time of reading a page, in seconds."""
        if page.picture is None or page.picture.prepared:
            self._costs.append(seconds / _size(page))

    def forget(self, multiply_adds: int | None = None) -> None:
        """Start again with a network of another kind.

        Parameters
        ----------
        multiply_adds
            The operations for one digit; None if they are not known.
        """
        self._costs.clear()
        if multiply_adds is not None:
            self._costs.append(multiply_adds / _LEAST_SPEED)

    def is_short(self, page: Page) -> bool:
        """Return whether reading a page is expected to take less than a frame."""
        if page.picture is not None and not page.picture.prepared:
            return False
        delay = _DELAY_IN_TRAINING if self.in_training else 1
        return bool(self._costs) and min(self._costs) * _size(page) * delay <= FRAME


def _size(page: Page) -> int:
    return max(1, len(page.strokes))
