"""The marks on the maps: cells, the patches that they are computed from, and the lines between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.placement import Block, Placement

_HALF_TURN = 0.45  # how far the bends of a line reach, as a share of the distance between its ends


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of cells of one map.

    Attributes
    ----------
    layer, map
        The layer and the number of the map.
    top, left, bottom, right
        Rows and columns, bottom and right excluded; cells outside the map are padding and are not framed.
    tied
        Whether a line connects it to the cell.
    """

    layer: str
    map: int
    top: int
    left: int
    bottom: int
    right: int
    tied: bool = True


def patch_area(block: Block, patch: Patch) -> QRectF:
    """Return the area of a patch in device pixels, clipped to its map."""
    top, left = max(patch.top, 0), max(patch.left, 0)
    bottom, right = min(patch.bottom, block.layer.height), min(patch.right, block.layer.width)
    x, y = block.cell_corner(Cell(patch.layer, patch.map, top, left))
    return QRectF(x, y, max(right - left, 0) * block.cell, max(bottom - top, 0) * block.cell)


def map_area(block: Block, number: int) -> QRectF:
    """Return the area of a map in device pixels."""
    x, y = block.corner(number)
    return QRectF(x, y, block.layer.width * block.cell, block.layer.height * block.cell)


def paint_frame(painter: QPainter, area: QRectF, colour: QColor, width: float, *, least: float = 0.0) -> None:
    """Paint a frame just outside an area, at least `least` wide."""
    grow = max(0.0, least - area.width()) / 2 + width / 2
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(area.adjusted(-grow, -grow, grow, grow))


def paint_sources(
    painter: QPainter, placement: Placement, cell: Cell, patches: Sequence[Patch], colour: QColor, ratio: float
) -> None:
    """Frame the patches that a cell is computed from, and connect them to it.

    Parameters
    ----------
    painter
        In device pixels.
    placement
        The places of the maps.
    cell
        The cell.
    patches
        The patches; those of layers that are not shown are skipped.
    colour, ratio
        The colour of the lines, and the device pixels in a logical pixel.
    """
    block = placement.block(cell.layer)
    if block is None:
        return
    target = QRectF(*block.cell_corner(cell), block.cell, block.cell)
    fine = QColor(colour)
    fine.setAlphaF(0.75)
    for patch in patches:
        source = placement.block(patch.layer)
        if source is None:
            continue
        area = patch_area(source, patch)
        if patch.tied:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
            painter.setPen(QPen(fine, ratio))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_tie(area, target))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        paint_frame(painter, area, colour, round(1.5 * ratio), least=4 * ratio)
    paint_frame(painter, target, colour, round(2 * ratio), least=6 * ratio)


def _tie(source: QRectF, target: QRectF) -> QPainterPath:
    """Return a line from the right of one area to the left of another, horizontal at both ends."""
    start = QPointF(source.right(), source.center().y())
    end = QPointF(target.left(), target.center().y())
    bend = abs(end.x() - start.x()) * _HALF_TURN
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path
