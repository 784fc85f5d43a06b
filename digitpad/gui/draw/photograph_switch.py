"""The switch between an opened photograph with its ink and only the ink."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitpad.gui.canvas.drawing import Drawing
from digitpad.gui.widgets.segmented import segments


class PhotographSwitch(QWidget):
    """Two buttons, "Page" and "Ink", which are visible while ink is read in a photograph.

    Parameters
    ----------
    drawing
        The drawing that is shown in one of the two ways.
    """

    def __init__(self, drawing: Drawing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("photographSwitch")
        self._drawing = drawing
        self.group, buttons = segments(
            [
                ("showPage", self.tr("Page"), self.tr("Show the photograph, faint under the ink that was found in it")),
                ("showInk", self.tr("Ink"), self.tr("Show only the ink that the network reads")),
            ],
            self,
            label=self.tr("Show"),
        )
        self.page_button, self.ink_button = buttons
        # Its place stays free while it is hidden: nothing moves when a file is opened.
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in buttons:
            row.addWidget(button)
        self.group.buttonClicked.connect(self._switch)
        drawing.changed.connect(self._show_drawing)
        drawing.shown_differently.connect(self._show_drawing)
        self._show_drawing()

    @Slot()
    def _switch(self) -> None:
        self._drawing.show_photograph(shown=self.page_button.isChecked())

    @Slot()
    def _show_drawing(self) -> None:
        picture = self._drawing.sketch.page.picture
        reads_ink = self._drawing.picture_shape is None
        self.setVisible(reads_ink and picture is not None and picture.photograph is not None)
        (self.page_button if self._drawing.shows_photograph else self.ink_button).setChecked(True)
