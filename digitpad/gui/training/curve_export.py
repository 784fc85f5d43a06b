"""Exports the curves: asks for the size of the figure, then for the file, and writes it."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.training.curve_files import FILTERS, FigureSize, export_curves
from digitpad.gui.training.curves import CurvesPanel
from digitpad.gui.training.export_dialog import ExportDialog
from digitpad.gui.training.session import Session
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings


class CurveExport(QObject):
    """Asks in dialogs, and writes the file.

    Parameters
    ----------
    theme, settings
        The colours in use, and the folder that files were saved in last.
    curves, session
        The curves, and the run whose numbers are exported.
    owner
        The widget that the dialogs belong to.

    Signals
    -------
    message
        A `Message`: the file was saved.
    error
        Why it was not, in a sentence.
    """

    message = Signal(object)
    error = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, curves: CurvesPanel, session: Session, owner: QWidget) -> None:
        super().__init__(owner)
        self._theme, self._settings, self._owner = theme, settings, owner
        self._curves, self._session = curves, session
        self._size = FigureSize()

    @Slot()
    def ask(self) -> None:
        """Ask for the size, then for the file."""
        dialog = self._owner.findChild(ExportDialog) or ExportDialog(self._theme, self._owner)
        dialog.size_chosen.connect(self._ask_for_file, Qt.ConnectionType.UniqueConnection)
        bring_up(dialog)

    @Slot(object)
    def _ask_for_file(self, size: FigureSize) -> None:
        self._size = size
        dialog = QFileDialog(self._owner, self.tr("Export the curves"), str(self._settings.folder / "training.png"))
        dialog.setObjectName("exportCurvesDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([QCoreApplication.translate("CurveFiles", name) for name in FILTERS.values()])
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(self._use_format)
        dialog.fileSelected.connect(self._choose)
        dialog.open()

    @Slot(str)
    def _use_format(self, chosen: str) -> None:
        """Give the file the extension of the format that was chosen in the dialog."""
        dialog = self._owner.findChild(QFileDialog, "exportCurvesDialog")
        suffix = next(
            (suffix for suffix, name in FILTERS.items() if QCoreApplication.translate("CurveFiles", name) == chosen), ""
        )
        if isinstance(dialog, QFileDialog) and suffix:
            dialog.setDefaultSuffix(suffix)
            for name in dialog.selectedFiles()[:1]:
                dialog.selectFile(Path(name).with_suffix(suffix).name)

    @Slot(str)
    def _choose(self, name: str) -> None:
        self._settings.folder = Path(name).parent
        self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Save the curves as a figure or as numbers, depending on the file name extension."""
        run = self._session.run
        title = run.display_name() if run is not None else ""
        try:
            export_curves(path, self._curves.contents(title), self._size, self._session.record)
        except DigitpadError as error:
            self.error.emit(str(error))
            return
        self.message.emit(Message(self.tr("Saved {path}.").format(path=path), "info"))
