"""What a correction is about: the whole drawing, or one digit of a number, if its strokes are its own."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.data.dataset import NO_DIGIT
from digitpad.gui.canvas.sketch import InkStroke, Page
from digitpad.gui.draw.page_sample import PageSample
from digitpad.gui.workspace.look import Look

if TYPE_CHECKING:
    from digitpad.reading.number_reading import Segment

#: Part of a box by which its strokes may lie outside of it; a pen has a width.
_SLACK = 0.08


def correction_of(look: Look, size: tuple[float, float], *, in_colour: bool, whole: bool = False) -> PageSample | str:
    """Return what a correction of a look is about, or why it cannot be corrected, in a sentence.

    Parameters
    ----------
    look
        The look.
    size
        Width and height of the sheet of its page.
    in_colour
        Whether a picture on it is kept in colour.
    whole
        Whether the whole drawing is one digit, whatever it was read as.
    """
    if look.page.is_blank:
        return QCoreApplication.translate("Correction", "Draw a digit first.")
    if look.network is not None and look.network.picture_shape is not None:
        return QCoreApplication.translate("Correction", "This network reads photographs, which are not corrected here.")
    number = look.number_read
    if whole or number is None:
        return PageSample(look.page, size, in_colour)
    if look.page.picture is not None:
        return QCoreApplication.translate(
            "Correction", "In a picture, a whole number cannot be corrected; open a picture of the single digit."
        )
    strokes = own_strokes(look.page.strokes, number.segments, look.place)
    if strokes is None:
        return QCoreApplication.translate(
            "Correction",
            "The strokes of this digit belong to others, too; draw it alone, or correct the whole drawing.",
        )
    return PageSample(Page(strokes, size=size), size)


def own_strokes(
    strokes: "tuple[InkStroke, ...]", segments: "tuple[Segment, ...]", place: int
) -> tuple[InkStroke, ...] | None:
    """Return the strokes of one character of a number; None if one of them reaches into another character.

    Parameters
    ----------
    strokes
        The strokes of the page.
    segments
        The characters of the number.
    place
        The place of the character.
    """
    found = []
    for stroke in strokes:
        centre = stroke.points[:, :2].mean(axis=0)
        home = min(range(len(segments)), key=lambda at: _distance(segments[at], float(centre[0]), float(centre[1])))
        is_inside = _contains(segments[home], stroke)
        if home == place:
            if not is_inside:
                return None
            found.append(stroke)
        elif not is_inside and _touches(segments[place], stroke):
            return None
    return tuple(found) or None


def answer_of(look: Look) -> str:
    """Return what the drawing, or the marked digit of a number, was read as; empty if that is not known."""
    if look.is_reading or look.prediction is None or look.verdict is None:
        return ""
    return NO_DIGIT if look.prediction.rejected else look.prediction.label


def shown_label(label: str) -> str:
    """Return a class as it is shown."""
    return QCoreApplication.translate("Correction", "not a digit") if label == NO_DIGIT else label


def _distance(segment: "Segment", x: float, y: float) -> float:
    left, top, right, bottom = segment.box
    return max(left - x, 0.0, x - right) + max(top - y, 0.0, y - bottom)


def _contains(segment: "Segment", stroke: InkStroke) -> bool:
    left, top, right, bottom = segment.box
    slack = _SLACK * max(right - left, bottom - top) + stroke.width
    points = stroke.points
    return bool(
        points[:, 0].min() >= left - slack
        and points[:, 0].max() <= right + slack
        and points[:, 1].min() >= top - slack
        and points[:, 1].max() <= bottom + slack
    )


def _touches(segment: "Segment", stroke: InkStroke) -> bool:
    """Return whether a point of a stroke lies in a character."""
    left, top, right, bottom = segment.box
    x, y = stroke.points[:, 0], stroke.points[:, 1]
    return bool(((x > left) & (x < right) & (y > top) & (y < bottom)).any())
