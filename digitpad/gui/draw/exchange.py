"""Import and export of pages: files, clipboard, drag and drop.

An image becomes a picture, and a line of ink becomes strokes. Exports are dark ink on white, or a line of the ink
format, and are written atomically.
"""

import io
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from digitpad.data.file_types import INK_SUFFIX
from digitpad.data.ink import format_ink, parse_ink, read_ink, write_ink
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.ink_pages import drawing_of, page_of
from digitpad.gui.canvas.ink_painter import page_image
from digitpad.gui.canvas.pictures import picture_of_bytes, picture_of_file
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.widgets.files import local_files, may_be_ink, png_bytes, write_png
from digitpad.names import plain_name

Pasted = str | bytes | QImage
"""Pasted or dropped data that has not been read yet: ink as text, the content of an image file, or an image."""

_PNG = "image/png"


def read_page(path: Path) -> tuple[Page, int]:
    """Open an image or a file of ink.

    Parameters
    ----------
    path
        A `.jsonl` file contains ink, of which the first drawing is opened; anything else is read as an image.

    Returns
    -------
    (Page, int)
        The page, and the number of drawings in the file.

    Raises
    ------
    DigitpadError
        If it cannot be read, or is too large.
    """
    if path.suffix.lower() == INK_SUFFIX:
        drawings = read_ink(path)
        return page_of(drawings[0], str(path)), len(drawings)
    try:
        return Page(picture=picture_of_file(path)), 1
    except OSError as error:
        # For example, a name that is too long for the file system.
        raise DigitpadError(f"{plain_name(str(path))} cannot be read ({error.strerror}); check the name.") from error


def save_ink(path: Path, page: Page, size: tuple[float, float]) -> None:
    """Write the ink of a page as one line of JSON.

    Raises
    ------
    DigitpadError
        If the page has no ink or the file cannot be written.
    """
    write_ink(path, [drawing_of(page, size)])


def save_png(path: Path, page: Page, size: tuple[float, float], *, in_colour: bool = False) -> None:
    """Write a page as a PNG: dark ink on white, or an opened image in its colours.

    Raises
    ------
    DigitpadError
        If the page is blank or the file cannot be written.
    """
    if page.is_blank:
        raise DigitpadError(
            QCoreApplication.translate(
                "Exchange", "There is nothing to save: the canvas is blank. Draw something first."
            )
        )
    write_png(path, page_image(page, size, in_colour=in_colour))


def to_clipboard(page: Page, size: tuple[float, float], *, in_colour: bool = False) -> QMimeData:
    """Return a page for the clipboard: as an image, and as a line of ink if it contains nothing but strokes."""
    mime = QMimeData()
    mime.setImageData(page_image(page, size, in_colour=in_colour))
    if page.strokes and page.picture is None:
        mime.setText(format_ink([drawing_of(page, size)]))
    return mime


def from_clipboard(mime: QMimeData | None) -> Pasted | Path:
    """Return what was pasted or dropped: data for `page_of_pasted`, or a file to open.

    Only this function accesses the clipboard, which belongs to the GUI thread.

    Parameters
    ----------
    mime
        Qt returns None if the clipboard is empty.

    Raises
    ------
    DigitpadError
        If it is not ink, an image or a file.
    """
    mime = QMimeData() if mime is None else mime
    paths = local_files(mime)
    if paths:
        return paths[0]
    if may_be_ink(mime):
        return mime.text()
    if mime.hasFormat(_PNG):
        # Not decoded yet: `imageData` would decode it in the GUI thread.
        content = bytes(mime.data(_PNG).data())
        if content:
            return content
    if mime.hasImage():
        image = QImage(mime.imageData())
        if not image.isNull():
            return image
    raise DigitpadError(
        QCoreApplication.translate(
            "Exchange", "This is neither ink nor an image; copy an image, a file or a line of ink first."
        )
    )


def page_of_pasted(content: Pasted) -> Page:
    """Read the data that `from_clipboard` returned; safe in any thread.

    Raises
    ------
    DigitpadError
        If it is damaged, or too large.
    """
    if isinstance(content, str):
        name = QCoreApplication.translate("Exchange", "The pasted text")
        return page_of(parse_ink(io.StringIO(content), name)[0], name)
    encoded = content if isinstance(content, bytes) else png_bytes(content)
    name = QCoreApplication.translate("Exchange", "the pasted image")
    return Page(picture=picture_of_bytes(encoded, name))


def can_take(mime: QMimeData) -> bool:
    """Whether dragged data can be opened."""
    return bool(local_files(mime)) or mime.hasImage() or mime.hasFormat(_PNG) or may_be_ink(mime)
