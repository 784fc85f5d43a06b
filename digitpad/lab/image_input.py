"""Images as the input of a convolution: what a network received, or a picture file, as numbers from 0 to 1."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.pictures import read_picture

SIDE = 28
"""Rows and columns of a picture that is read from a file, as of MNIST's images."""


def matrix_of_pixels(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return pixels as the channels of an input.

    Parameters
    ----------
    pixels
        float32 in [0, 1], (rows, columns) or (channels, rows, columns).

    Returns
    -------
    NDArray
        float64 (channels, rows, columns), rounded to four decimals, in which they are shown and copied.
    """
    planes = pixels if pixels.ndim == 3 else pixels[np.newaxis]
    return planes.astype(np.float64).round(4)


def matrix_of_picture(path: Path) -> NDArray[np.float64]:
    """Return the middle square of a picture in grey: float64 (1, 28, 28), 0 for black and 1 for white.

    Raises
    ------
    DigitpadError
        If the file is not a picture that can be read.
    """
    return matrix_of_pixels(read_picture(path, (1, SIDE, SIDE)).astype(np.float32) / np.float32(255))
