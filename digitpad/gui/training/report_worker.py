"""Measures runs and writes the report about them, in a thread of its own."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.gui.printing.figure_painter import write_figures
from digitpad.gui.printing.report_pdf import pdf_of
from digitpad.gui.workers.base import Worker
from digitpad.gui.workers.progress import ProgressReporter, StoppedError, WorkProgress
from digitpad.reports.making import make_report
from digitpad.reports.measured import ReportOptions
from digitpad.reports.page import page_of
from digitpad.reports.table_files import write_tables
from digitpad.training.run import Run

FILES = " files"
"""What is added to the name of a report for the folder of its figures and tables."""


@dataclass(frozen=True, slots=True)
class ReportJob:
    """What to write.

    Attributes
    ----------
    runs
        The runs.
    path
        The file, whose name ends in .html or .pdf.
    options
        What to measure.
    with_files
        Whether figures and tables are also written to files, in a folder beside the report.
    """

    runs: tuple[Run, ...]
    path: Path
    options: ReportOptions
    with_files: bool = False

    @property
    def folder(self) -> Path:
        """The folder for figures and tables."""
        return self.path.with_name(self.path.stem + FILES)


class ReportWorker(Worker):
    """Writes one report; nothing is written if it is interrupted.

    Signals
    -------
    progressed
        A `WorkProgress`, at most twenty per second.
    written
        The path of the report.
    """

    progressed = Signal(object)
    written = Signal(object)

    def __init__(self, job: ReportJob, parent: QObject | None = None) -> None:
        super().__init__("reportWorker", parent)
        self._job = job
        self._doing = ""
        self._reporter: ProgressReporter | None = None

    def work(self) -> None:
        """Measure and write, in the new thread."""
        try:
            self._write()
        except StoppedError:
            return

    def _write(self) -> None:
        job = self._job
        report = make_report(job.runs, job.options, self._tell)
        writing = QCoreApplication.translate("ReportWorker", "Writing {file}").format(file=job.path.name)
        self._tell(writing, 0, 0)
        contents = pdf_of(report) if job.path.suffix.lower() == ".pdf" else page_of(report).encode()
        # Asked for the last time: from here on the report is written whole.
        self._tell(writing, 0, 0)
        with atomic_write(job.path) as file:
            file.write(contents)
        if job.with_files:
            folder = _created(job.folder)
            write_figures(report, folder)
            write_tables(report, folder)
        self.written.emit(job.path)

    def _tell(self, doing: str, done: int, total: int) -> None:
        """Report progress, or end the work if it is no longer wanted."""
        if self.isInterruptionRequested():
            raise StoppedError
        if doing != self._doing or self._reporter is None:
            self._doing = doing
            self._reporter = ProgressReporter(doing, self.progressed.emit, self.isInterruptionRequested)
            self.progressed.emit(WorkProgress(doing))
        if total:
            self._reporter(done, total)


def _created(folder: Path) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        text = QCoreApplication.translate(
            "ReportWorker", "The folder {folder} could not be created ({reason}); choose another place."
        )
        raise DigitpadError(text.format(folder=folder, reason=error.strerror or str(error))) from error
    return folder
