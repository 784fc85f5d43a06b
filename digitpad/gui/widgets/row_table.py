"""A table in which one row is selected as a whole: runs, or the layers of a network."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from digitpad.gui.widgets.theme import SPACE


def row_table(
    model: QAbstractItemModel, name: str, spoken: str, tip: str, widths: Sequence[int], parent: QWidget
) -> QTableView:
    """Return a view of a table without grid and row numbers, whose last column fills the width.

    Parameters
    ----------
    model
        The table.
    name, spoken, tip
        Its objectName, accessible name and tooltip.
    widths
        Widths of the first columns, in pixels at 100 % text size; the user may change them.
    parent
        The parent of the view.
    """
    view = QTableView(parent)
    view.setObjectName(name)
    view.setAccessibleName(spoken)
    view.setToolTip(tip)
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(4 * SPACE)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width in enumerate(widths):
        view.setColumnWidth(column, width)
    return view
