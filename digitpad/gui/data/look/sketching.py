"""An image of a dataset as a page for Draw."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.canvas.pictures import picture_of_file, picture_of_pixels
from digitpad.gui.canvas.sketch import Page, Picture

_DIGIT = (1, 28, 28)


def page_of(pixels: NDArray[np.uint8], name: str) -> Page:
    """Return a page with an image.

    Parameters
    ----------
    pixels
        uint8 (C, H, W). One of 28 by 28 pixels is read as it is; any other is prepared as an opened picture is.
    name
        Name of the image.
    """
    grey = pixels.astype(np.float32).mean(axis=0) / 255
    if pixels.shape == _DIGIT:
        return Page(picture=Picture(grey, name, prepared=True))
    if pixels.shape[0] > 1:
        return Page(picture=picture_of_pixels(pixels, name))
    return Page(picture=Picture(grey, name))


def page_of_file(path: Path) -> Page:
    """Return a page with a picture file, as Draw opens it.

    Raises
    ------
    DigitpadError
        If the file cannot be read.
    """
    return Page(picture=picture_of_file(path))
