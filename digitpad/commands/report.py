"""`digitpad report`: write a report about runs, its figures and its tables."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from digitpad.atomic import atomic_write
from digitpad.commands.output import printable, progress_bar, say, say_json
from digitpad.errors import DigitpadError
from digitpad.reports.document import Report
from digitpad.reports.making import make_report
from digitpad.reports.measured import ReportOptions, Tell
from digitpad.reports.page import page_of
from digitpad.reports.table_files import write_tables
from digitpad.training.runs import RunStore
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_PAGE, _PDF = (".html", ".htm"), ".pdf"


class Printing(Protocol):
    """The parts of a report that need Qt, which the commands do not import."""

    def pdf(self, report: Report) -> bytes:
        """Return a report as the contents of a PDF file."""

    def write_figures(self, report: Report, folder: Path) -> list[Path]:
        """Write the figures of a report into a folder, and return the files."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What the command line asks for.

    Attributes
    ----------
    runs
        Names or folders of the runs.
    out
        The file to write, whose name ends in .html or .pdf; None for none.
    figures, tables
        Folders for the figures and the tables as files; None for none. They are created.
    options
        What to measure.
    overwrite
        Whether existing files may be overwritten.
    json
        Print JSON instead of text.
    """

    runs: Sequence[str]
    out: Path | None
    figures: Path | None = None
    tables: Path | None = None
    options: ReportOptions = field(default_factory=ReportOptions)
    overwrite: bool = False
    json: bool = False


def report(request: ReportRequest, printing: Callable[[], Printing]) -> None:
    """Write a report about runs.

    Parameters
    ----------
    request
        What is asked for.
    printing
        Called if something has to be printed.

    Raises
    ------
    DigitpadError
        If a run does not exist, the drawing cannot be read, or a file cannot be written.
    """
    _check(request)
    store = RunStore()
    runs = [store.find(name) for name in request.runs]
    needs_printing = request.figures is not None or (request.out is not None and request.out.suffix.lower() == _PDF)
    # Before minutes of work, in case Qt is not there.
    printer = printing() if needs_printing else None
    with _progress(hidden=request.json) as tell:
        made = make_report(runs, request.options, tell)
    written: dict[str, list[Path]] = {"figures": [], "tables": []}
    if request.out is not None:
        with atomic_write(request.out) as file:
            is_pdf = request.out.suffix.lower() == _PDF
            file.write(printer.pdf(made) if is_pdf and printer is not None else page_of(made).encode())
    if request.figures is not None and printer is not None:
        written["figures"] = printer.write_figures(made, _created(request.figures))
    if request.tables is not None:
        written["tables"] = write_tables(made, _created(request.tables))
    _say(request, written)


def _say(request: ReportRequest, written: dict[str, list[Path]]) -> None:
    if request.json:
        path = None if request.out is None else str(request.out)
        say_json({"path": path} | {kind: [str(file) for file in files] for kind, files in written.items()})
        return
    if request.out is not None:
        say(_("Wrote {path}.").format(path=printable(request.out)))
    for folder, files in ((request.figures, written["figures"]), (request.tables, written["tables"])):
        if folder is not None:
            text = ngettext("Wrote {count:,} file to {path}.", "Wrote {count:,} files to {path}.", len(files))
            say(text.format(count=len(files), path=printable(folder)))


def _check(request: ReportRequest) -> None:
    """Check the outputs before work that takes minutes."""
    if request.out is None and request.figures is None and request.tables is None:
        raise DigitpadError(_("Nothing is to be written; add --out FILE, --figures DIR or --tables DIR."))
    for folder in (request.figures, request.tables):
        if folder is not None and folder.exists() and not request.overwrite and any(_entries(folder)):
            raise DigitpadError(
                _("{path} contains files already; choose another folder, or add --force to overwrite them.").format(
                    path=folder
                )
            )
    if request.out is None:
        return
    if request.out.suffix.lower() not in {*_PAGE, _PDF}:
        raise DigitpadError(
            _("{path} is not a report; choose a name that ends in .html or .pdf.").format(path=request.out)
        )
    if request.out.exists() and not request.overwrite:
        raise DigitpadError(_("{path} exists already; add --force to overwrite it.").format(path=request.out))
    if not request.out.parent.is_dir():
        raise DigitpadError(
            _("The folder {folder} does not exist; create it, or choose another.").format(folder=request.out.parent)
        )


def _entries(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise DigitpadError(_("{path} is a file, not a folder; choose another.").format(path=folder))
    return folder.iterdir()


def _created(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); choose another folder.").format(
                folder=folder, reason=error.strerror or error
            )
        ) from error
    return folder


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Tell]:
    """Show what is being done, on a terminal."""
    with progress_bar(hidden=hidden) as bar:
        if bar is None:
            yield lambda _doing, _done, _total: None
            return
        task = bar.add_task("", total=None, detail="")

        def tell(doing: str, done: int, total: int) -> None:
            detail = f"{done:,}/{total:,}" if total else ""
            if bar.tasks[0].description != doing:
                bar.reset(task, total=total or None, description=doing, detail=detail)
            bar.update(task, completed=done, total=total or None, detail=detail)

        yield tell
