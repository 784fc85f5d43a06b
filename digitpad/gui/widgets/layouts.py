"""What is in a layout, found without touching the layout's items.

PySide wraps the item that `QLayout.itemAt` returns, and isn't told when Qt deletes it: with its widget, or when Qt
rebuilds a layout of its own, such as the buttons of a dialog. The wrapper then stands for memory that is free, and as
soon as another object of Qt is created there, its deletion ends the process. So nothing here asks for an item: layouts
within layouts and widgets are children in Qt's tree of objects, `indexOf` tells their order, and spaces are remembered.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLayout, QSizePolicy, QSpacerItem, QWidget

_HERE = Qt.FindChildOption.FindDirectChildrenOnly
_spaces: WeakKeyDictionary[QBoxLayout, list[QSpacerItem]] = WeakKeyDictionary()


def add_space(layout: QBoxLayout, pixels: int) -> None:
    """Add an empty space to a row or a column, as `QBoxLayout.addSpacing` does; the text size scales it.

    Parameters
    ----------
    layout
        The row or column.
    pixels
        Its length at 100 %, in logical pixels.
    """
    space = QSpacerItem(0, 0)
    layout.addSpacerItem(space)
    _spaces.setdefault(layout, []).append(space)
    resize_space(layout, space, pixels)


def spaces(layout: QBoxLayout) -> Sequence[QSpacerItem]:
    """Return the spaces that `add_space` has added."""
    return tuple(_spaces.get(layout, ()))


def length_of(layout: QBoxLayout, space: QSpacerItem) -> int:
    """Return the length of a space, in logical pixels."""
    return space.sizeHint().height() if _is_column(layout) else space.sizeHint().width()


def resize_space(layout: QBoxLayout, space: QSpacerItem, pixels: int) -> None:
    """Change the length of a space, in logical pixels."""
    fixed, least = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum
    if _is_column(layout):
        space.changeSize(0, pixels, least, fixed)
    else:
        space.changeSize(pixels, 0, fixed, least)
    layout.invalidate()


def inner_layouts(layout: QLayout) -> list[QLayout]:
    """Return the layouts within a layout, at any depth."""
    return layout.findChildren(QLayout)


def parts_in_order(layout: QLayout) -> list[QWidget | QLayout]:
    """Return the widgets and layouts in a layout, in the order of its items."""
    owner = layout.parentWidget()
    if owner is None:
        return []
    candidates: list[QWidget | QLayout] = [*owner.findChildren(QWidget, options=_HERE)]
    candidates += layout.findChildren(QLayout, options=_HERE)
    places = [(layout.indexOf(part), part) for part in candidates]
    return [part for place, part in sorted(places, key=lambda entry: entry[0]) if place >= 0]


def _is_column(layout: QBoxLayout) -> bool:
    return layout.direction() in {QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.BottomToTop}
