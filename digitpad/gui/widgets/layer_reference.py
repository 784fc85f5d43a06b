"""Where a layer is computed, and the same layer in PyTorch: a line beside its arithmetic, with its path to copy."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

import digitpad
from digitpad.copying.references import LayerReference
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import SPACE, Theme

_ROOT = Path(digitpad.__file__).parent.parent


class LayerReferenceLine(QWidget):
    """Shows a `LayerReference`.

    Parameters
    ----------
    theme
        The colours.
    name
        Its objectName, which those of its parts begin with.

    Signals
    -------
    message
        A `Message` that says what was copied.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._reference: LayerReference | None = None
        self.setObjectName(name)
        self.text = LiveText(
            theme, f"{name}Text", self.font(), "muted", self, spoken=self.tr("The same in PyTorch"), lines=2
        )
        self._copy = QToolButton(self)
        self._copy.setObjectName(f"{name}Path")
        self._copy.setText(self.tr("Copy path"))
        self._copy.setAccessibleName(self.tr("Copy path"))
        self._copy.setToolTip(self.tr("Copy the path of the file in which this is computed"))
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.clicked.connect(self._copy_path)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.text, 1)
        row.addWidget(self._copy)
        self.show_reference(None)

    def show_reference(self, reference: LayerReference | None) -> None:
        """Show another reference; None shows nothing, in the same room."""
        if reference == self._reference and reference is not None:
            return
        self._reference = reference
        self._copy.setEnabled(reference is not None)
        if reference is None:
            self.text.show_text("")
            return
        parts = [self.tr("Computed by {name} in {file}.").format(name=reference.name, file=reference.file)]
        if reference.pytorch is not None:
            parts.insert(0, self.tr("The same in PyTorch: {code}.").format(code=reference.pytorch))
        self.text.show_text(" ".join(parts))

    @Slot()
    def _copy_path(self) -> None:
        """Copy the path of the file: the whole one if the program was started from its source code."""
        if self._reference is None:
            return
        whole = _ROOT / self._reference.file
        QGuiApplication.clipboard().setText(str(whole) if whole.exists() else self._reference.file)
        self.message.emit(Message(self.tr("Copied."), "info"))
