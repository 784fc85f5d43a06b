"""The curves as a figure for a report: axes with titles and units, a legend, nothing outside the axes, any size.

One painting serves every format: `paint` draws on whatever a QPainter paints on, in points (1/72 inch). What lies
outside the axes is cut off before it is painted, since not every format knows clipping. A figure is dark on white,
whatever the window's theme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from digitpad.charts.axis_numbers import in_words, round_numbers, steps_in_words
from digitpad.charts.plot_range import FAR, LEAST_LOSS, AxisScale, range_of
from digitpad.charts.series import Floats, Series, thin
from digitpad.gui.training.curve_sets import Curves
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.figure_geometry import clipped, spread
from digitpad.gui.training.plot_marks import Mark
from digitpad.gui.widgets.theme import LIGHT

_TINY, _SMALL, _TEXT, _TITLE = 6.0, 7.0, 8.0, 9.5  # points: the sizes of the fonts
_MARGIN, _GAP = 8.0, 4.0  # points
_SAMPLE = 16.0  # points: the piece of line in a legend
_POINTS_A_POINT = 3  # curve points for each point of width: more cannot be told apart in print
_DOT = 1.9  # points: the radius of a dot
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes
    ----------
    title
        What is on the vertical axis, with its unit if it has one.
    scale
        What the values are.
    curves
        By their keys.
    log
        Whether the axis is logarithmic.
    marks
        Where something was changed.
    """

    title: str
    scale: AxisScale
    curves: Curves
    log: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels below each other, over the same steps.

    Attributes
    ----------
    title
        The name of the run.
    panels
        From top to bottom.
    """

    title: str
    panels: tuple[Panel, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is not one point to draw."""
        return not any(len(series) for panel in self.panels for _, series in panel.curves.values())


def paint(painter: QPainter, figure: Figure, width: float, height: float) -> None:
    """Paint a figure.

    Parameters
    ----------
    painter
        One unit of its coordinates is a point.
    figure
        What to paint.
    width, height
        In points.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, width, height), QColor("#ffffff"))
    font = _font(painter, _TITLE, bold=True)
    painter.setPen(_colour("text"))
    top = _MARGIN
    if figure.title:
        title = QFontMetricsF(font).elidedText(figure.title, Qt.TextElideMode.ElideRight, width - 2 * _MARGIN)
        painter.drawText(QPointF(_MARGIN, top + _TITLE), title)
        top += _TITLE + _GAP
    each = (height - top - _MARGIN) / len(figure.panels)
    metrics = QFontMetricsF(_font(painter, _SMALL))
    views = [_view_of(panel) for panel in figure.panels]
    ticks = [_ticks(view.bottom, view.top, panel) for view, panel in zip(views, figure.panels, strict=True)]
    # The same for all panels, so that equal steps lie below each other.
    widest = max((metrics.horizontalAdvance(label) for one in ticks for _, label in one), default=0.0)
    for number, panel in enumerate(figure.panels):
        room = QRectF(_MARGIN, top + number * each, width - 2 * _MARGIN, each)
        _paint_panel(painter, panel, views[number], ticks[number], room, widest)


def _paint_panel(
    painter: QPainter, panel: Panel, view: "_View", ticks: Sequence[tuple[float, str]], room: QRectF, widest: float
) -> None:
    """Paint a legend, and below it the axes with what is in them."""
    font = _font(painter, _SMALL)
    metrics = QFontMetricsF(font)
    shown = {key: curve for key, curve in panel.curves.items() if len(curve[1])}
    limits = ((series, view.top if style.sets_range else FAR * view.top) for style, series in shown.values())
    cut = any(_is_above(series, limit, log=panel.log) for series, limit in limits)
    legend = _paint_legend(painter, [style for style, _ in shown.values()], room, metrics, cut=cut)
    left = _TEXT + _GAP + widest + _GAP
    axes = QRectF(
        room.left() + left,
        room.top() + legend + _GAP,
        room.width() - left - _GAP,
        room.height() - legend - 2 * _GAP - 2 * metrics.height() - _GAP,
    )
    place = _Place(view, axes)
    _paint_axes(painter, panel, place, ticks, metrics)
    marks = _places_of_marks(panel.marks, place)
    _paint_marks(painter, marks, axes)
    for style, series in shown.values():
        _paint_curve(painter, style, series, place, log=panel.log)
    _paint_mark_names(painter, marks, axes)
    painter.setPen(QPen(_colour("bar"), 0.75))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(axes)


@dataclass(frozen=True, slots=True)
class _View:
    """The steps and values between the edges of the axes; with a logarithmic axis, the values' logarithms."""

    left: float
    right: float
    bottom: float
    top: float


