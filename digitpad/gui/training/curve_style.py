"""The style of a curve, and the scale of its values."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from digitpad.gui.widgets.theme import Theme


class AxisScale(Enum):
    """The kind of the values, which determines the labels and the limits of the axis."""

    #: From zero up; single spikes may leave the scale.
    PLAIN = "plain"
    #: From zero up, all of it.
    WHOLE = "whole"
    SHARE = "share"
    #: A share for which values close to one matter.
    ACCURACY = "accuracy"

    @property
    def is_share(self) -> bool:
        """Whether the values are written in percent."""
        return self in {AxisScale.SHARE, AxisScale.ACCURACY}


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
