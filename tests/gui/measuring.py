"""Finds texts and controls of the window that are cut off, squeezed or overlapping at the current size."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QLabel,
    QMenu,
    QScrollBar,
    QTabBar,
    QToolButton,
    QWidget,
)

from digitpad.gui.widgets.live_text import LiveText


def faults(root: QWidget) -> list[str]:
    """Return a line for each problem in a widget: cut texts, squeezed, clipped and overlapping widgets."""
    found = [f"{_name(widget)} cuts {text!r}" for widget, text in cut_texts(root)]
    found += [f"{_name(widget)} is {_size(widget.size())}, needs {_size(needed)}" for widget, needed in squeezed(root)]
    found += [f"{_name(widget)} reaches beyond {_name(parent)}" for widget, parent in clipped(root)]
    found += [f"{_name(one)} overlaps {_name(other)}" for one, other in overlapping(root)]
    return found


def cut_texts(root: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Yield each visible label and button that is too small for its text, and that text."""
    for widget in _shown_in(root):
        if isinstance(widget, LiveText):
            if widget.is_cut:
                yield widget, widget.text()
        elif (isinstance(widget, QLabel) and widget.text() and not _has_room(widget, _label_size(widget))) or (
            isinstance(widget, QAbstractButton) and _shows_text(widget) and not _has_room(widget, _button_size(widget))
        ):
            yield widget, widget.text()


def squeezed(root: QWidget) -> Iterator[tuple[QWidget, QSize]]:
    """Yield each visible widget that is smaller than it can be, and the size that it needs."""
    for widget in _shown_in(root):
        parent = widget.parentWidget()
        around = None if parent is None else parent.layout()
        if around is None or around.indexOf(widget) < 0:
            # Qt's own parts, and widgets that no layout has placed.
            continue
        # As Qt's layouts do: a minimum that was set stands in for the hint.
        hint, least = widget.minimumSizeHint(), widget.minimumSize()
        needed = QSize(least.width() or hint.width(), least.height() or hint.height())
        layout = widget.layout()
        if layout is not None and layout.hasHeightForWidth():
            needed.setHeight(max(needed.height(), layout.totalMinimumHeightForWidth(widget.width())))
        if not _has_room(widget, needed):
            yield widget, needed


def clipped(root: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Yield each visible control that reaches beyond a parent which does not scroll, and that parent."""
    for widget in _shown_in(root):
        if not isinstance(widget, QLabel | QAbstractButton | LiveText):
            continue
        parent = widget.parentWidget()
        while parent is not None and widget is not root:
            area = parent.parentWidget()
            if isinstance(area, QAbstractScrollArea) and area.viewport() is parent:
                # From here on, scroll bars help, unless they are switched off.
                off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
                if area.horizontalScrollBarPolicy() == off and not _between(widget, parent):
                    yield widget, parent
                break
            place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
            if not parent.rect().contains(place):
                yield widget, parent
                break
            if parent is root:
                break
            parent = area


def overlapping(root: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Yield each pair of visible widgets in one layout that overlap."""
    for parent in (root, *_shown_in(root)):
        layout = parent.layout()
        if layout is None:
            continue
        # Every child of the parent that some layout in it has placed.
        placed = [
            child
            for child in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if layout.indexOf(child) >= 0 and child.isVisibleTo(root)
        ]
        for number, one in enumerate(placed):
            for other in placed[number + 1 :]:
                if one.geometry().intersects(other.geometry()):
                    yield one, other


def _shown_in(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        in_other_window = widget.window() is not root.window()
        if in_other_window or not widget.isVisibleTo(root) or isinstance(widget, QScrollBar | QMenu):
            continue
        if isinstance(widget.parentWidget(), QTabBar):
            # The arrows of a tab bar.
            continue
        yield widget


def _between(widget: QWidget, view: QWidget) -> bool:
    """Tell whether a widget lies between the left and the right edge of a view."""
    left = widget.mapTo(view, QPoint(0, 0)).x()
    return left >= 0 and left + widget.width() <= view.width()


def _has_room(widget: QWidget, needed: QSize) -> bool:
    return needed.width() <= widget.width() and needed.height() <= widget.height()


def _label_size(label: QLabel) -> QSize:
    if label.wordWrap():
        return QSize(label.minimumSizeHint().width(), label.heightForWidth(label.width()))
    return label.sizeHint()


def _button_size(button: QAbstractButton) -> QSize:
    size = button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text())
    if isinstance(button, QCheckBox):
        # The box stands beside the text.
        size.setWidth(size.width() + button.fontMetrics().height())
    return size


def _shows_text(button: QAbstractButton) -> bool:
    if isinstance(button, QToolButton) and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return bool(button.text()) and button.icon().isNull()
    return bool(button.text())


def _name(widget: QWidget) -> str:
    own = widget.objectName()
    parent = widget.parentWidget()
    while not own and parent is not None:
        own = f"{type(widget).__name__} in {parent.objectName()}" if parent.objectName() else ""
        parent = parent.parentWidget()
    return own or type(widget).__name__


def _size(size: QSize) -> str:
    return f"{size.width()}x{size.height()}"
