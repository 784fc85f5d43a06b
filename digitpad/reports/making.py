"""Makes the report of one run or of several."""

from collections.abc import Sequence
from datetime import datetime

from digitpad import __version__
from digitpad.errors import DigitpadError
from digitpad.names import file_stem
from digitpad.reports.document import Chapter, Report
from digitpad.reports.measured import MeasuredRun, ReportOptions, Tell, measure
from digitpad.reports.sections.comparison import comparison_sections
from digitpad.reports.sections.film import film_section
from digitpad.reports.sections.network import data_section, network_section
from digitpad.reports.sections.overview import overview
from digitpad.reports.sections.repeating import repeating_section
from digitpad.reports.sections.results import calibration_section, maps_section, results_section, robustness_section
from digitpad.reports.sections.training import training_section
from digitpad.reports.wording import in_one_line
from digitpad.training.run import Run
from digitpad.translation import gettext as _
from digitpad.translation import language_in_use

MOST_RUNS = 20
"""Largest number of runs in one report."""


def make_report(runs: Sequence[Run], options: ReportOptions, tell: Tell = lambda _doing, _done, _total: None) -> Report:
    """Measure runs and write the report about them.

    Parameters
    ----------
    runs
        The runs; with several, the report begins with their comparison.
    options
        What to measure.
    tell
        Told of the progress; what it raises ends the work.

    Raises
    ------
    DigitpadError
        If `runs` is empty, too long, or contains a run twice; or the drawing of the options cannot be read.
    """
    _check(runs)
    measured = [measure(run, name, options, tell) for run, name in zip(runs, _names(runs), strict=True)]
    chapters = [_chapter(one, key) for one, key in zip(measured, _keys(measured), strict=True)]
    title = measured[0].name
    if len(measured) > 1:
        title = _("Comparison of {count} runs").format(count=len(measured))
        names = ", ".join(one.name for one in measured)
        chapters.insert(0, Chapter("comparison", _("Comparison"), names, comparison_sections(measured)))
    made = _("Made by digitpad {version} on {date}").format(
        version=__version__, date=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    )
    return Report(title, made, language_in_use(), tuple(chapters))


def _check(runs: Sequence[Run]) -> None:
    if not 1 <= len(runs) <= MOST_RUNS:
        raise DigitpadError(
            _("A report is about 1 to {most} runs, not {count}; choose others.").format(most=MOST_RUNS, count=len(runs))
        )
    folders = [run.folder.resolve() for run in runs]
    for place, folder in enumerate(folders):
        if folder in folders[:place]:
            raise DigitpadError(
                _("The run {name} is named twice; name each run once.").format(name=runs[place].info.name)
            )


def _chapter(measured: MeasuredRun, key: str) -> Chapter:
    sections = (
        overview(measured),
        data_section(measured),
        network_section(measured),
        training_section(measured),
        results_section(measured),
        calibration_section(measured),
        robustness_section(measured),
        film_section(measured),
        maps_section(measured),
        repeating_section(measured),
    )
    return Chapter(key, measured.name, in_one_line(measured.info), sections)


def _names(runs: Sequence[Run]) -> list[str]:
    """Return the names of runs; those that are not unique are followed by their folder."""
    names = [run.info.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({run.folder.name})" for name, run in zip(names, runs, strict=True)
    ]


def _keys(measured: Sequence[MeasuredRun]) -> list[str]:
    """Return a key for each chapter, for links and files."""
    return [f"run-{number}-{file_stem(one.name)}" for number, one in enumerate(measured, start=1)]
