"""Numbers and sentences that several sections of a report use."""

from digitpad.charts.percentages import exact_percent, percent_interval
from digitpad.data.collections.store import dataset_title
from digitpad.evaluation import Interval
from digitpad.reports.document import EMPTY, Cell
from digitpad.training.run_info import RunInfo
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def duration(seconds: float) -> str:
    """Return a time as people write it: "12 s", "1 min 36 s", "2 h 5 min"."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    text = _("{seconds} s")
    if hours:
        text = _("{hours} h {minutes} min")
    elif minutes:
        text = _("{minutes} min {seconds} s")
    return text.format(hours=hours, minutes=minutes, seconds=whole % 60)


def share_cell(share: float | None) -> Cell:
    """Return the cell of a share; empty for None."""
    return EMPTY if share is None else Cell(exact_percent(share), share)


def interval_cell(ends: Interval | None) -> Cell:
    """Return the cell of an interval; empty for None."""
    return EMPTY if ends is None else Cell(percent_interval(ends), f"{ends.low} {ends.high}")


def number_cell(number: float | None, form: str = ".4f") -> Cell:
    """Return the cell of a number; empty for None."""
    return EMPTY if number is None else Cell(f"{number:{form}}", number)


def in_one_line(info: RunInfo) -> str:
    """Return what was trained on what: "standard on mnist, 5 epochs"."""
    epochs = ngettext("{count:,} epoch", "{count:,} epochs", info.epochs).format(count=info.epochs)
    return _("{network} on {data}, {epochs}").format(
        network=info.plan.architecture.name, data=dataset_title(info.plan.dataset), epochs=epochs
    )
