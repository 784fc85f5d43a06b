"""The page as a sample of a collection."""

from typing import TYPE_CHECKING

from digitpad.data.file_types import PICTURE_SUFFIXES
from digitpad.gui.canvas.ink_pages import drawing_of
from digitpad.gui.canvas.ink_painter import page_image
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.widgets.files import png_bytes
from digitpad.gui.widgets.picture_image import image_of_rgb

if TYPE_CHECKING:
    from digitpad.data.collections.editor import NewSample


def sample_of_page(page: Page, size: tuple[float, float], *, in_colour: bool) -> "NewSample":
    """Return a page as a sample: strokes as ink, an opened picture as its file, anything else as an image.

    Parameters
    ----------
    page, size
        The page, and the width and height of its sheet.
    in_colour
        Whether a picture is kept in colour.
    """
    from digitpad.data.collections.editor import NewSample

    picture = page.picture
    if picture is None:
        return NewSample(drawing_of(page, size))
    if page.strokes or picture.photograph is None:
        return NewSample(png_bytes(page_image(page, size, in_colour=in_colour)), ".png", picture.name)
    if picture.source is not None and picture.source.suffix.lower() in PICTURE_SUFFIXES and picture.source.is_file():
        return NewSample(picture.source, origin=picture.source.name)
    return NewSample(png_bytes(image_of_rgb(picture.photograph)), ".png", picture.name)
