"""The card with the state of each layer, and the button for their distributions."""

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from digitpad.gui.training.layer_table import LayerState, LayerTable
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.cards import scroller, title
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.training.events import LayerMeasure


class LayersCard(QFrame):
    """Shows the layers of a network in training, or of an earlier moment.

    Parameters
    ----------
    theme
        The colours.
    distributions
        The action that shows the distributions.
    """

    def __init__(self, theme: Theme, distributions: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("layersCard")
        self.setProperty("card", "true")
        self._table = LayerTable(theme, self)
        self._title = title(self.tr("Layers"), self)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(action_button(distributions, "distributionsButton", distributions.text(), self))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(scroller("layerScroll", self.tr("Layers"), self._table, self), 1)
        self.setMinimumHeight(12 * SPACE)

    @property
    def rows(self) -> list[LayerState]:
        """The rows of the table."""
        return self._table.rows

    def show_layers(self, layers: Sequence[LayerMeasure], step: int | None = None) -> None:
        """Show layers: those of a step, or the latest ones for None."""
        self._table.show_layers(layers)
        text = self.tr("Layers") if step is None else self.tr("Layers at step {step:,}")
        self._title.setText(text.format(step=step))
