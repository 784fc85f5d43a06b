"""The Collect page."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.data.page import DataPage
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace


class CollectPage(DataPage):
    """Collect samples of your own classes."""

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("collectPage")
        self._theme = theme
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.addWidget(muted(self.tr("Make a class for each thing that the network should tell apart."), self))
        column.addStretch(1)
