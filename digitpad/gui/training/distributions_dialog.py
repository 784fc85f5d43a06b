"""The distributions of the network that is shown, in a dialog that stays open beside the window."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import card
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.distributions.view import DistributionsView
from digitpad.gui.workspace.workspace import Workspace


class DistributionsDialog(QDialog):
    """Shows histograms of weights, gradients and activations, live while the network trains.

    Parameters
    ----------
    theme
        The colours.
    workspace
        Provides the network.
    """

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("distributionsDialog")
        self.setWindowTitle(self.tr("Distributions"))
        frame = card("distributionsCard", self)
        self.view = DistributionsView(theme, workspace, frame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        inside.addWidget(self.view)
        column.addWidget(frame, 1)
        column.addWidget(buttons)
        self.resize(880, 520)
