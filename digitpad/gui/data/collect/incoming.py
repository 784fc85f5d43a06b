"""What is dropped, pasted or opened, as samples. Files are read in the background, at the desk."""

import io
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from digitpad.data.collections.editor import NewSample
from digitpad.data.collections.importing import samples_in
from digitpad.data.ink import parse_ink
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.files import local_files, may_be_ink, png_bytes

MakeSamples = Callable[[], list[NewSample]]
"""Reads what was received; it may raise DigitpadError."""

_PNG = "image/png"


def can_take(mime: QMimeData) -> bool:
    """Whether data can be samples: files, an image, or ink as text."""
    return bool(local_files(mime)) or mime.hasImage() or mime.hasFormat(_PNG) or may_be_ink(mime)


def samples_of(mime: QMimeData | None) -> MakeSamples:
    """Return how to read data as samples, in another thread.

    Parameters
    ----------
    mime
        Qt returns None if the clipboard is empty.

    Raises
    ------
    DigitpadError
        If they are neither files, nor an image, nor ink.
    """
    mime = QMimeData() if mime is None else mime
    files = local_files(mime)
    if files:
        return lambda: samples_in(files)
    if may_be_ink(mime):
        text = mime.text()
        name = QCoreApplication.translate("CollectIncoming", "The pasted text")
        return lambda: [NewSample(drawing) for drawing in parse_ink(io.StringIO(text), name)]
    if mime.hasFormat(_PNG):
        content = bytes(mime.data(_PNG).data())
        if content:
            return lambda: [NewSample(content, ".png")]
    if mime.hasImage():
        image = QImage(mime.imageData())
        if not image.isNull():
            return lambda: [NewSample(png_bytes(image), ".png")]
    raise DigitpadError(
        QCoreApplication.translate(
            "CollectIncoming", "This is neither ink nor an image; copy an image, a file or a line of ink first."
        )
    )
