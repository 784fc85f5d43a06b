"""The files that the window opens and saves, what is dropped on it, and how an image is written to a file."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from digitpad.atomic import atomic_write
from digitpad.data.file_types import INK_SUFFIX, PICTURE_SUFFIXES

_PICTURES = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
MODEL_SUFFIX = ".safetensors"
IMAGE_FILTER = f"Images ({_PICTURES})"
IMAGE_OR_INK_FILTER = f"Images and ink ({_PICTURES} *{INK_SUFFIX})"
INK_FILTER = f"Ink (*{INK_SUFFIX})"
MODEL_FILTER = f"Models (*{MODEL_SUFFIX})"


def local_files(mime: QMimeData) -> list[Path]:
    """Return the local files that dropped or copied data refer to."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def may_be_ink(mime: QMimeData) -> bool:
    """Return whether dropped or copied text may be a line of ink; reading it says whether it is."""
    return mime.hasText() and mime.text().lstrip().startswith("{")


def write_png(path: Path, image: QImage) -> None:
    """Write an image as a PNG file, completely or not at all.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    data = png_bytes(image)
    with atomic_write(path) as file:
        file.write(data)


def png_bytes(image: QImage) -> bytes:
    """Return an image as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
