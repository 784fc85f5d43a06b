"""The order in which Tab goes through a page: the order of its layouts, which is the order in which people read it."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget

from digitpad.gui.widgets.layouts import parts_in_order


def order_by_layout(page: QWidget) -> None:
    """Set the tab order of a page to the order of its layouts, independent of the order of construction.

    Parameters
    ----------
    page
        The page, with all its widgets.
    """
    for one, other in pairwise(_stops(page)):
        QWidget.setTabOrder(one, other)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    for child in _children(widget):
        yield from _stops(child)


def _children(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, QStackedWidget | QSplitter):
        for index in range(widget.count()):
            child = widget.widget(index)
            if child is not None:
                yield child
        return
    if isinstance(widget, QScrollArea):
        content = widget.widget()
        if content is not None:
            yield content
        return
    layout = widget.layout()
    if layout is not None:
        yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for part in parts_in_order(layout):
        if isinstance(part, QWidget):
            yield part
        else:
            yield from _in_layout(part)
