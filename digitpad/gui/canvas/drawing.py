"""A drawing that several canvases show: its sketch, its size, the pen, and signals for every change."""

from PySide6.QtCore import QObject, Signal

from digitpad.data.picture_fit import CROP
from digitpad.data.rasterize import USUAL_CANVAS
from digitpad.gui.canvas.sketch import Page, Sketch
from digitpad.gui.canvas.view import Box, seen_part

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
    picture_shape
        The shape, (C, H, W), of the pictures that the network reads as they are; None if it reads the ink. A page for
        pictures is white paper or an opened image, with black ink, and shows what part of it the network sees.
    picture_fit
        How these pictures are fitted to the shape, see `digitpad.data.pictures.prepare_picture`.

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
        self.picture_shape: tuple[int, ...] | None = None
        self.picture_fit = CROP

    @property
    def sheet_size(self) -> tuple[float, float]:
        """The width and height that the page is saved with: its own, or those of the largest canvas."""
        return self.sketch.page.sheet or self.sheet or self.room

    @property
    def sheet(self) -> tuple[float, float] | None:
        """The width and height of the sheet that is shown; None for a page as large as its canvas."""
        page = self.sketch.page
        if self.picture_shape is None or page.picture is not None:
            return page.sheet
        # Ink for a network for pictures is drawn on square paper, see `digitpad.data.pictures.drawn_on_white`.
        side = USUAL_CANVAS if page.size is None else max(page.size)
        return side, side

    @property
    def seen(self) -> Box | None:
        """Left, top, right, bottom of what a network for pictures sees of the sheet; None if it reads the ink."""
        sheet = self.sheet
        if self.picture_shape is None or sheet is None:
            return None
        return seen_part(sheet, self.picture_shape, self.picture_fit)

    def show_for(self, picture_shape: tuple[int, ...] | None, picture_fit: str) -> None:
        """Show the page for a network that reads pictures of this shape, (C, H, W), with a fit; or ink for None."""
        if (picture_shape, picture_fit) != (self.picture_shape, self.picture_fit):
            self.picture_shape, self.picture_fit = picture_shape, picture_fit
            self.shown_differently.emit()

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
