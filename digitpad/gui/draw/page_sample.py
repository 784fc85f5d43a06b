"""The page as a sample of a collection."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitpad.data.file_types import PICTURE_SUFFIXES
from digitpad.gui.canvas.ink_pages import drawing_of
from digitpad.gui.canvas.ink_painter import page_image
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.widgets.files import png_bytes
from digitpad.gui.widgets.picture_image import image_of_rgb

if TYPE_CHECKING:
    from digitpad.data.collections.editor import NewSample


@dataclass(frozen=True, slots=True, eq=False)
class PageSample:
    """A page that becomes a sample.

    Attributes
    ----------
    page
        The page.
    size
        Width and height of its sheet.
    in_colour
        Whether a picture on it is kept in colour.
    """

    page: Page
    size: tuple[float, float]
    in_colour: bool = False

    def make(self) -> "NewSample":
        """Return the sample: strokes as ink, an opened picture as its file, anything else as an image.

        May be called in any thread.
        """
        from digitpad.data.collections.editor import NewSample

        page, picture = self.page, self.page.picture
        if picture is None:
            return NewSample(drawing_of(page, self.size))
        if page.strokes or picture.photograph is None:
            return NewSample(png_bytes(page_image(page, self.size, in_colour=self.in_colour)), ".png", picture.name)
        source = picture.source
        if source is not None and source.suffix.lower() in PICTURE_SUFFIXES and source.is_file():
            return NewSample(source, origin=source.name)
        return NewSample(png_bytes(image_of_rgb(picture.photograph)), ".png", picture.name)
