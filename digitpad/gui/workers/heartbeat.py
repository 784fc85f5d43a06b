"""Measures how long the window is blocked: a timer runs in its event loop, and the gaps between ticks are counted."""

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

_EVERY = 5  # milliseconds
_LONGEST = 1000  # milliseconds: longer gaps are counted in the last bin


class Heartbeat(QObject):
    """Counts the gaps between timer ticks in bins of a millisecond, in constant memory."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts = np.zeros(_LONGEST + 1, np.int64)
        self._last = 0.0
        self._longest = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Start counting from zero."""
        self._counts[:] = 0
        self._longest = 0.0
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Stop counting."""
        self._timer.stop()

    @property
    def beats(self) -> int:
        """Number of gaps counted."""
        return int(self._counts.sum())

    @property
    def longest(self) -> float:
        """The longest gap in milliseconds."""
        return self._longest

    def percentile(self, share: float) -> float:
        """Return the gap, in milliseconds, that `share` per cent of all gaps do not exceed; 0 before the first."""
        if not self.beats:
            return 0.0
        return float(np.searchsorted(np.cumsum(self._counts), share / 100 * self.beats) + 1)

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        gap = 1000 * (now - self._last)
        self._last = now
        self._longest = max(self._longest, gap)
        self._counts[min(_LONGEST, int(gap))] += 1
