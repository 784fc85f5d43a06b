"""Prints reports for the command line, which does not import Qt: PDF, and figures as files."""

import os
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from digitpad.gui.printing.figure_painter import write_figures
from digitpad.gui.printing.report_pdf import pdf_of
from digitpad.gui.shell.display import has_display
from digitpad.reports.document import Report


class ReportPrinting:
    """Prints with Qt, which is started for it; no window opens, and no display is needed."""

    def __init__(self) -> None:
        self._application = QGuiApplication.instance()
        if self._application is None:
            if not has_display():
                os.environ["QT_QPA_PLATFORM"] = "offscreen"
            self._application = QGuiApplication(["digitpad"])

    def pdf(self, report: Report) -> bytes:
        """Return a report as the contents of a PDF file."""
        return pdf_of(report)

    def write_figures(self, report: Report, folder: Path) -> list[Path]:
        """Write the figures of a report into a folder, and return the files; see `figure_painter.write_figures`."""
        return write_figures(report, folder)
