"""A common undo order for two histories: the drawing's and the surgery's.

Each operation of surgery stores the page at which it was done. While that page is on the canvas, the operation is the
newest step; otherwise the drawing has changed since, and its last step is.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from digitpad.gui.canvas.sketch import Page, Sketch
from digitpad.gui.features.pages.operations import Operations


class UndoOrder(QObject):
    """Undoes and redoes whichever step was last.

    Parameters
    ----------
    sketch
        The drawing.
    undo, redo
        Undo and redo the last step of the drawing.
    surgery
        The operations on the network.
    parent
        The owner.
    """

    def __init__(
        self,
        sketch: Sketch,
        undo: Callable[[], object],
        redo: Callable[[], object],
        surgery: Operations,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._sketch = sketch
        self._undo_drawing, self._redo_drawing = undo, redo
        self._surgery = surgery
        self._pages: list[Page] = []  # of each operation: done ones, then undone ones
        surgery.stepped.connect(self._remember)

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return self._sketch.undo_name is not None or bool(self._surgery.history.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to redo."""
        return self._sketch.redo_name is not None or bool(self._surgery.history.undone)

    @Slot()
    def undo(self) -> None:
        """Undo the last step, of the drawing or of surgery."""
        done = len(self._surgery.history.done)
        if done and (self._is_here(done - 1) or self._sketch.undo_name is None):
            self._surgery.undo()
        else:
            self._undo_drawing()

    @Slot()
    def redo(self) -> None:
        """Redo the step that was undone last, of the drawing or of surgery."""
        history = self._surgery.history
        if history.undone and (self._is_here(len(history.done)) or self._sketch.redo_name is None):
            self._surgery.redo()
        else:
            self._redo_drawing()

    @Slot()
    def _remember(self) -> None:
        del self._pages[len(self._surgery.history.done) - 1 :]
        self._pages.append(self._sketch.settled)

    def _is_here(self, operation: int) -> bool:
        return self._pages[operation] is self._sketch.settled
