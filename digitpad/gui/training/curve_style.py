"""The style of a curve."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from digitpad.gui.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class Style:
    """The style and the name of a curve.

    Attributes
    ----------
    name
        The name in the legend and at the crosshair.
    short
        The name in a legend without room; empty for the whole name, cut.
    colour
        A field of `Colours`.
    alpha, width, dashed, dots
        Of its line; dots mark its points.
    sets_range
        Whether the range is chosen to show this curve; a noisy one may be cut.
    is_of_other_run
        Whether it belongs to a run shown for comparison.
    """

    name: str
    colour: str
    alpha: float = 1.0
    width: float = 2.0
    dashed: bool = False
    dots: bool = False
    sets_range: bool = True
    is_of_other_run: bool = False
    short: str = ""


def pen_of(style: Style, theme: Theme, pixel_ratio: float) -> QPen:
    """Return the pen that draws a curve.

    Parameters
    ----------
    style
        Its look.
    theme
        The colours in use.
    pixel_ratio
        The screen's own pixels to each of the window's: a pen that no zoom changes counts the screen's.
    """
    # Mixed with the background beforehand: painting a transparent line takes several times as long.
    colour = _mixed(theme.colour(style.colour), theme.colour("surface"), style.alpha)
    pen = QPen(colour, style.width * pixel_ratio)
    pen.setCosmetic(True)
    if style.dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


def _mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """Return a mixture of a colour, by its `share`, and the background."""
    pairs = (
        (colour.red(), ground.red()),
        (colour.green(), ground.green()),
        (colour.blue(), ground.blue()),
    )
    return QColor(*(round(share * over + (1 - share) * under) for over, under in pairs))
