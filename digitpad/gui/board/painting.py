"""What the parts of the board paint alike: texts that fill their room, and a row of the confusion matrix as a bar."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import Theme
from digitpad.serving.participants import OTHER

CENTRE = int(Qt.AlignmentFlag.AlignCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_SHADES = (1.0, 0.75, 0.5)  # of the colour of wrong answers, the most frequent first
_ROOM = 0.9  # the share of a segment that its label may take


def filling(like: QFont, text: str, width: float, height: float, *, bold: bool = True) -> QFont:
    """Return the largest font in which a line of text fits into a room.

    Parameters
    ----------
    like
        A font of the same family.
    text
        The text.
    width, height
        The room, in pixels.
    bold
        Whether the text is bold.
    """
    font = QFont(like)
    font.setBold(bold)
    font.setPixelSize(max(1, int(height * 0.8)))
    needed = QFontMetricsF(font).horizontalAdvance(text)
    if needed > width:
        font.setPixelSize(max(1, int(font.pixelSize() * width / needed)))
    return font


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar.

    Attributes
    ----------
    label
        What the drawings were read as; `OTHER` for numbers and for what is not a digit.
    count
        How many.
    right
        Whether that is what was asked.
    shade
        The share of the colour of wrong answers; 1 for the most frequent one.
    """

    label: str
    count: int
    right: bool
    shade: float


def segments_of(asked: str, row: Mapping[str, int]) -> list[Segment]:
    """Return the parts of the bar of a question: the right answers first, then the others, the most frequent first."""
    found = [Segment(asked, row[asked], right=True, shade=1.0)] if row.get(asked) else []
    wrong = sorted(
        ((label, count) for label, count in row.items() if label != asked and count),
        key=lambda entry: (-entry[1], entry[0] == OTHER, entry[0]),
    )
    for place, (label, count) in enumerate(wrong):
        found.append(Segment(label, count, right=False, shade=_SHADES[min(place, len(_SHADES) - 1)]))
    return found


def paint_row(
    painter: QPainter, area: QRectF, asked: str, row: Mapping[str, int], theme: Theme, font: QFont, other: str
) -> None:
    """Paint how the drawings of a class were read, as one bar.

    Parameters
    ----------
    painter
        Paints on the surface of a card.
    area
        The bar.
    asked, row
        What was asked, and how often that was read as what.
    theme, font
        The colours, and the font of the labels.
    other
        The word for readings that are not one character.
    """
    total = sum(row.values())
    painter.save()
    outline = QPainterPath()
    outline.addRoundedRect(area, px(4), px(4))
    painter.setClipPath(outline)
    painter.fillRect(area, theme.colour("track"))
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    left = area.left()
    for segment in segments_of(asked, row):
        width = area.width() * segment.count / total
        part = QRectF(left, area.top(), width, area.height())
        colour = theme.colour("accent") if segment.right else _between(theme, segment.shade)
        painter.fillRect(part, colour)
        if left > area.left():
            painter.fillRect(QRectF(left - 1, area.top(), 2, area.height()), theme.colour("surface"))
        label = segment.label if segment.label != OTHER else other
        if metrics.horizontalAdvance(label) <= _ROOM * width:
            painter.setPen(_ink_on(colour))
            painter.drawText(part, CENTRE, label)
        left += width
    painter.restore()


def _between(theme: Theme, share: float) -> QColor:
    """Return a colour between the track of a bar and the colour of wrong answers."""
    low, high = theme.colour("track"), theme.colour("bar")
    parts = ((low.red(), high.red()), (low.green(), high.green()), (low.blue(), high.blue()))
    return QColor(*(round(one + share * (other - one)) for one, other in parts))


def _ink_on(ground: QColor) -> QColor:
    """Return black or white, whichever contrasts more with a ground."""
    red, green, blue = (_linear(part) for part in (ground.redF(), ground.greenF(), ground.blueF()))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("white") if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else QColor("#10201c")


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
