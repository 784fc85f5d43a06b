"""Paints the map of points: dots, rings, names of classes, the drawing, and the note at a point."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workspace.points.colours import class_colour

DOT = 3.0  # pixels at 100 % text size: radius of a point
RING = 5.5  # of the ring of a misread one
DRAWING = 19.0  # of the drawing
_PICTURE = 60  # side of the picture in a note
_LONGEST_NAME = 110  # width of the name of a class


def paint_dots(
    painter: QPainter, theme: Theme, pixels: NDArray[np.float64], classes: NDArray[np.int64], ratio: float
) -> None:
    """Paint points (N, 2) in the colours of their classes (N,)."""
    for index in np.unique(classes).tolist():
        colour = class_colour(theme, index)
        colour.setAlphaF(0.8)
        _stamp(painter, pixels[classes == index], DOT, QPen(Qt.PenStyle.NoPen), colour, ratio)


def paint_rings(painter: QPainter, theme: Theme, pixels: NDArray[np.float64], ratio: float) -> None:
    """Ring points (M, 2)."""
    pen = QPen(theme.colour("text"), px(13) / 10)
    _stamp(painter, pixels, RING, pen, QColor(Qt.GlobalColor.transparent), ratio)


def _stamp(
    painter: QPainter, pixels: NDArray[np.float64], radius: float, pen: QPen, fill: QColor, ratio: float
) -> None:
    """Paint a circle once, and copy it to each of the points (N, 2): much faster than painting each."""
    radius = px(10 * radius) / 10
    side = round(2 * radius + 4)
    stamp = QPixmap(round(side * ratio), round(side * ratio))
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    once = QPainter(stamp)
    once.setRenderHint(QPainter.RenderHint.Antialiasing)
    once.setPen(pen)
    once.setBrush(fill)
    once.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
    once.end()
    for x, y in (pixels - side / 2).tolist():
        painter.drawPixmap(QPointF(x, y), stamp)


def paint_names(
    painter: QPainter,
    theme: Theme,
    font: QFont,
    names: dict[str, QPointF],
) -> None:
    """Paint the names of classes in the middle of their points, with the ground around the letters."""
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    for name, middle in names.items():
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, px(_LONGEST_NAME))
        path = QPainterPath()
        path.addText(middle.x() - metrics.horizontalAdvance(text) / 2, middle.y() + metrics.capHeight() / 2, font, text)
        painter.strokePath(path, QPen(theme.colour("surface"), px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.fillPath(path, theme.colour("text"))


def paint_drawing(
    painter: QPainter, theme: Theme, font: QFont, middle: QPointF, picture: QImage | None, name: str, room: QRectF
) -> None:
    """Paint the drawing as a large point with its picture, and its name beside it where there is room."""
    radius = float(px(DRAWING))
    painter.setPen(QPen(theme.colour("accent"), px(3)))
    painter.setBrush(theme.colour("field"))
    painter.drawEllipse(middle, radius, radius)
    if picture is not None:
        side = radius * 1.3
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side), picture)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    width, gap = metrics.horizontalAdvance(name), px(SPACE)
    left = middle.x() - radius - gap - width
    if left < room.left():
        left = middle.x() + radius + gap
    path = QPainterPath()
    path.addText(left, middle.y() + metrics.capHeight() / 2, font, name)
    painter.strokePath(path, QPen(theme.colour("surface"), px(4)))
    painter.fillPath(path, theme.colour("accent"))


def paint_note(
    painter: QPainter, theme: Theme, font: QFont, at: QPointF, room: QRectF, picture: QImage | None, lines: list[str]
) -> QRectF:
    """Paint the note at a point: its picture, and lines of text, the first in bold; return where.

    Parameters
    ----------
    painter, theme, font
        The painter, the colours and the font of the widget.
    at
        The point.
    room
        Where the note has to stay.
    picture
        The image; None while it is being decoded.
    lines
        The text.
    """
    fonts = [text_font(font, bold=True), *[text_font(font, scale=0.9)] * (len(lines) - 1)]
    side, gap = px(_PICTURE), px(SPACE)
    longest = max(room.width() - side - 3 * gap, 1)
    shown = [
        QFontMetricsF(each).elidedText(line, Qt.TextElideMode.ElideRight, longest)
        for each, line in zip(fonts, lines, strict=True)
    ]
    heights = [QFontMetricsF(each).lineSpacing() for each in fonts]
    width = max(QFontMetricsF(each).horizontalAdvance(line) for each, line in zip(fonts, shown, strict=True))
    box = QRectF(0, 0, side + 3 * gap + width, max(side, sum(heights)) + 2 * gap)
    left, top = at.x() + 2 * gap, at.y() - box.height() / 2
    if left + box.width() > room.right():
        left = at.x() - 2 * gap - box.width()
    box.moveTo(
        min(max(left, room.left()), max(room.right() - box.width(), room.left())),
        min(max(top, room.top()), max(room.bottom() - box.height(), room.top())),
    )
    painter.setPen(QPen(theme.colour("muted"), 1))
    painter.setBrush(theme.colour("surface"))
    painter.drawRoundedRect(box, 6, 6)
    if picture is not None:
        scaled = picture.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRectF(box.left() + gap, box.top() + gap, scaled.width(), scaled.height()), picture)
    y = box.top() + gap
    for number, (each, line, height) in enumerate(zip(fonts, shown, heights, strict=True)):
        painter.setFont(each)
        painter.setPen(theme.colour("text" if number == 0 else "muted"))
        area = QRectF(box.left() + 2 * gap + side, y, width + 1, height)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)
        y += height
    return box
