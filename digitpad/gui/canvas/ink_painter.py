"""Paints ink as the same curve as the rasterizer, in the colours of the window.

The displayed curve is the smooth curve from which the network's input is made. While a stroke grows, only the part of
it near the area to repaint is drawn.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from digitpad.data.ink import smooth_stroke
from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.canvas.view import Box, seen_part
from digitpad.gui.widgets.picture_image import image_of_rgb

FAINT = 0.4
"""The opacity of a photograph under its ink."""

_PIXELS_A_UNIT = 2.0  # of a picture to be saved, as far as its sides allow:
_LONG_SIDES = (560.0, 4096.0)  # the least and the most pixels of its longer side
_LIGHTEST = 0.35  # the share of its width that a line keeps under the lightest touch


def paint_stroke(painter: QPainter, stroke: InkStroke, colour: QColor, area: QRectF | None = None) -> None:
    """Paint one stroke.

    Parameters
    ----------
    painter
        A painter in canvas units.
    stroke
        The stroke; a single point is a dot.
    colour
        Colour of the ink.
    area
        The visible area in canvas units; parts of the stroke outside it are skipped.
    """
    # A curve that is smooth enough for 28 pixels shows corners on a large canvas.
    curve = smooth_stroke(stroke.points, finer=3)
    for run in _runs_near(curve, area, stroke.width):
        _paint_run(painter, run, stroke.width, colour)


def paint_picture(ink: NDArray[np.float32], size: QSize, colour: QColor) -> QImage:
    """Return an opened image as coloured ink on a transparent background.

    Parameters
    ----------
    ink
        (H, W) float32 in [0, 1], ink 1.
    size
        Size of the result, in device pixels. Larger images are averaged down, smaller ones keep hard pixels.
    colour
        Colour of the ink.
    """
    levels = np.ascontiguousarray(np.rint(ink * 255).astype(np.uint8))
    height, width = levels.shape
    mask = QImage(levels.data, width, height, width, QImage.Format.Format_Alpha8)
    shrinks = size.width() < width
    how = Qt.TransformationMode.SmoothTransformation if shrinks else Qt.TransformationMode.FastTransformation
    mask = mask.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
    image = QImage(mask.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(colour)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, mask)
    painter.end()
    return image


def paint_photograph(painter: QPainter, target: QRect, photograph: NDArray[np.uint8], opacity: float = 1.0) -> None:
    """Paint an opened image in its colours.

    Parameters
    ----------
    painter
        A painter in the widget's pixels.
    target
        The rectangle to fill.
    photograph
        (H, W, 3) uint8: RGB.
    opacity
        From 0, invisible, to 1.
    """
    painter.save()
    painter.setOpacity(opacity)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image_of_rgb(photograph))
    painter.restore()


def ink_of_picture(page: Page) -> NDArray[np.float32]:
    """Return the ink of an opened image and of the strokes over it, as one image.

    Parameters
    ----------
    page
        A page with a picture. Strokes are clipped at the edges of the picture, as on the screen.

    Returns
    -------
    NDArray[float32]
        (H, W) in [0, 1], ink 1, in the size of the picture; the ink of the picture itself if there are no strokes.

    Raises
    ------
    ValueError
        If the page has no picture.
    """
    if page.picture is None:
        raise ValueError("ink_of_picture: page has no picture")
    ink = page.picture.ink
    if not page.strokes:
        return ink
    height, width = ink.shape
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in page.strokes:
        paint_stroke(painter, stroke, QColor("white"), QRectF(0, 0, width, height))
    painter.end()
    bits = np.frombuffer(image.constBits(), np.uint8)
    drawn = bits.reshape(height, image.bytesPerLine())[:, :width].astype(np.float32) / np.float32(255)
    both: NDArray[np.float32] = np.maximum(ink, drawn)
    return both


def colours_of_picture(picture: Picture) -> NDArray[np.uint8]:
    """Return an opened image in its colours, (H, W, 3) RGB; one that is only ink is black on white."""
    if picture.photograph is not None:
        return picture.photograph
    grey = np.rint(255 * (1 - picture.ink)).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def ink_over(pixels: NDArray[np.float32], page: Page, picture_fit: str) -> NDArray[np.float32]:
    """Draw the strokes of a page in black on its prepared picture.

    Parameters
    ----------
    pixels
        (C, H, W) in [0, 1]: the picture of the page, as a network for pictures receives it.
    page
        A page with a picture. Its strokes are scaled and cropped as its picture.
    picture_fit
        How the picture was fitted to its shape, see `digitpad.data.pictures.prepare_picture`.

    Returns
    -------
    NDArray[float32]
        (C, H, W) in [0, 1]; in levels of 1/255, as every picture.

    Raises
    ------
    ValueError
        If the page has no picture.
    """
    if page.picture is None:
        raise ValueError("ink_over: page has no picture")
    channels, height, width = pixels.shape
    levels = np.rint(pixels * 255).astype(np.uint8)
    left, top, right, bottom = seen_part(page.picture.size, pixels.shape, picture_fit)
    image = image_of_rgb(np.broadcast_to(levels, (3, height, width)).transpose(1, 2, 0)).copy()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(width / (right - left), height / (bottom - top))
    painter.translate(-left, -top)
    for stroke in page.strokes:
        paint_stroke(painter, stroke, QColor("black"), QRectF(left, top, right - left, bottom - top))
    painter.end()
    drawn = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())[:, : 3 * width]
    drawn = drawn.reshape(height, width, 3).transpose(2, 0, 1)[:channels]
    both: NDArray[np.float32] = np.ascontiguousarray(drawn).astype(np.float32) / np.float32(255)
    return both


def bounds_of(page: Page) -> Box | None:
    """Return left, top, right and bottom of the ink of a page, including line widths; None without ink."""
    if not page.strokes:
        return None
    lows = [stroke.points[:, :2].min(axis=0) - stroke.width / 2 for stroke in page.strokes]
    highs = [stroke.points[:, :2].max(axis=0) + stroke.width / 2 for stroke in page.strokes]
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def page_image(page: Page, size: tuple[float, float], *, in_colour: bool = False) -> QImage:
    """Return a page as dark ink on white, for saving or copying.

    Ink is drawn at two pixels per unit, or at the resolution that gives an image of a usual size. An opened image keeps
    its own pixels, and strokes over it become part of it.

    Parameters
    ----------
    page
        The page.
    size
        Width and height of the page in canvas units; ink beyond it enlarges the picture.
    in_colour
        Whether an opened image keeps its colours, as a network for pictures sees it.
    """
    black = QColor("black")
    if page.picture is not None and in_colour:
        return _coloured(page, page.picture)
    if page.picture is not None:
        height, width = page.picture.ink.shape
        image = _white(width, height)
        painter = QPainter(image)
        painter.drawImage(0, 0, paint_picture(ink_of_picture(page), QSize(width, height), black))
        painter.end()
        return image
    left, top, right, bottom = bounds_of(page) or (0.0, 0.0, 0.0, 0.0)
    # A white margin is kept around ink that reaches the edge.
    margin = 0.025 * max(size)
    left, top = min(0.0, left - margin), min(0.0, top - margin)
    right, bottom = max(size[0], right + margin), max(size[1], bottom + margin)
    long_side = max(right - left, bottom - top)
    scale = min(max(_PIXELS_A_UNIT, _LONG_SIDES[0] / long_side), _LONG_SIDES[1] / long_side)
    image = _white(max(1, round(scale * (right - left))), max(1, round(scale * (bottom - top))))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    painter.translate(-left, -top)
    for stroke in page.strokes:
        paint_stroke(painter, stroke, black)
    painter.end()
    return image


def _coloured(page: Page, picture: Picture) -> QImage:
    image = image_of_rgb(colours_of_picture(picture)).copy()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in page.strokes:
        paint_stroke(painter, stroke, QColor("black"))
    painter.end()
    return image


def _white(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def _runs_near(curve: NDArray[np.float32], area: QRectF | None, width: float) -> list[NDArray[np.float32]]:
    """Return the sections of a curve that may overlap an area."""
    if area is None or len(curve) < 2:
        return [curve]
    reach = width / 2 + 2
    x, y = curve[:, 0], curve[:, 1]
    near = (x > area.left() - reach) & (x < area.right() + reach)
    near &= (y > area.top() - reach) & (y < area.bottom() + reach)
    # A line between two points may cross the area even if only its neighbours are inside.
    near[1:] |= near[:-1].copy()
    near[:-1] |= near[1:].copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([False], near, [False])).astype(np.int8)))
    return [curve[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _paint_run(painter: QPainter, run: NDArray[np.float32], width: float, colour: QColor) -> None:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    points = [QPointF(x, y) for x, y in run[:, :2].tolist()]
    has_pressure = run.shape[1] == 3
    if len(points) == 1:
        share = _LIGHTEST + (1 - _LIGHTEST) * float(run[0, 2]) if has_pressure else 1.0
        pen.setWidthF(width * share)
        painter.setPen(pen)
        painter.drawPoint(points[0])
        return
    if not has_pressure:
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(points))
        return
    shares = _LIGHTEST + (1 - _LIGHTEST) * run[:, 2]
    for start, end, share in zip(points, points[1:], ((shares[:-1] + shares[1:]) / 2).tolist(), strict=False):
        pen.setWidthF(width * share)
        painter.setPen(pen)
        painter.drawLine(start, end)
