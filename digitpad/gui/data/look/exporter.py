"""The export of what the grid shows: asks for a file, and writes it in the background."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.gui.data.look.arrangement import Findings, Order
from digitpad.gui.data.look.exporting import Exported, sheet_job, table_job
from digitpad.gui.data.look.jobs import following
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.tiles import Palette, shows_ink
from digitpad.inspection import SplitDataset

_CSV, _PNG = ".csv", ".png"


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What the grid shows."""

    images: SplitDataset
    cells: NDArray[np.int64]
    order: Order
    findings: Findings


class LookExporter(QObject):
    """Exports the list that is shown.

    Parameters
    ----------
    theme, settings
        The colours of the picture, and the folder of files.
    page
        The page.

    Signals
    -------
    message
        A `Message`: the file was written, or could not be.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, settings: Settings, page: QWidget) -> None:
        super().__init__(page)
        self._theme, self._settings, self._page = theme, settings, page
        self._shown: _Shown | None = None
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._take)

    def offer(self, images: SplitDataset, cells: NDArray[np.int64], order: Order, findings: Findings) -> None:
        """Export these cells when asked."""
        self._shown = _Shown(images, cells, order, findings)

    def offer_nothing(self) -> None:
        """Export nothing, because nothing is shown."""
        self._shown = None

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    @Slot()
    def ask(self) -> None:
        """Ask for the file."""
        if self._shown is None:
            return
        dialog = QFileDialog(self._page.window(), self.tr("Export the images"), str(self._settings.folder))
        dialog.setObjectName("lookExportDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Table (*.csv)"), self.tr("Contact sheet (*.png)")])
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(self._filter_selected)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def _filter_selected(self, text: str) -> None:
        """Give a name without an ending the one of the chosen kind of file."""
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix("png" if "*.png" in text else "csv")

    @Slot(str)
    def export_to(self, name: str) -> None:
        """Export the list that is shown: to a picture if the name ends in .png, otherwise to a table."""
        shown, path = self._shown, Path(name)
        if shown is None:
            return
        self._settings.folder = path.parent
        if path.suffix.lower() == _PNG:
            job = partial(sheet_job, path, shown.images, shown.cells, Palette(self._theme), ink=shows_ink(shown.images))
        else:
            path = path if path.suffix else path.with_suffix(_CSV)
            job = partial(table_job, path, shown.images, shown.cells, shown.order, shown.findings)
        self._worker.ask("export", following(job))

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        result = outcome.result
        if outcome.trouble:
            self.message.emit(Message(outcome.trouble))
        elif isinstance(result, Exported):
            if result.count < result.total:
                text = self.tr("Exported the first {count:,} of {total:,} images to {file}.")
            else:
                text = self.tr("Exported {count:,} row(s) or image(s) to {file}.", "", result.count)
            text = text.format(count=result.count, total=result.total, file=result.path)
            self.message.emit(Message(text, "info"))