class _Place:
    """Turns steps and values into points on the page."""

    def __init__(self, view: _View, axes: QRectF) -> None:
        self.view, self.axes = view, axes

    def x(self, step: Floats) -> Floats:
        share = (step - self.view.left) / (self.view.right - self.view.left)
        across: Floats = self.axes.left() + share * self.axes.width()
        return across

    def y(self, value: Floats) -> Floats:
        share = (value - self.view.bottom) / (self.view.top - self.view.bottom)
        up: Floats = self.axes.bottom() - share * self.axes.height()
        return up


def _view_of(panel: Panel) -> _View:
    """Return the steps and values to show of a panel."""
    shown = [(style, series) for style, series in panel.curves.values() if len(series)]
    if not shown:
        return _View(0.0, 1.0, 0.0, 1.0)
    series = [one for _, one in shown]
    steady = [one for style, one in shown if style.sets_range] or series
    found = range_of(series, steady, panel.scale, log=panel.log)
    left, right = min(float(one.x[0]) for one in series), max(float(one.x[-1]) for one in series)
    bottom, top = found[1] if found is not None else (0.0, 1.0)
    # A figure follows nothing: its axis ends where the longest run does.
    return _View(left, max(right, left + 1), bottom, top)


def _paint_legend(
    painter: QPainter, styles: Sequence[Style], room: QRectF, metrics: QFontMetricsF, *, cut: bool
) -> float:
    """Paint names with pieces of their lines, in as many rows as it takes; return their height.

    If a curve is cut at the upper edge, the legend ends with a note about that.
    """
    x, y, row = room.left(), room.top(), metrics.height() + 2
    for style in (*styles, None) if cut else styles:
        sample = _SAMPLE + _GAP if style is not None else 0.0
        name = QCoreApplication.translate("Figure", "\N{BLACK UP-POINTING TRIANGLE} off scale")
        if style is not None:
            name = metrics.elidedText(style.name, Qt.TextElideMode.ElideRight, room.width() - sample)
        width = sample + metrics.horizontalAdvance(name) + 2 * _GAP
        if x > room.left() and x + width > room.right():
            x, y = room.left(), y + row
        middle = y + row / 2
        if style is not None:
            painter.setPen(_pen(style))
            painter.drawLine(QPointF(x, middle), QPointF(x + _SAMPLE, middle))
            if style.dots:
                _paint_dots(painter, style, [QPointF(x + _SAMPLE / 2, middle)])
        painter.setPen(_colour("error" if style is None else "text"))
        painter.drawText(QPointF(x + sample, middle + metrics.capHeight() / 2), name)
        x += width
    return y + row - room.top() if styles else 0.0


def _paint_axes(
    painter: QPainter, panel: Panel, place: _Place, ticks: Sequence[tuple[float, str]], metrics: QFontMetricsF
) -> None:
    axes, view = place.axes, place.view
    grid, text = QPen(_colour("line"), 0.5), _colour("text")
    for value, label in ticks:
        y = float(place.y(np.array([value]))[0])
        painter.setPen(grid)
        painter.drawLine(QPointF(axes.left(), y), QPointF(axes.right(), y))
        painter.setPen(text)
        at = QPointF(axes.left() - _GAP - metrics.horizontalAdvance(label), y + metrics.capHeight() / 2)
        painter.drawText(at, label)
    steps = round_numbers(view.left, view.right, max(2, int(axes.width() / 60)))
    for step, label in zip(steps, steps_in_words(steps), strict=True):
        x = float(place.x(np.array([step]))[0])
        half = metrics.horizontalAdvance(label) / 2
        beginning = max(axes.left() - half, min(x - half, axes.right() - 2 * half))
        painter.setPen(QPen(_colour("bar"), 0.75))
        painter.drawLine(QPointF(x, axes.bottom()), QPointF(x, axes.bottom() - 2))
        painter.setPen(text)
        painter.drawText(QPointF(beginning, axes.bottom() + metrics.ascent() + 2), label)
    font = _font(painter, _TEXT)
    names = QFontMetricsF(font)
    step_title = QCoreApplication.translate("Figure", "Step")
    painter.drawText(
        QPointF(
            axes.center().x() - names.horizontalAdvance(step_title) / 2,
            axes.bottom() + metrics.height() + names.ascent() + 2,
        ),
        step_title,
    )
    title = names.elidedText(panel.title, Qt.TextElideMode.ElideRight, axes.height())
    painter.save()
    painter.translate(_MARGIN + names.ascent(), axes.center().y() + names.horizontalAdvance(title) / 2)
    painter.rotate(-90)
    painter.drawText(QPointF(0, 0), title)
    painter.restore()
    _font(painter, _SMALL)


def _places_of_marks(marks: Sequence[Mark], place: _Place) -> list[tuple[Mark, float]]:
    """Return the marks within the axes from left to right, with their horizontal places."""
    steps = np.array([mark.step for mark in marks], float)
    pairs = zip(marks, place.x(steps).tolist(), strict=True)
    inside = [(mark, x) for mark, x in pairs if place.axes.left() <= x <= place.axes.right()]
    return sorted(inside, key=lambda pair: pair[1])


