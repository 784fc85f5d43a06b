"""Takes the input of a convolution from the drawing or from a picture file."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.lab.image_input import matrix_of_picture, matrix_of_pixels

if TYPE_CHECKING:
    from digitpad.gui.workspace.workspace import Workspace

_READ = "read"


class ImageMenu(QToolButton):
    """A button with the images that an input can be taken from.

    Parameters
    ----------
    workspace
        Provides the drawing as the network received it, and the folder of files.

    Signals
    -------
    taken
        float64 (channels, rows, columns).
    message
        A `Message`: why there is no image.
    """

    taken = Signal(object)
    message = Signal(object)

    def __init__(self, workspace: "Workspace", parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._take)
        self.setObjectName("labImage")
        self.setText(self.tr("Input from"))
        self.setAccessibleName(self.tr("Input from"))
        self.setToolTip(self.tr("Take the input from your drawing, or from a picture file"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        for name, text, slot in (
            ("labImageDrawing", self.tr("Your drawing, as the network receives it"), self.take_drawing),
            ("labImageFile", self.tr("A picture file…"), self._ask),
        ):
            action = menu.addAction(text)
            action.setObjectName(name)
            action.triggered.connect(slot)
        self.setMenu(menu)

    @Slot()
    def take_drawing(self) -> None:
        """Take the pixels that the network received for the drawing, before normalization."""
        pixels = self._workspace.look.pixels
        if pixels is None:
            self.message.emit(Message(self.tr("There is no drawing yet; draw a digit in Draw first."), "info"))
            return
        self.taken.emit(matrix_of_pixels(pixels))

    @Slot(str)
    def open_picture(self, path: str) -> None:
        """Read a picture file in a thread, and take it."""
        self._workspace.settings.folder = Path(path).parent
        self._worker.ask(_READ, partial(_read, Path(path)))

    @Slot()
    def _ask(self) -> None:
        folder = str(self._workspace.settings.folder)
        kinds = self.tr("Images (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)")
        dialog = QFileDialog(self.window(), self.tr("Open a picture"), folder, kinds)
        dialog.setObjectName("labImageDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.open_picture)
        dialog.open()

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, np.ndarray):
            self.taken.emit(outcome.result)
        elif outcome.trouble:
            self.message.emit(Message(outcome.trouble, "error"))


def _read(path: Path, _context: WorkContext) -> object:
    return matrix_of_picture(path)
