"""A dialog for the size of an exported figure; the file is chosen afterwards."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from digitpad.gui.training.curve_files import FigureSize
from digitpad.gui.widgets.cards import dialog_button, muted
from digitpad.gui.widgets.fields import ComboBox, IntField
from digitpad.gui.widgets.theme import SPACE, Theme

_OWN = "own"
_SIZES = {
    "page": (str(QT_TRANSLATE_NOOP("ExportDialog", "Page width")), FigureSize(170, 130)),
    "column": (str(QT_TRANSLATE_NOOP("ExportDialog", "Column width")), FigureSize(85, 110)),
    "slide": (str(QT_TRANSLATE_NOOP("ExportDialog", "Slide, 16:9")), FigureSize(254, 143, 150)),
}
_LEAST, _MOST = 50, 1000  # millimetres


class ExportDialog(QDialog):
    """Asks for the size of a figure.

    Signals
    -------
    size_chosen
        A `FigureSize`.
    """

    size_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle(self.tr("Export the curves"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._preset = ComboBox(theme, "exportPreset", self.tr("Size"), self.tr("A common size for the figure"), self)
        self._preset.offer({word: self.tr(name) for word, (name, _) in _SIZES.items()} | {_OWN: self.tr("Custom")})
        self._width = IntField("exportWidth", self.tr("Width"), self.tr("In millimetres"), _LEAST, _MOST, self)
        self._height = IntField("exportHeight", self.tr("Height"), self.tr("In millimetres"), _LEAST, _MOST, self)
        self._dpi = IntField(
            "exportResolution",
            self.tr("Resolution"),
            self.tr("Resolution of a PNG picture, in dots per inch; SVG and PDF are vector formats"),
            72,
            600,
            self,
        )
        self._width.setSuffix(" mm")
        self._height.setSuffix(" mm")
        self._dpi.setSuffix(" dpi")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(0, 1)
        for row, field in enumerate((self._preset, self._width, self._height, self._dpi)):
            label = muted(field.accessibleName(), self)
            label.setBuddy(field)
            label.setWordWrap(False)
            field.setFixedWidth(22 * SPACE)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setObjectName("exportCancel")
        cancel.setAccessibleName(self.tr("Cancel"))
        cancel.setToolTip(self.tr("Close without exporting (Esc)"))
        cancel.setAutoDefault(False)
        save = dialog_button(
            "exportSave", self.tr("Save as…"), self.tr("Choose the file: PNG, SVG, PDF or CSV"), self._choose, self
        )
        save.setProperty("role", "primary")
        buttons.addButton(save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(grid)
        column.addWidget(buttons)
        self._preset.currentIndexChanged.connect(self._use_preset)
        for field in (self._width, self._height, self._dpi):
            field.valueChanged.connect(self._show_preset)
        self._use_preset()

    @property
    def size_asked(self) -> FigureSize:
        """The size that is set."""
        return FigureSize(self._width.value(), self._height.value(), self._dpi.value())

    @Slot()
    def _use_preset(self) -> None:
        if self._preset.chosen in _SIZES:
            _, size = _SIZES[self._preset.chosen]
            for field, value in ((self._width, size.width), (self._height, size.height), (self._dpi, size.dpi)):
                field.blockSignals(True)
                field.setValue(value)
                field.blockSignals(False)

    @Slot()
    def _show_preset(self) -> None:
        """Show the size as custom, unless it is one of the predefined sizes."""
        word = next((word for word, (_, size) in _SIZES.items() if size == self.size_asked), _OWN)
        self._preset.blockSignals(True)
        self._preset.choose(word)
        self._preset.blockSignals(False)
        self._preset.update()

    @Slot()
    def _choose(self) -> None:
        self.size_chosen.emit(self.size_asked)
        self.accept()
