"""The curves of a training, of one run or of several together."""

from collections.abc import Sequence
from typing import NamedTuple

from digitpad.charts.drawing import Drawing
from digitpad.charts.palette import colour_of_run
from digitpad.charts.plot_range import AxisScale, range_of
from digitpad.charts.series import Series
from digitpad.reports.axes import Area, Plot, Span, finite, legend
from digitpad.reports.document import Figure
from digitpad.reports.run_curves import Curve
from digitpad.training.changes import Change
from digitpad.translation import gettext as _

WIDTH, HEIGHT = 720.0, 260.0
_LEFT, _RIGHT, _BELOW = 54.0, 12.0, 38.0


class Kind(NamedTuple):
    """What a figure of curves shows.

    Attributes
    ----------
    name
        Name of its files.
    title
        The caption.
    unit
        What is written at the vertical axis.
    scale
        The kind of the values.
    """

    name: str
    title: str
    unit: str
    scale: AxisScale


class _Line(NamedTuple):
    """A curve and how it is drawn; `steady` curves determine the range of the axis."""

    series: Series
    colour: str
    name: str
    opacity: float = 1.0
    width: float = 1.8
    dots: bool = False
    steady: bool = True


def curve_figure(kind: Kind, curve: Curve, changes: Sequence[Change], description: str) -> Figure | None:
    """Return one quantity of a run over its steps; None if it has no finite value.

    Parameters
    ----------
    kind
        What it is.
    curve
        The curve.
    changes
        Where settings were changed.
    description
        The figure in words.
    """
    lines = [
        _Line(curve.batch, "accent", _("batch"), 0.3, 1.0, steady=False),
        _Line(curve.smooth, "accent", _("smoothed")),
        _Line(curve.train, "bar", _("epoch, training"), 1.0, 1.4, dots=True),
        _Line(curve.validation, "warm", _("epoch, validation"), 1.0, 1.8, dots=True),
    ]
    return _figure(kind, lines, changes, description)


def rate_figure(series: Series, changes: Sequence[Change], description: str) -> Figure | None:
    """Return the learning rate over the steps; None without any."""
    kind = Kind("learning-rate", _("Learning rate"), _("learning rate"), AxisScale.WHOLE)
    return _figure(kind, [_Line(series, "accent", _("learning rate"))], changes, description, height=170.0)


def together(kind: Kind, curves: Sequence[tuple[str, Curve]], description: str) -> Figure | None:
    """Return one quantity of several runs: smoothed batches as lines, validation as dots; None without any value."""
    lines = []
    for index, (name, curve) in enumerate(curves):
        colour = colour_of_run(index)
        lines.append(_Line(curve.smooth, colour, name, 0.55 if len(curve.validation) else 1.0, 1.3))
        lines.append(_Line(curve.validation, colour, "", 1.0, 1.8, dots=True))
    return _figure(kind, lines, (), description, height=300.0)


def _figure(
    kind: Kind, lines: Sequence[_Line], changes: Sequence[Change], description: str, *, height: float = HEIGHT
) -> Figure | None:
    shown = [line for line in lines if finite(line.series)]
    steady = [line.series for line in shown if line.steady] or [line.series for line in shown]
    found = range_of([line.series for line in shown], steady, kind.scale, log=False) if shown else None
    if found is None:
        return None
    first = min(float(line.series.x[0]) for line in shown)
    last = max(float(line.series.x[-1]) for line in shown)
    drawing = Drawing(WIDTH, height)
    top = (
        legend(
            drawing, _LEFT, 2, [(line.colour, line.name, line.opacity) for line in shown if line.name], WIDTH - _RIGHT
        )
        + 20
    )
    area = Area(_LEFT, top, WIDTH - _LEFT - _RIGHT, height - top - _BELOW)
    plot = Plot(drawing, area, Span(first, max(last, first + 1)), Span(*found[1]))
    plot.title_up(kind.unit)
    if kind.scale.is_share:
        plot.shares_up()
    else:
        plot.numbers_up()
    plot.steps_across(_("step"))
    for change in changes:
        _mark(plot, change)
    for line in shown:
        plot.curve(line.series, line.colour, width=line.width, opacity=line.opacity, dots=line.dots)
    plot.frame()
    return Figure(kind.name, kind.title, description, drawing.root)


def _mark(plot: Plot, change: Change) -> None:
    """Draw a line where a setting was changed, with what was changed."""
    x, area = plot.x(change.step), plot.area
    if area.left <= x <= area.right:
        plot.drawing.line((x, area.top), (x, area.bottom), "warm", dash="4 3", opacity=0.8)
        beyond = x + 12 > area.right
        plot.drawing.text(
            x - 4 if beyond else x + 11, area.bottom - 6, change.text, size=9.5, colour="warm", upright=True
        )
