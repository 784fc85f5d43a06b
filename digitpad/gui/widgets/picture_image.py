"""Turns pixels into images of Qt, and finds the room that a picture takes in its proportions."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
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
        return image_of_rgb(levels.transpose(1, 2, 0)).copy()
    grey = np.ascontiguousarray(levels[0])
    return QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def image_of_rgb(pixels: NDArray[np.uint8]) -> QImage:
    """Return a picture as an image that may share its memory, and keeps it alive: to be painted, not painted on.

    Parameters
    ----------
    pixels
        uint8 (H, W, 3): red, green and blue.
    """
    pixels = np.ascontiguousarray(pixels)
    height, width, _channels = pixels.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)


def image_of_colours(colours: NDArray[np.uint32]) -> QImage:
    """Return colours, uint32 (H, W) as 0xffRRGGBB, as an image that may share their memory, and keeps it alive."""
    colours = np.ascontiguousarray(colours)
    height, width = colours.shape
    return QImage(colours.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def levels_of(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return values in [0, 1] as levels from 0 to 255, in the same shape; values beyond are clipped."""
    return np.ascontiguousarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def fitted(room: QRect, width: int, height: int) -> QRect:
    """Return the largest rectangle in the proportions of a picture, width by height, in the middle of a room."""
    if width == height and room.width() == room.height():
        return room
    size = QSize(width, height).scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    size = size.expandedTo(QSize(1, 1))
    return QRect(
        room.left() + (room.width() - size.width()) // 2,
        room.top() + (room.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )
