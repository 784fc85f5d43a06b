"""Turns the pixels of a picture, (C, H, W), into an image of Qt: in colour, or grey as they are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def image_of(levels: NDArray[np.uint8]) -> QImage:
    """Return a picture as an image with its own memory.

    Parameters
    ----------
    levels
        uint8 (C, H, W): red, green and blue, or one channel, in which 0 is black. Of another number of channels, the
        first is shown.
    """
    channels, height, width = levels.shape
    if channels == 3:
        pixels = np.ascontiguousarray(levels.transpose(1, 2, 0))
        return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    grey = np.ascontiguousarray(levels[0])
    return QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def levels_of(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return values in [0, 1] as levels from 0 to 255, in the same shape; values beyond are clipped."""
    return np.ascontiguousarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))
