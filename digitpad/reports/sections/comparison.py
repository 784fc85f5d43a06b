"""Several runs beside each other: their figures, their curves, and whether they differ significantly."""

from collections.abc import Sequence
from itertools import combinations

from digitpad.charts.percentages import exact_percent, percent_interval
from digitpad.data.collections.store import dataset_title
from digitpad.errors import DigitpadError
from digitpad.evaluation import Comparison
from digitpad.reports.document import (
    EMPTY,
    Block,
    Cell,
    Column,
    Discussion,
    Figure,
    Missing,
    Paragraph,
    Section,
    Table,
)
from digitpad.reports.figures.comparison import accuracies_figure
from digitpad.reports.figures.curves import together
from digitpad.reports.figures.robustness import robustness_figure
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.sections.results import robustness_table
from digitpad.reports.sections.training import accuracy_kind, loss_kind
from digitpad.reports.wording import duration, interval_cell, number_cell, share_cell
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_SIGNIFICANT = 0.05
_SHOWN = 8  # columns of figures that fit into a page


def comparison_sections(runs: Sequence[MeasuredRun]) -> tuple[Section, ...]:
    """Return the sections that compare runs.

    Parameters
    ----------
    runs
        At least two runs.
    """
    return (_figures(runs), _differences(runs), _curves(runs), _robustness(runs))


def _figures(runs: Sequence[MeasuredRun]) -> Section:
    blocks: list[Block] = []
    measured = [run for run in runs if run.evaluation is not None]
    if measured:
        blocks.append(Paragraph(_("Measured on:") + " " + "; ".join(_measured_on(run) for run in measured) + "."))
        blocks.append(accuracies_figure(measured))
    blocks += [
        Missing(_("{name}: {reason}").format(name=run.name, reason=run.missing.get("results", "–")))
        for run in runs
        if run.evaluation is None
    ]
    blocks += [*comparison_tables(runs), _settings_table(runs)]
    blocks.append(Discussion(_("What was changed from run to run, and what was expected?")))
    return Section("figures", _("The runs"), tuple(blocks))


def comparison_tables(runs: Sequence[MeasuredRun]) -> tuple[Table, Table]:
    """Return the figures of every run: those that fit into a page, and all of them, for files."""
    columns = (
        Column("run", _("run"), is_number=False),
        Column("network", _("network"), is_number=False),
        Column("parameters", _("parameters")),
        Column("seconds", _("time")),
        Column("accuracy", _("accuracy")),
        Column("interval", _("95 % interval")),
        Column("loss", _("loss")),
        Column("calibration_error", _("calibration error")),
        Column("dataset", _("trained on"), is_number=False),
        Column("epochs", _("epochs")),
        Column("measured_on", _("measured on"), is_number=False),
    )
    rows = tuple(_row(run) for run in runs)
    shown = tuple(row[:_SHOWN] for row in rows)
    return (
        Table("comparison", _("The runs in figures"), columns[:_SHOWN], shown),
        Table("comparison-all", _("The runs in figures"), columns, rows, is_shown=False),
    )


def _row(run: MeasuredRun) -> tuple[Cell, ...]:
    info, evaluation = run.info, run.evaluation
    parameters = EMPTY
    if run.model is not None:
        parameters = Cell.of(sum(parameter.value.size for parameter in run.model.network.parameters()))
    results, images = (EMPTY,) * 4, EMPTY
    if evaluation is not None:
        images = Cell(f"{evaluation.dataset}, {evaluation.count:,}", evaluation.dataset)
        results = (
            share_cell(evaluation.accuracy),
            interval_cell(evaluation.interval),
            number_cell(evaluation.loss),
            share_cell(evaluation.calibration.error),
        )
    return (
        Cell.of(run.name),
        Cell.of(info.plan.architecture.name),
        parameters,
        Cell(duration(info.seconds), info.seconds),
        *results,
        Cell.of(dataset_title(info.plan.dataset)),
        Cell.of(info.epochs),
        images,
    )


def _measured_on(run: MeasuredRun) -> str:
    if run.evaluation is None:
        return ""
    text = ngettext("{run}: {count:,} image of {data}", "{run}: {count:,} images of {data}", run.evaluation.count)
    return text.format(run=run.name, count=run.evaluation.count, data=run.evaluation.dataset)


def _settings_table(runs: Sequence[MeasuredRun]) -> Table:
    """Return the settings in which the runs differ."""
    plans = [run.info.plan.settings.to_dict() | _data(run) for run in runs]
    names = [name for name in plans[0] if len({str(plan[name]) for plan in plans}) > 1]
    columns = [Column("setting", _("setting"), is_number=False)]
    columns += [Column(run.name, run.name) for run in runs]
    rows = tuple((Cell(name.replace("_", " "), name), *(_setting(plan[name]) for plan in plans)) for name in names)
    title = _("Settings in which the runs differ") if rows else _("The runs have the same settings")
    return Table("different-settings", title, tuple(columns), rows)


