"""The characters of a number on the canvas: a labelled box around each, with the chosen one highlighted."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

_MARGIN = SPACE + 2  # pixels between the ink and the painted box


@dataclass(frozen=True, slots=True)
class NumberBox:
    """One character on the canvas.

    Attributes
    ----------
    label
        Its reading.
    box
        Left, top, right, bottom of its ink, in the units of the page.
    chosen
        Whether its probabilities are shown.
    """

    label: str
    box: tuple[float, float, float, float]
    chosen: bool


def paint_boxes(painter: QPainter, theme: Theme, boxes: Sequence[tuple[NumberBox, QRectF]], font: QFont) -> None:
    """Paint boxes given in widget coordinates: thin lines, the chosen one in the accent colour."""
    labelled = text_font(font, bold=True)
    metrics = QFontMetricsF(labelled)
    painter.setFont(labelled)
    # The chosen one last, on top of overlapping boxes.
    for number, area in sorted(boxes, key=lambda pair: pair[0].chosen):
        frame = area.adjusted(-px(_MARGIN), -px(_MARGIN), px(_MARGIN), px(_MARGIN))
        painter.setPen(QPen(theme.colour("accent" if number.chosen else "line"), px(2) if number.chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 4, 4)
        tag = QRectF(0, 0, metrics.horizontalAdvance(number.label) + px(SPACE), metrics.height())
        tag.moveBottomLeft(frame.topLeft() - QPointF(0, 2))
        if tag.top() < 2:
            tag.moveTopLeft(frame.bottomLeft() + QPointF(0, 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent" if number.chosen else "surface"))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(theme.colour("on_accent" if number.chosen else "muted"))
        painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), number.label)
