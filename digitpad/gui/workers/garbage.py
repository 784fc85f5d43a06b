"""Python's cyclic garbage is collected in the GUI thread alone.

Python collects it in whichever thread happens to allocate, and objects of Qt that are found in a cycle would be
destroyed there: in the middle of a training, and while the GUI thread may be using what belongs to them. Qt allows that
in their own thread alone.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY = 200  # milliseconds


class GarbageCollector(QObject):
    """Collects on a timer, by Python's own thresholds, what Python would collect at any allocation in any thread.

    Make it in the GUI thread. Until `stop` is called, Python collects nothing by itself.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Take over. What is there now is left alone from now on: most of it are modules, which stay anyhow."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation that is due, and with it the younger ones."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if counts[generation] > thresholds[generation] > 0]
        if due:
            gc.collect(due[-1])
