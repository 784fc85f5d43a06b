"""The files that the window opens and saves, and how an image on the screen is written to one."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from digitpad.atomic import atomic_write

INK_SUFFIX = ".jsonl"
MODEL_SUFFIX = ".safetensors"
IMAGE_FILTER = "Images (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.heic *.heif *.avif *.pgm *.ppm)"
INK_FILTER = f"Ink (*{INK_SUFFIX})"
MODEL_FILTER = f"Models (*{MODEL_SUFFIX})"


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
