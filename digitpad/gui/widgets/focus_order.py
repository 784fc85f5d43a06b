"""The order in which Tab goes through a page: the order of its layouts, which is the order in which people read it."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget

from digitpad.gui.widgets.layouts import parts_in_order

_AFTER = "tabAfter"  # property: the object name of the widget to follow


def order_by_layout(page: QWidget) -> None:
    """Set the tab order of a page to the order of its layouts, independent of the order of construction.

    Parameters
    ----------
    page
        The page, with all its widgets.
    """
    stops = list(_stops(page))
    for widget in [stop for stop in stops if stop.property(_AFTER)]:
        stops.remove(widget)
        names = [stop.objectName() for stop in stops]
        stops.insert(names.index(widget.property(_AFTER)) + 1, widget)
    for one, other in pairwise(stops):
        QWidget.setTabOrder(one, other)


def come_after(widget: QWidget, name: str) -> None:
    """Let a widget follow another one in the tab order, wherever it lies.

    Parameters
    ----------
    widget
        One that Tab reaches.
    name
        The object name of the other one, which is on the same page.
    """
    widget.setProperty(_AFTER, name)


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
