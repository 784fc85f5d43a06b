"""The numbers of cells, written into the cells where these are large enough."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from digitpad.gui.widgets.scaling import px

_MINUS = "\N{MINUS SIGN}"
_DARK_INK, _LIGHT_INK = QColor("#10151b"), QColor("#f4f6f8")
LEAST_CELL = 30  # logical pixels at 100 % text size that a cell needs for a number
_READABLE = 22  # the least such side in which a small number can be read


def short(value: float) -> str:
    """Return a number in about four characters."""
    # Adding zero removes the sign of zero; a number that is only rounded to zero keeps its sign.
    value += 0.0
    size = abs(value)
    if not np.isfinite(value):
        text = str(value)
    elif size < 10:
        text = f"{value:.2f}"
    else:
        text = f"{value:.1f}" if size < 1000 else f"{value:.0f}"
    return text.replace("-", _MINUS)


def exact(value: float) -> str:
    """Return a number with four decimals, as in sums; very small and very large numbers with a power of ten."""
    value += 0.0
    if not np.isfinite(value):
        text = str(value)
    else:
        text = f"{value:.4f}" if value == 0 or 0.0005 <= abs(value) < 1e5 else f"{value:.2e}"
    return text.replace("-", _MINUS)


def full(value: float | np.floating[Any]) -> str:
    """Return a number with all its digits: the shortest text that gives the same number when it is read.

    Parameters
    ----------
    value
        A float32 as NumPy has it, or a Python float, which is taken as float64.
    """
    return str(value).removesuffix(".0")


def has_room(cell: float) -> bool:
    """Return whether a number can be read in a cell whose side has this many logical pixels."""
    return cell >= px(_READABLE)


def ink_for(colour: int) -> QColor:
    """Return dark or light ink, whichever has more contrast on a background of 0xrrggbb."""
    red, green, blue = colour >> 16 & 255, colour >> 8 & 255, colour & 255
    return _DARK_INK if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else _LIGHT_INK


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
        (H, W): the numbers and their background colours.
    corner
        Left and top of the first cell.
    cell
        The side of a cell in the painter's units.
    font
        The font; it is made smaller where a number would not fit.
    """
    texts = [[short(value) for value in row] for row in values.tolist()]
    longest = max(len(text) for row in texts for text in row)
    fitted, metrics = QFont(font), QFontMetricsF(font, painter.device())
    wide = longest * metrics.horizontalAdvance("0")
    if wide > 0.92 * cell:
        shrink = 0.92 * cell / wide
        if font.pixelSize() > 0:
            fitted.setPixelSize(max(1, int(font.pixelSize() * shrink)))
        else:
            fitted.setPointSizeF(font.pointSizeF() * shrink)
        metrics = QFontMetricsF(fitted, painter.device())
    painter.setFont(fitted)
    # All digits are equally wide, so the start of a number follows from its length.
    letter = metrics.horizontalAdvance("0")
    below = (cell + metrics.capHeight()) / 2
    for row, (line, grounds) in enumerate(zip(texts, colours.tolist(), strict=True)):
        y = corner[1] + row * cell + below
        for column, (text, ground) in enumerate(zip(line, grounds, strict=True)):
            painter.setPen(ink_for(ground))
            painter.drawText(QPointF(corner[0] + column * cell + (cell - letter * len(text)) / 2, y), text)
