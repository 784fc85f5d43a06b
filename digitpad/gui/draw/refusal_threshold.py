"""The threshold for "not a digit": a row below the bars."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.scaling import unscaled
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.workspace.models import LoadedModel


class RefusalRow(QWidget):
    """Changes the threshold of the network that is shown; hidden for networks without one."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("refusalRow")
        self._workspace = workspace
        self._network: LoadedModel | None = None
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setObjectName("refusalSlider")
        self.slider.setAccessibleName(self.tr('Threshold for "not a digit"'))
        self.slider.setRange(1, 99)
        self.slider.setPageStep(5)
        self.slider.setFixedHeight(3 * SPACE)
        self.slider.setMinimumWidth(5 * SPACE)
        self.slider.setMaximumWidth(12 * SPACE)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(self._move)
        self._from = muted(self.tr('Say "not a digit" from'), self)
        self._from.setWordWrap(False)
        self._from.setBuddy(self.slider)
        self.value = muted("", self)
        self.value.setObjectName("refusalValue")
        self.value.setWordWrap(False)
        # As wide as its widest text, so that the layout does not change.
        width = self.value.fontMetrics().horizontalAdvance("00\N{NO-BREAK SPACE}%")
        self.value.setMinimumWidth(unscaled(width) + 1)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._from)
        row.addStretch(1)
        row.addWidget(self.slider, 2)
        row.addWidget(self.value)
        self.show_look(workspace.look)

    def show_look(self, look: Look) -> None:
        """Show the threshold of the network."""
        network = look.network
        refuses = network is not None and network.reader.refuses
        if network is not self._network or not refuses:
            self.setVisible(refuses)
        if network is None or not refuses:
            self._network = network
            return
        share = round(100 * network.reader.threshold)
        if network is self._network and share == self.slider.value():
            return
        if network is not self._network:
            self._network = network
            tip = self.tr(
                'A drawing is read as "not a digit" if the probability of "none" is at least this high. A lower '
                "threshold rejects more drawings. The default is {share}\N{NO-BREAK SPACE}%."
            )
            self.slider.setToolTip(tip.format(share=share))
        self.slider.blockSignals(True)
        self.slider.setValue(share)
        self.slider.blockSignals(False)
        self._show_value(share)

    @Slot(int)
    def _move(self, share: int) -> None:
        self._show_value(share)
        self._workspace.move_threshold(share / 100)

    def _show_value(self, share: int) -> None:
        self.value.setText(f"{share}\N{NO-BREAK SPACE}%")
