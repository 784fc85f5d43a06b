"""The dialogs for exporting curves: the size of the figure, then the file."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.gui.training.curve_files import FILTERS, FigureSize
from digitpad.gui.training.export_dialog import ExportDialog
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings


class CurveExport(QObject):
    """Holds the dialogs.

    Parameters
    ----------
    theme, settings
        The colours in use, and the folder that files were saved in last.
    owner
        The widget that the dialogs belong to.

    Signals
    -------
    file_chosen
        The name of the file.
    """

    file_chosen = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, owner: QWidget) -> None:
        super().__init__(owner)
        self._theme, self._settings, self._owner = theme, settings, owner
        #: How large the next figure is.
        self.size = FigureSize()

    @Slot()
    def ask(self) -> None:
        """Ask for the size, then for the file."""
        dialog = self._owner.findChild(ExportDialog) or ExportDialog(self._theme, self._owner)
        dialog.size_chosen.connect(self._ask_for_file, Qt.ConnectionType.UniqueConnection)
        bring_up(dialog)

    @Slot(object)
    def _ask_for_file(self, size: FigureSize) -> None:
        self.size = size
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
        self.file_chosen.emit(name)
