"""The numbers themselves, written into the cells once these are large enough."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

_MINUS = "\N{MINUS SIGN}"
LEAST_CELL = 30  # logical pixels that a cell needs for a number


def short(value: float) -> str:
    """Return a number in about four characters, never with more digits than mean something."""
    size = abs(value)
    if not np.isfinite(value):
        text = str(value)
    elif size < 10:
        text = f"{value:.2f}"
    else:
        text = f"{value:.1f}" if size < 1000 else f"{value:.0f}"
    return text.replace("-", _MINUS)


def exact(value: float) -> str:
    """Return a number with four decimals, as sums are shown; very small and very large ones with a power of ten."""
    if not np.isfinite(value):
        text = str(value)
    else:
        text = f"{value:.4f}" if value == 0 or 0.0005 <= abs(value) < 1e5 else f"{value:.2e}"
    return text.replace("-", _MINUS)


def ink_for(colour: int) -> QColor:
    """Return black or white, whichever is read better on a ground of 0xrrggbb."""
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    return QColor("#10151b") if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else QColor("#f4f6f8")


def paint_numbers(
    painter: QPainter,
    values: NDArray[np.float32],
    colours: NDArray[np.uint32],
    corner: tuple[float, float],
    cell: float,
    font: QFont,
) -> None:
    """Write numbers into a grid of cells.

    Parameters
    ----------
    painter
        To paint with.
    values, colours
        (H, W): the numbers, and the grounds that they stand on.
    corner
        Left and top of the first cell.
    cell
        Side of a cell in the painter's units.
    font
        The font at its full size; it is made smaller where a number would not fit.
    """
    fitted = QFont(font)
    texts = [[short(float(value)) for value in row] for row in values]
    longest = max((text for row in texts for text in row), key=len, default="")
    wide = QFontMetricsF(font, painter.device()).horizontalAdvance(longest)
    if wide > 0.92 * cell:
        shrink = 0.92 * cell / wide
        if font.pixelSize() > 0:
            fitted.setPixelSize(max(1, int(font.pixelSize() * shrink)))
        else:
            fitted.setPointSizeF(font.pointSizeF() * shrink)
    painter.setFont(fitted)
    centre = int(Qt.AlignmentFlag.AlignCenter)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            painter.setPen(ink_for(int(colours[row, column])))
            painter.drawText(QRectF(corner[0] + column * cell, corner[1] + row * cell, cell, cell), centre, text)