def _paint_marks(painter: QPainter, marks: Sequence[tuple[Mark, float]], axes: QRectF) -> None:
    """Paint a line where something was changed."""
    painter.setPen(QPen(_colour("warm"), 0.75, Qt.PenStyle.DashLine))
    for _, x in marks:
        painter.drawLine(QPointF(x, axes.top()), QPointF(x, axes.bottom()))


def _paint_mark_names(painter: QPainter, marks: Sequence[tuple[Mark, float]], axes: QRectF) -> None:
    """Paint what was changed, upright beside its line and on white, so that curves do not strike it out."""
    room = axes.height() - 2 * _GAP
    metrics = QFontMetricsF(_font(painter, _SMALL))
    if any(metrics.horizontalAdvance(mark.text) > room for mark, _ in marks):
        metrics = QFontMetricsF(_font(painter, _TINY))
    height = metrics.height()
    places = spread([x - height for _, x in marks], height + 1, axes.left() + 1, axes.right() - 1)
    for (mark, x), left in zip(marks, places, strict=True):
        text = metrics.elidedText(mark.text, Qt.TextElideMode.ElideRight, room)
        back = QRectF(left, axes.top() + _GAP, height, metrics.horizontalAdvance(text))
        painter.fillRect(back.adjusted(0, -1, 0, 1), QColor("#ffffff"))
        painter.setPen(QPen(_colour("warm"), 0.75))
        near = back.right() if x > back.right() else back.left()
        if abs(near - x) > 1 and not back.left() <= x <= back.right():
            # The name had to give way: a short line leads to it.
            painter.drawLine(QPointF(x, axes.top() + _GAP), QPointF(near, axes.top() + _GAP))
        painter.save()
        painter.translate(back.right() - metrics.descent(), back.bottom())
        painter.rotate(-90)
        painter.drawText(QPointF(0, 0), text)
        painter.restore()


def _paint_curve(painter: QPainter, style: Style, series: Series, place: _Place, *, log: bool) -> None:
    x, y = series.x, series.y
    if not style.dots:
        x, y = thin(x, y, max(4, int(_POINTS_A_POINT * place.axes.width())))
    y = np.log10(np.maximum(y, LEAST_LOSS)) if log else y
    across, up = place.x(x), place.y(y)
    painter.setPen(_pen(style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in clipped(across, up, place.axes):
        painter.drawPolyline(QPolygonF(line))
    if style.dots:
        points = [QPointF(a, b) for a, b in zip(across.tolist(), up.tolist(), strict=True)]
        _paint_dots(painter, style, [point for point in points if _holds(place.axes, point)])


def _holds(area: QRectF, point: QPointF) -> bool:
    """Return whether a whole dot lies in an area, or at least its middle."""
    return area.left() <= point.x() <= area.right() and area.top() <= point.y() <= area.bottom()


def _paint_dots(painter: QPainter, style: Style, points: Sequence[QPointF]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_pen(style).color())
    for point in points:
        painter.drawEllipse(point, _DOT, _DOT)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _is_above(series: Series, top: float, *, log: bool) -> bool:
    values = series.y[np.isfinite(series.y)]
    if log or not len(values):
        return False
    return bool(values.max() > top)


def _ticks(bottom: float, top: float, panel: Panel) -> list[tuple[float, str]]:
    """Return where numbers stand at the vertical axis, and the numbers."""
    if panel.log:
        powers = [float(power) for power in range(math.ceil(bottom - 1e-9), math.floor(top + 1e-9) + 1)]
        if len(powers) < 2:
            values = [value for value in round_numbers(10**bottom, 10**top, _TICKS) if value > 0]
            powers = [math.log10(value) for value in values]
        return list(zip(powers, in_words(10**power for power in powers), strict=True))
    values = round_numbers(bottom, top, _TICKS)
    if panel.scale.is_share:
        return [(value, f"{100 * value:g}\N{NO-BREAK SPACE}%") for value in values if value <= 1 + 1e-9]
    return list(zip(values, in_words(values), strict=True))


def _font(painter: QPainter, size: float, *, bold: bool = False) -> QFont:
    """Use a font of a size in points of the page, on every kind of page, and return it."""
    font = QFont(painter.font())
    # A pixel of the font is a unit of the painter, which is a point.
    font.setPixelSize(max(1, round(size)))
    font.setBold(bold)
    painter.setFont(font)
    return font


def _pen(style: Style) -> QPen:
    colour = _colour(style.colour)
    # Mixed with white: transparency is not kept by every format.
    red, green, blue = (
        round(style.alpha * part + (1 - style.alpha) * 255) for part in (colour.red(), colour.green(), colour.blue())
    )
    pen = QPen(QColor(red, green, blue), 0.6 * style.width)
    pen.setStyle(Qt.PenStyle.DashLine if style.dashed else Qt.PenStyle.SolidLine)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _colour(name: str) -> QColor:
    return QColor(getattr(LIGHT, name))
