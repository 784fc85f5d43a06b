"""Requirements for all controls: a name, a tooltip, a place in the tab order, and no cut text."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QMenu,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)


def controls_of(widget: QWidget) -> list[QWidget]:
    """Return the visible controls in a widget, without the internal parts of Qt widgets."""
    kinds = (QAbstractButton, QAbstractSlider, QTabBar, QTextEdit)
    found = [
        child
        for child in widget.findChildren(QWidget)
        if (isinstance(child, kinds) or child.focusPolicy() != Qt.FocusPolicy.NoFocus)
        and not isinstance(child, QScrollBar | QMenu)
        and child.isVisibleTo(widget)
    ]
    # A scroll area's viewport and a tab bar's scroll buttons are Qt's own parts.
    return [child for child in found if not child.objectName().startswith(("qt_", "Scroll"))]


def check_names(controls: Sequence[QWidget]) -> None:
    """See that each has a name of its own, a spoken name, a tooltip and a place in the tab order."""
    for control in controls:
        what = (type(control).__name__, control.objectName(), control.parent())
        assert control.objectName(), what
        assert control.accessibleName(), what
        assert control.toolTip(), what
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, what
    names = [control.objectName() for control in controls]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)


def tab_order(first: QWidget) -> list[str]:
    """Press Tab from a widget on until it goes round, and return the names of those reached."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    order: list[str] = []
    while (focus := QApplication.focusWidget()) is not None and focus.objectName() not in order:
        order.append(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    return order


def check_room(controls: Sequence[QWidget], frame: QWidget) -> None:
    """See that each lies within a frame that it is a part of, and has room for its text."""
    for control in controls:
        area = control.rect().translated(control.mapTo(frame, QPoint(0, 0)))
        assert frame.rect().contains(area), control.objectName()
        if isinstance(control, QAbstractButton) and control.text():
            room = control.fontMetrics().size(0, control.text())
            assert QSize(room.width(), room.height()).boundedTo(control.size()) == room, control.objectName()
