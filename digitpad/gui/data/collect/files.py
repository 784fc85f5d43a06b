"""The file dialogs of the Collect page."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.data.collections.exporting import FORMS
from digitpad.gui.widgets.files import IMAGE_OR_INK_FILTER
from digitpad.gui.workspace.settings import Settings
from digitpad.translation import gettext as _


class CollectionFiles(QObject):
    """Asks for files.

    Signals
    -------
    samples_chosen
        A list of `Path`, and the folder of the class that they are for.
    import_chosen
        The `Path` to import.
    export_chosen
        The form, one of `FORMS`, and the `Path` to write.
    """

    samples_chosen = Signal(object, str)
    import_chosen = Signal(object)
    export_chosen = Signal(str, object)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._settings = settings
        self._class = ""
        self._forms: dict[str, str] = {}

    @Slot(str)
    def ask_for_samples(self, folder: str) -> None:
        """Ask for pictures and ink files for a class."""
        self._class = folder
        dialog = self._dialog("samplesDialog", self.tr("Add pictures or ink"))
        dialog.setNameFilters([IMAGE_OR_INK_FILTER, self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_samples)
        dialog.open()

    @Slot()
    def ask_for_import(self) -> None:
        """Ask for a collection, or a file of labelled ink."""
        dialog = self._dialog("importDialog", self.tr("Import a collection"))
        dialog.setNameFilters([self.tr("Collections and ink (*.zip *.jsonl)"), self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_import)
        dialog.open()

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder that has a folder for each class."""
        dialog = self._dialog("importFolderDialog", self.tr("Import a folder of classes"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_import)
        dialog.open()

    @Slot()
    def ask_for_export(self) -> None:
        """Ask where to export the collection, and in which form."""
        dialog = self._dialog("exportCollectionDialog", self.tr("Export the collection"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        self._forms = {f"{_(form.title)} (*{form.suffix})": form.name for form in FORMS.values()}
        dialog.setNameFilters(list(self._forms))
        dialog.setDefaultSuffix(FORMS["zip"].suffix[1:])
        dialog.filterSelected.connect(self._choose_form)
        dialog.fileSelected.connect(self._take_export)
        dialog.open()

    def _dialog(self, name: str, title: str) -> QFileDialog:
        dialog = QFileDialog(self._parent, title, str(self._settings.folder))
        dialog.setObjectName(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(str)
    def _choose_form(self, chosen: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix(FORMS[self._forms[chosen]].suffix[1:])

    @Slot(list)
    def _take_samples(self, names: list[str]) -> None:
        paths = [Path(name) for name in names]
        if paths:
            self._settings.folder = paths[0].parent
            self.samples_chosen.emit(paths, self._class)

    @Slot(str)
    def _take_import(self, name: str) -> None:
        self._settings.folder = Path(name).parent
        self.import_chosen.emit(Path(name))

    @Slot(str)
    def _take_export(self, name: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            path = Path(name)
            self._settings.folder = path.parent
            self.export_chosen.emit(self._forms[dialog.selectedNameFilter()], path)
