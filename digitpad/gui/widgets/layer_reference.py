"""Where a layer is computed, and the same layer in PyTorch: a line beside its arithmetic, with its path to copy."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

import digitpad
from digitpad.copying.references import LayerReference
from digitpad.gui.widgets.cards import muted
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
    apart
        Whether the owner places `copy_path` elsewhere, and the text has one line.

    Signals
    -------
    message
        A `Message` that says what was copied.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget, *, apart: bool = False) -> None:
        super().__init__(parent)
        self._reference: LayerReference | None = None
        self.setObjectName(name)
        #: A line that changes with every frame is painted; one that changes with a click wraps.
        self.text: LiveText | QLabel = (
            LiveText(theme, f"{name}Text", self.font(), "muted", self, spoken=self.tr("The same in PyTorch"))
            if apart
            else muted("", self)
        )
        self.text.setObjectName(f"{name}Text")
        self.copy_path = QToolButton(self)
        self.copy_path.setObjectName(f"{name}Path")
        self.copy_path.setText(self.tr("Copy path"))
        self.copy_path.setAccessibleName(self.tr("Copy path"))
        self.copy_path.setToolTip(self.tr("Copy the path of the file in which this is computed"))
        self.copy_path.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.copy_path.clicked.connect(self._take_path)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.text, 1)
        if not apart:
            row.addWidget(self.copy_path)
        self.show_reference(None)

    def show_reference(self, reference: LayerReference | None) -> None:
        """Show another reference; None shows nothing, in the same room."""
        if reference == self._reference and reference is not None:
            return
        self._reference = reference
        self.copy_path.setEnabled(reference is not None)
        if reference is None:
            self._say("")
            return
        parts = [self.tr("Computed by {name} in {file}.").format(name=reference.name, file=reference.file)]
        if reference.pytorch is not None:
            parts.insert(0, self.tr("The same in PyTorch: {code}.").format(code=reference.pytorch))
        self._say(" ".join(parts))

    def _say(self, text: str) -> None:
        if isinstance(self.text, LiveText):
            self.text.show_text(text)
        else:
            self.text.setText(text)

    @Slot()
    def _take_path(self) -> None:
        """Copy the path of the file: the whole one if the program was started from its source code."""
        if self._reference is None:
            return
        whole = _ROOT / self._reference.file
        QGuiApplication.clipboard().setText(str(whole) if whole.exists() else self._reference.file)
        self.message.emit(Message(self.tr("Copied."), "info"))
