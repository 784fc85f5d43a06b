"""The axes of a plot, with the numbers on the left and below.

They are pyqtgraph's, but without its `PlotItem`, whose menu of forty controls, two further axes, title and button are
never shown here and take three quarters of the time in which a plot is built.
"""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsItem, QSizePolicy, QWidget


class PlotAxes:
    """An empty plot, to which items are added. Nothing changes its range by itself.

    Parameters
    ----------
    name
        The object name of the widget that it is part of.
    owner
        That widget.

    Attributes
    ----------
    view
        What the owner lays out: pyqtgraph's `GraphicsView`, in which only the owner gets the focus.
    area
        The axes and the box in the view.
    box
        The `ViewBox`: the range, and what is drawn in it.
    left, bottom
        The two `AxisItem`s.
    """

    def __init__(self, name: str, owner: QWidget) -> None:
        self.view: Any = pg.GraphicsView(owner)
        self.view.enableMouse(False)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.view.setObjectName(f"qt_{name}")
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.viewport().setObjectName(f"qt_{name}Viewport")
        self.view.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area: Any = pg.GraphicsWidget()
        self.box: Any = pg.ViewBox(parent=self.area, enableMenu=False)
        self.box.setDefaultPadding(0)
        self.box.disableAutoRange()
        self.left: Any = pg.AxisItem("left", parent=self.area)
        self.bottom: Any = pg.AxisItem("bottom", parent=self.area)
        grid = QGraphicsGridLayout()
        grid.setContentsMargins(1, 1, 1, 1)
        grid.setSpacing(0)
        grid.addItem(self.left, 0, 0)
        grid.addItem(self.box, 0, 1)
        grid.addItem(self.bottom, 1, 1)
        grid.setRowStretchFactor(0, 100)
        grid.setColumnStretchFactor(1, 100)
        self.area.setLayout(grid)
        for axis in (self.left, self.bottom):
            axis.linkToView(self.box)
            # Above pictures, below curves that ask for more.
            axis.setZValue(0.5)
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)
        self.view.setCentralItem(self.area)
        self._items: list[Any] = []

    def add(self, item: Any) -> None:
        """Add an item."""
        self._items.append(item)
        self.box.addItem(item, ignoreBounds=True)

    def remove(self, item: Any) -> None:
        """Remove an item."""
        self._items.remove(item)
        self.box.removeItem(item)

    def clear(self) -> None:
        """Remove all items."""
        for item in list(self._items):
            self.remove(item)
