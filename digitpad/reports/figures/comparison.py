"""The accuracies of several runs beside each other."""

from collections.abc import Sequence

from digitpad.charts.axis_numbers import round_numbers
from digitpad.charts.drawing import Drawing, shortened, text_width
from digitpad.charts.palette import colour_of_run
from digitpad.charts.percentages import exact_percent, percent_interval
from digitpad.reports.axes import SMALL, Area, Plot, Span
from digitpad.reports.document import Figure
from digitpad.reports.measured import MeasuredRun
from digitpad.translation import gettext as _

_WIDTH, _ROW, _MOST_NAME = 720.0, 24.0, 190.0


def accuracies_figure(runs: Sequence[MeasuredRun]) -> Figure:
    """Return the accuracy of each run that was measured, with its 95 % interval.

    Parameters
    ----------
    runs
        Runs with an evaluation, at least one.
    """
    found = [(run.name, run.evaluation) for run in runs if run.evaluation is not None]
    names = min(_MOST_NAME, max(text_width(name) for name, _result in found)) + 14
    drawing = Drawing(_WIDTH, 30 + _ROW * len(found) + 20)
    area = Area(names, 10, _WIDTH - names - 190, _ROW * len(found))
    low = min(result.interval.low for _name, result in found)
    high = max(result.interval.high for _name, result in found)
    margin = max(0.002, 0.08 * (high - low))
    span = Span(max(0.0, low - margin), min(1.0, high + margin))
    plot = Plot(drawing, area, span, Span(0, 1))
    ticks = round_numbers(span.low, span.high, 5)
    for tick in ticks:
        drawing.line((plot.x(tick), area.top), (plot.x(tick), area.bottom), "line")
    plot.ticks_across(ticks, [f"{100 * tick:g}\N{NO-BREAK SPACE}%" for tick in ticks])
    for index, (name, result) in enumerate(found):
        y, colour = area.top + (index + 0.5) * _ROW, colour_of_run(index)
        ends = result.interval
        drawing.text(names - 10, y + 4, shortened(name, _MOST_NAME), anchor="end")
        drawing.line((plot.x(ends.low), y), (plot.x(ends.high), y), colour, width=2.5, opacity=0.6)
        drawing.dot(plot.x(result.accuracy), y, 4.5, colour, hint=f"{name}: {exact_percent(result.accuracy)}")
        drawing.text(area.right + 14, y + 4, exact_percent(result.accuracy), bold=True)
        drawing.text(_WIDTH - 4, y + 4, percent_interval(ends), size=SMALL, colour="muted", anchor="end")
    words = "; ".join(
        _("{label}: {accuracy} ({interval})").format(
            label=name, accuracy=exact_percent(result.accuracy), interval=percent_interval(result.interval)
        )
        for name, result in found
    )
    return Figure("accuracies", _("Accuracy of each run, with its 95 % interval"), words, drawing.root)