def _data(run: MeasuredRun) -> dict[str, object]:
    plan = run.info.plan
    return {"architecture": plan.architecture.name, "dataset": plan.dataset, "limit": plan.limit}


def _setting(value: object) -> Cell:
    if value is None:
        return EMPTY
    return Cell(f"{value:g}", value) if isinstance(value, float) else Cell(str(value), str(value))


def _differences(runs: Sequence[MeasuredRun]) -> Section:
    """Return the section with the paired test of each two runs."""
    title = _("Are the differences significant?")
    columns = (
        Column("first", _("run"), is_number=False),
        Column("second", _("compared with"), is_number=False),
        Column("difference", _("difference")),
        Column("interval", _("95 % interval")),
        Column("only_first", _("only the first right")),
        Column("only_second", _("only the second right")),
        Column("p_value", _("p-value")),
    )
    rows: list[tuple[Cell, ...]] = []
    reasons: list[str] = []
    differing: list[str] = []
    for first, second in combinations([run for run in runs if run.evaluation is not None], 2):
        if first.evaluation is None or second.evaluation is None:
            continue
        try:
            compared = Comparison(first.evaluation, second.evaluation)
        except DigitpadError as error:
            reasons.append(str(error))
            continue
        rows.append(_difference_row(first.name, second.name, compared))
        if compared.p_value < _SIGNIFICANT:
            better, worse = (second, first) if compared.difference > 0 else (first, second)
            differing.append(_("{better} is better than {worse}").format(better=better.name, worse=worse.name))
    blocks: list[Block] = []
    if rows:
        blocks.append(
            Paragraph(
                _(
                    "Two networks that read the same images are compared on the images that exactly one of them reads "
                    "correctly (McNemar's exact test). The p-value is the probability of a difference at least this "
                    "large between equally good networks."
                )
            )
        )
        words = _("No two runs differ significantly (p < 0.05).")
        if differing:
            words = _("Significant differences (p < 0.05): {list}.").format(list="; ".join(differing))
        if len(rows) > 1:
            words += " " + _("With {count} comparisons, one in twenty is significant by chance.").format(
                count=len(rows)
            )
        blocks += [
            Paragraph(words),
            Table("differences", _("Paired comparison of each two runs: second minus first"), columns, tuple(rows)),
        ]
    blocks += [Missing(reason) for reason in dict.fromkeys(reasons)]
    if not rows and not reasons:
        blocks.append(Missing(_("Fewer than two runs could be measured, so there is nothing to compare.")))
    blocks.append(Discussion(_("Which run is best, and is that more than chance?")))
    return Section("differences", title, tuple(blocks))


def _difference_row(first: str, second: str, compared: Comparison) -> tuple[Cell, ...]:
    return (
        Cell.of(first),
        Cell.of(second),
        Cell(f"{100 * compared.difference:+.2f}\N{NO-BREAK SPACE}%", compared.difference),
        Cell(percent_interval(compared.interval), f"{compared.interval.low} {compared.interval.high}"),
        Cell.of(len(compared.only_first)),
        Cell.of(len(compared.only_second)),
        Cell(f"{compared.p_value:.2g}", compared.p_value),
    )


def _curves(runs: Sequence[MeasuredRun]) -> Section:
    """Return the curves of all runs together."""
    known = [(run.name, run.curves) for run in runs if run.curves is not None and not run.curves.is_empty]
    scores = {run.info.score for run in runs}
    words = "; ".join(
        _("{name}: {accuracy}").format(
            name=run.name,
            accuracy="–" if run.info.validation_accuracy is None else exact_percent(run.info.validation_accuracy),
        )
        for run in runs
    )
    figures: list[Figure | None] = [
        together(loss_kind(), [(name, curves.loss) for name, curves in known], words),
    ]
    if len(scores) == 1:
        kind = accuracy_kind(scores.pop())
        figures.append(together(kind, [(name, curves.accuracy) for name, curves in known], words))
    blocks: list[Block] = [figure for figure in figures if figure is not None]
    if not blocks:
        blocks = [Missing(_("None of the runs has curves."))]
    else:
        blocks.insert(0, Paragraph(_("Lines are smoothed batches of training; dots are validation after each epoch.")))
    return Section("curves", _("Curves"), tuple(blocks))


def _robustness(runs: Sequence[MeasuredRun]) -> Section:
    curves = [(run.name, run.robustness) for run in runs if run.robustness]
    title = _("Robustness")
    if not curves:
        return Section("robustness", title, (Missing(_("None of the runs was measured on disturbed images.")),))
    return Section("robustness", title, (robustness_figure(curves), robustness_table(curves)))
