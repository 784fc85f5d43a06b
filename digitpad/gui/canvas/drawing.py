"""A drawing that several canvases show: its sketch, its size, the pen, and signals for every change."""

from PySide6.QtCore import QObject, Signal

from digitpad.gui.canvas.sketch import Page, Sketch

DEFAULT_PEN_WIDTH = 14


class Drawing(QObject):
    """Holds a sketch and signals all changes to every view, including the view that made them.

    Attributes
    ----------
    sketch
        The page and its history.
    room
        Width and height of the largest canvas that showed the drawing; a page without its own size is saved with it.
    pen_width
        Width of the pen, in canvas units.
    shows_photograph
        Whether an opened image is shown faintly under its ink; otherwise only the detected ink is shown.

    Signals
    -------
    changed
        Ink or picture changed, including an unfinished stroke.
    history_changed
        The steps that can be undone or redone have changed.
    shown_differently
        The page is unchanged, but is displayed differently.
    """

    changed = Signal()
    history_changed = Signal()
    shown_differently = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sketch = Sketch()
        self.room = (1.0, 1.0)
        self.pen_width = float(DEFAULT_PEN_WIDTH)
        self.shows_photograph = True

    @property
    def sheet_size(self) -> tuple[float, float]:
        """The width and height that the page is saved with: its own, or those of the largest canvas."""
        return self.sketch.page.sheet or self.room

    def show_photograph(self, *, shown: bool) -> None:
        """Show an opened image faintly under its ink, or only the ink."""
        if shown != self.shows_photograph:
            self.shows_photograph = shown
            self.shown_differently.emit()

    def start_again(self) -> None:
        """Begin with a blank page and without a history."""
        self.sketch = Sketch()
        self.history_changed.emit()
        self.changed.emit()

    def put(self, name: str, page: Page) -> None:
        """Replace the page, as one step of the history called `name`, which can be undone."""
        self.sketch.put(name, page)
        self.history_changed.emit()
        self.changed.emit()
