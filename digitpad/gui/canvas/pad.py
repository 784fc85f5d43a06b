"""A small canvas over the Draw tab's own sketch: one drawing, two views of it."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from digitpad.gui.canvas.canvas import Canvas
from digitpad.gui.canvas.ink_painter import bounds_of
from digitpad.gui.canvas.view import fit
from digitpad.gui.widgets.theme import SPACE, Theme


class Pad(Canvas):
    """Draws on another canvas's sketch, and shows all of its sheet.

    Parameters
    ----------
    theme
        The colours.
    main
        The canvas whose sketch this is; it is told of every change as if it had been made there.
    """

    def __init__(self, theme: Theme, main: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, main.sketch)
        self._main = main
        self._telling = False
        self.setObjectName("pad")
        self.setAccessibleName("Small canvas")
        self.setToolTip("Draw here and watch the maps: it is the Draw tab's own sheet (F6 for the keyboard)")
        self.setMinimumSize(15 * SPACE, 15 * SPACE)
        self.changed.connect(self._tell)
        self.history_changed.connect(self._tell_of_history)
        main.changed.connect(self._follow)
        main.history_changed.connect(self._follow)

    def sheet_size(self) -> tuple[float, float]:
        """Return the width and height of the sheet that both show."""
        return self._main.sheet_size()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was drawn elsewhere."""
        self.show_page()
        super().showEvent(event)

    def _refit(self, *, resized: bool = False) -> None:
        """Show the whole sheet, in whatever size; lines are as thick on it as on the main canvas."""
        if self.sketch.live_stroke is not None and not resized:
            return
        sheet, bounds = self.sheet_size(), bounds_of(self.sketch.page)
        self._view = fit(max(self.width(), 1), max(self.height(), 1), bounds, sheet)
        self.pen_width = self._main.pen_width / self._main.view.scale * self._view.scale

    @Slot()
    def _tell(self) -> None:
        self._telling = True
        self._main.changed.emit()
        self._telling = False

    @Slot()
    def _tell_of_history(self) -> None:
        self._telling = True
        self._main.show_page()
        self._main.history_changed.emit()
        self._telling = False

    @Slot()
    def _follow(self) -> None:
        if not self._telling and self.isVisible():
            self.show_page()
