"""Opens images as pictures for a page: the colours for networks for pictures, and the ink for the others."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.canvas.sketch import Picture

_JPEG = b"\xff\xd8\xff"


def picture_of_file(path: Path) -> Picture:
    """Open an image file.

    Raises
    ------
    DigitpadError
        If it cannot be read, or is too large.
    """
    # The decoders are loaded with the first image, after the window has been painted.
    from digitpad.data.images import read_photograph

    ink, photograph = read_photograph(path)
    encoded = _if_jpeg(path.read_bytes())
    return Picture(ink, path.name, photograph=photograph, source=path, encoded=encoded)


def picture_of_bytes(content: bytes, name: str) -> Picture:
    """Open the contents of an image file.

    Parameters
    ----------
    content, name
        The contents, and the name of the picture.

    Raises
    ------
    DigitpadError
        If they cannot be read, or the image is too large.
    """
    from digitpad.data.images import read_photograph

    ink, photograph = read_photograph(content)
    return Picture(ink, name, photograph=photograph, encoded=_if_jpeg(content))


def picture_of_pixels(pixels: NDArray[np.uint8], name: str) -> Picture:
    """Return a picture of a dataset; a network of its size receives exactly these pixels.

    Parameters
    ----------
    pixels
        uint8 (C, H, W), with 1 or 3 channels.
    name
        Name of the picture.
    """
    from digitpad.data.images import ink_on_paper

    colours = np.ascontiguousarray(np.broadcast_to(pixels, (3, *pixels.shape[1:])).transpose(1, 2, 0))
    ink = ink_on_paper(pixels.mean(axis=0, dtype=np.float64) / 255)
    return Picture(ink, name, photograph=colours)


def _if_jpeg(content: bytes) -> bytes | None:
    """Return the contents of a JPEG, and None for other formats, which are decoded in one size only."""
    return content if content.startswith(_JPEG) else None
