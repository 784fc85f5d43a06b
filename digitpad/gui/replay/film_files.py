"""Writes animations and sequences of pictures, in a worker. Free of widgets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.files import write_png
from digitpad.gui.workers.progress import WorkProgress

#: The formats, by the extension that stands for each; a sequence of PNG files has none, because it is a folder.
WEBP, GIF, PNG = ".webp", ".gif", ""
_MOST_BYTES = 320 << 20  # of all pictures of an animation, which are in memory while they are encoded


@dataclass(frozen=True, slots=True)
class FilmFormat:
    """How a film is written.

    Attributes
    ----------
    suffix
        `WEBP`, `GIF` or `PNG`.
    frames_per_second
        The speed of an animation.
    """

    suffix: str
    frames_per_second: float


@dataclass(frozen=True, slots=True)
class FilmWritten:
    """A film that was written: its file, or its folder of PNG files."""

    path: Path


def size_of(width: int, height: int, count: int, suffix: str) -> tuple[int, int]:
    """Return the size in pixels in which pictures are written: smaller if all together would take too much memory."""
    bytes_all = width * height * 3 * count
    if suffix == PNG or bytes_all <= _MOST_BYTES:
        return width, height
    scale = (_MOST_BYTES / bytes_all) ** 0.5
    return int(width * scale), int(height * scale)


def shrunk(image: QImage, count: int, suffix: str) -> QImage:
    """Return a picture of a film in the size in which it is written, without transparency."""
    width, height = size_of(image.width(), image.height(), count, suffix)
    smooth = Qt.TransformationMode.SmoothTransformation
    if width != image.width():
        image = image.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return image.convertToFormat(QImage.Format.Format_RGB888)


def write_film(
    path: Path, images: Sequence[QImage], steps: Sequence[int], how: FilmFormat
) -> Iterator[WorkProgress | FilmWritten]:
    """Write a film.

    Parameters
    ----------
    path
        The file; for a sequence of PNG files their folder, which must exist.
    images
        The pictures, from `shrunk`.
    steps
        The step of each, which names the PNG files.
    how
        The format.

    Yields
    ------
    WorkProgress
        On the way.
    FilmWritten
        At the end.

    Raises
    ------
    DigitpadError
        If a file cannot be written.
    """
    doing = QCoreApplication.translate("FilmFiles", "Writing the pictures")
    if how.suffix == PNG:
        for number, (image, step) in enumerate(zip(images, steps, strict=True)):
            yield WorkProgress(doing, number, len(images))
            write_png(path / f"step-{step:08d}.png", image)
        yield FilmWritten(path)
        return
    pictures = []
    for number, image in enumerate(images):
        yield WorkProgress(doing, number, len(images))
        picture = _pillow(image)
        if how.suffix == GIF:
            # A palette of its own for each: 256 colours of one picture would not suit another.
            picture = picture.quantize(256)
        pictures.append(picture)
    yield WorkProgress(QCoreApplication.translate("FilmFiles", "Encoding the animation"))
    duration = round(1000 / how.frames_per_second)
    options = {"lossless": True, "quality": 40, "method": 2} if how.suffix == WEBP else {"optimize": False}
    try:
        with atomic_write(path) as file:
            pictures[0].save(
                file,
                format=how.suffix.removeprefix(".").upper(),
                save_all=True,
                append_images=pictures[1:],
                duration=duration,
                loop=0,
                **options,
            )
    except (OSError, ValueError, MemoryError) as error:
        text = QCoreApplication.translate("FilmFiles", "{path} could not be written ({reason}); choose another place.")
        raise DigitpadError(text.format(path=path, reason=" ".join(str(error).split()))) from error
    yield FilmWritten(path)


def _pillow(image: QImage) -> Image.Image:
    """Return a picture in Format_RGB888 for Pillow."""
    rows = bytes(image.constBits())
    return Image.frombytes("RGB", (image.width(), image.height()), rows, "raw", "RGB", image.bytesPerLine(), 1)
