"""The accuracy on images that are disturbed by increasing amounts, one chart for each disturbance."""

from collections.abc import Sequence

from digitpad.charts.drawing import Drawing
from digitpad.charts.palette import colour_of_run
from digitpad.charts.percentages import percent
from digitpad.evaluation import Disturbance, RobustnessPoint
from digitpad.reports.axes import SMALL, Area, Plot, Span, legend
from digitpad.reports.document import Figure
from digitpad.translation import gettext as _

_WIDTH, _HEIGHT = 232.0, 190.0
_ACROSS = 3
_GAP = 12.0


def robustness_figure(curves: Sequence[tuple[str, Sequence[RobustnessPoint]]]) -> Figure:
    """Return the curves of one or several models.

    Parameters
    ----------
    curves
        The name and the points of each model; the first has at least one point.
    """
    found = [
        one for one in Disturbance if any(point.disturbance is one for _name, points in curves for point in points)
    ]
    several = len(curves) > 1
    top = 24.0 if several else 0.0
    rows = -(-len(found) // _ACROSS)
    width = _ACROSS * _WIDTH + (_ACROSS - 1) * _GAP
    drawing = Drawing(width, top + rows * _HEIGHT)
    if several:
        legend(drawing, 4, 0, [(colour_of_run(index), name, 1.0) for index, (name, _p) in enumerate(curves)], width)
    words = []
    for place, disturbance in enumerate(found):
        x, y = place % _ACROSS * (_WIDTH + _GAP), top + place // _ACROSS * _HEIGHT
        _chart(drawing, disturbance, curves, x, y)
        first = [point for point in curves[0][1] if point.disturbance is disturbance]
        values = ", ".join(f"{point.amount:g}: {percent(point.accuracy)}" for point in first)
        words.append(f"{disturbance.title} ({disturbance.unit}): {values}")
    count = curves[0][1][0].count
    title = _("Robustness: accuracy on {count:,} disturbed images, with 95 % intervals").format(count=count)
    return Figure("robustness", title, "; ".join(words), drawing.root)


def _chart(
    drawing: Drawing,
    disturbance: Disturbance,
    curves: Sequence[tuple[str, Sequence[RobustnessPoint]]],
    x: float,
    y: float,
) -> None:
    amounts = disturbance.amounts
    margin = 0.03 * (amounts[-1] - amounts[0])
    area = Area(x + 40, y + 26, _WIDTH - 46, _HEIGHT - 56)
    plot = Plot(drawing, area, Span(amounts[0] - margin, amounts[-1] + margin), Span(0, 1))
    drawing.text(x + 40, y + 14, f"{disturbance.title} ({disturbance.unit})", size=SMALL + 1, bold=True)
    plot.ticks_up([0, 0.25, 0.5, 0.75, 1], [f"{tick}\N{NO-BREAK SPACE}%" for tick in (0, 25, 50, 75, 100)])
    shown = amounts if len(amounts) <= 8 else amounts[::2]
    plot.ticks_across(shown, [f"{amount:g}" for amount in shown])
    untouched = plot.x(disturbance.untouched)
    drawing.line((untouched, area.top), (untouched, area.bottom), "muted", dash="3 3")
    for index, (_name, points) in enumerate(curves):
        colour = colour_of_run(index)
        own = [point for point in points if point.disturbance is disturbance]
        upper = [(plot.x(point.amount), plot.y(point.interval.high)) for point in own]
        lower = [(plot.x(point.amount), plot.y(point.interval.low)) for point in reversed(own)]
        drawing.polygon([*upper, *lower], colour, opacity=0.18)
        drawing.polyline([(plot.x(point.amount), plot.y(point.accuracy)) for point in own], colour, width=1.8)
        for point in own:
            drawing.dot(plot.x(point.amount), plot.y(point.accuracy), 2.4, colour, hint=percent(point.accuracy))
    plot.frame()
