"""A dialog that writes a report about one run or several: what to measure, where to save it, and its progress."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from digitpad.gui.training.report_worker import ReportJob, ReportWorker
from digitpad.gui.widgets.cards import dialog_button, muted
from digitpad.gui.widgets.fields import CheckBox, ComboBox
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.progress import WorkProgress
from digitpad.gui.workspace.progress_text import progress_text
from digitpad.names import file_stem
from digitpad.reports.measured import ReportOptions, Split
from digitpad.training.run import Run


class ReportDialog(QDialog):
    """Asks what a report contains, and writes it in a worker.

    Parameters
    ----------
    theme
        The current colours.
    runs
        The runs, at least one.

    Signals
    -------
    finished_writing
        The work has ended: the report is written, or it failed, or was stopped.
    """

    finished_writing = Signal()

    def __init__(self, theme: Theme, runs: Sequence[Run], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("reportDialog")
        self.setWindowTitle(self.tr("Report"))
        self._runs = tuple(runs)
        self._worker: ReportWorker | None = None
        self._written: Path | None = None
        self._stopping = False
        self._make_fields(theme)
        self._make_progress()
        self._lay_out()

    @property
    def is_running(self) -> bool:
        """Whether a report is being made."""
        return self._worker is not None

    @property
    def options(self) -> ReportOptions:
        """What is to be measured."""
        split = next(one for one in get_args(Split) if one == self.images.chosen)
        return ReportOptions(split=split, robustness=self.robustness.isChecked(), film=self.film.isChecked())

    @Slot(str)
    def write_to(self, name: str) -> None:
        """Make the report, and write it to a file."""
        if self.is_running:
            return
        self._written, self._stopping = None, False
        job = ReportJob(self._runs, Path(name), self.options, self.with_files.isChecked())
        worker = self._worker = ReportWorker(job, self)
        worker.progressed.connect(self._show_progress)
        worker.written.connect(self._show_written)
        worker.failed.connect(self._show_failure)
        worker.finished.connect(self._end)
        self._show_running(on=True)
        worker.start()

    def finish(self) -> None:
        """Stop, and wait for the end of the work."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.shut_down()

    def reject(self) -> None:
        """Stop the work; if there is none, close the dialog."""
        if self._worker is not None:
            self._stopping = True
            self.status.setText(self.tr("Stopping…"))
            self._worker.interrupt()
            return
        super().reject()
        self.deleteLater()

    def closeEvent(self, event: QEvent) -> None:
        """Stop the work, and close."""
        self.finish()
        super().reject()
        self.deleteLater()
        event.accept()

    def _make_fields(self, theme: Theme) -> None:
        self.images = ComboBox(
            theme,
            "reportImages",
            self.tr("Measured on"),
            self.tr("The images that accuracy, confusions and calibration are measured on, at most 10,000"),
            self,
        )
        self.images.offer(
            {
                "auto": self.tr("Test images, if there are any"),
                "validation": self.tr("Validation images of the run"),
            }
        )
        self.robustness = CheckBox(
            theme,
            "reportRobustness",
            self.tr("Robustness"),
            self.tr("Also measure shifted, rotated, scaled, bolder and noisy images; takes some seconds"),
            self,
        )
        self.film = CheckBox(
            theme,
            "reportFilm",
            self.tr("How it learned"),
            self.tr("Also read validation images with every frame of the film; takes some seconds"),
            self,
        )
        self.with_files = CheckBox(
            theme,
            "reportFiles",
            self.tr("Figures and tables as files"),
            self.tr("Also write SVG, PNG, PDF, CSV and LaTeX files into a folder beside the report"),
            self,
        )
        for box in (self.robustness, self.film):
            box.setChecked(True)

    def _make_progress(self) -> None:
        self.bar = QProgressBar(self)
        self.bar.setObjectName("reportProgress")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE)
        self.bar.setVisible(False)
        self.status = QLabel(self)
        self.status.setObjectName("reportStatus")
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.save = dialog_button(
            "reportSave", self.tr("Save as…"), self.tr("Choose the file: HTML or PDF"), self._ask, self
        )
        self.save.setProperty("role", "primary")
        self.show_file = dialog_button(
            "reportOpen", self.tr("Open"), self.tr("Open the report with the program for its kind"), self._open, self
        )
        self.show_file.setEnabled(False)
        self.cancel = dialog_button(
            "reportCancel", self.tr("Close"), self.tr("Stop, or close this dialog (Esc)"), self.reject, self
        )

    def _lay_out(self) -> None:
        names = ", ".join(run.info.name for run in self._runs)
        about = muted(self.tr("Report about %n run(s): {names}", "", len(self._runs)).format(names=names), self)
        about.setObjectName("reportAbout")
        about.setTextFormat(Qt.TextFormat.PlainText)
        label = muted(self.images.accessibleName(), self)
        label.setBuddy(self.images)
        label.setWordWrap(False)
        chosen = QHBoxLayout()
        chosen.setSpacing(SPACE)
        chosen.addWidget(label)
        chosen.addWidget(self.images, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        for button in (self.show_file, self.save, self.cancel):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(about)
        column.addLayout(chosen)
        for box in (self.robustness, self.film, self.with_files):
            column.addWidget(box)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        column.addStretch(1)
        column.addLayout(row)
        self.setMinimumWidth(52 * SPACE)

    @Slot()
    def _ask(self) -> None:
        stem = file_stem(self._runs[0].info.name) if len(self._runs) == 1 else self.tr("comparison")
        dialog = QFileDialog(self, self.tr("Save the report"), f"{stem}.html")
        dialog.setObjectName("saveReportDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Web page (*.html)"), self.tr("PDF (*.pdf)")])
        dialog.setDefaultSuffix("html")
        dialog.filterSelected.connect(self._set_ending)
        dialog.fileSelected.connect(self.write_to)
        dialog.open()

    @Slot(str)
    def _set_ending(self, chosen: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix("pdf" if "*.pdf" in chosen else "html")

    @Slot()
    def _open(self) -> None:
        if self._written is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written.absolute())))

    @Slot(object)
    def _show_progress(self, progress: WorkProgress) -> None:
        self.status.setText(progress_text(progress))
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    @Slot(object)
    def _show_written(self, path: Path) -> None:
        self._written = path
        self.status.setText(self.tr("Saved {path}.").format(path=path))

    @Slot(str)
    def _show_failure(self, sentence: str) -> None:
        self.status.setText(sentence)

    @Slot()
    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if self._stopping and self._written is None:
            self.status.setText(self.tr("Stopped; nothing was written."))
        if worker is not None:
            worker.deleteLater()
        self._show_running(on=False)
        self.finished_writing.emit()

    def _show_running(self, *, on: bool) -> None:
        self.bar.setVisible(on)
        self.bar.setRange(0, 0)
        for widget in (self.images, self.robustness, self.film, self.with_files, self.save):
            widget.setEnabled(not on)
        self.show_file.setEnabled(not on and self._written is not None)
        self.cancel.setText(self.tr("Stop") if on else self.tr("Close"))
