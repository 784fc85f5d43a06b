"""Drawings of ink files as pages, and pages as drawings. Values that cannot be painted are rejected here."""

from PySide6.QtCore import QCoreApplication

from digitpad.data.ink import Drawing
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import InkStroke, Page

_WIDTHS = "pen_widths"  # our own key in an ink file: the line width of each stroke
_USUAL_WIDTH = 0.028  # default line width, relative to the longer side of the page
_SMALLEST, _LARGEST = 1e-3, 1e6  # page sizes that can be shown: Qt's painter aborts the process far beyond


def page_of(drawing: Drawing, name: str) -> Page:
    """Return a drawing as a page with its strokes and its size.

    Parameters
    ----------
    drawing
        The drawing.
    name
        Name of the drawing for error messages.

    Raises
    ------
    DigitpadError
        If its page or its ink is too small or too large to be shown.
    """
    least = min(drawing.width, drawing.height)
    most = max([drawing.long_side, *(float(abs(points[:, :2]).max()) for points in drawing.strokes)])
    if least < _SMALLEST or most > _LARGEST:
        text = QCoreApplication.translate(
            "InkPages",
            "{name} has a drawing of {size} units; the window shows drawings of {least} to {most} units. "
            "Scale its coordinates.",
        )
        size = least if least < _SMALLEST else most
        raise DigitpadError(text.format(name=name, size=f"{size:g}", least=f"{_SMALLEST:g}", most=f"{_LARGEST:,.0f}"))
    usual = _USUAL_WIDTH * drawing.long_side
    known = drawing.extra.get(_WIDTHS)
    widths = [usual] * len(drawing.strokes)
    if isinstance(known, list) and len(known) == len(widths):
        limit = drawing.long_side
        widths = [float(width) if isinstance(width, int | float) and 0 < width <= limit else usual for width in known]
    strokes = tuple(InkStroke(points, width) for points, width in zip(drawing.strokes, widths, strict=True))
    return Page(strokes, size=(drawing.width, drawing.height))


def drawing_of(page: Page, size: tuple[float, float]) -> Drawing:
    """Return the ink of a page as a drawing of the given size.

    Raises
    ------
    DigitpadError
        If the page has no ink.
    """
    if not page.strokes:
        if page.picture is not None:
            raise DigitpadError(
                QCoreApplication.translate(
                    "InkPages", "There is no ink to save: an opened image has no strokes. Draw something first."
                )
            )
        raise DigitpadError(
            QCoreApplication.translate(
                "InkPages", "There is no ink to save: the canvas is blank. Draw something first."
            )
        )
    widths = [round(stroke.width, 2) for stroke in page.strokes]
    return Drawing(tuple(stroke.points for stroke in page.strokes), *size, None, {_WIDTHS: widths})
