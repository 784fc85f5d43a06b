"""A small canvas that shows a drawing whose main canvas is elsewhere."""

from PySide6.QtWidgets import QWidget

from digitpad.gui.canvas.canvas import Canvas
from digitpad.gui.canvas.drawing import Drawing
from digitpad.gui.canvas.view import fit
from digitpad.gui.widgets.theme import SPACE, Theme


class Pad(Canvas):
    """Draws on the page of a larger canvas, and always shows the whole page.

    Parameters
    ----------
    theme
        The theme.
    drawing
        The drawing; its page keeps the size of the larger canvas.
    """

    def __init__(self, theme: Theme, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, drawing)
        self.setObjectName("pad")
        self.setAccessibleName(self.tr("Small canvas"))
        self.setToolTip(
            self.tr("Draw here and watch the maps; this is the canvas of the Draw tab (F6 to draw with the keyboard)")
        )
        self.setMinimumSize(15 * SPACE, 15 * SPACE)

    @property
    def line_width(self) -> float:
        """Width of the pen in canvas units: the same as on the larger canvas."""
        return self.drawing.pen_width

    def _refit(self, *, resized: bool = False) -> None:
        """Show the whole page, at any size."""
        if self.sketch.live_stroke is not None and not resized:
            return
        width, height = max(self.width(), 1), max(self.height(), 1)
        sheet = self.drawing.sheet
        self._view = fit(width, height, self._bounds(), sheet or self.drawing.room, margin=self._margin)
        self._fitted_sheet = sheet
