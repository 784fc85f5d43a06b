"""All controls of all tabs: the accessible name is not a value, and the tab order follows the layout."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QSlider, QWidget

from digitpad.gui.data.tab import DataTab
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.lab.tab import PAGES as LAB_PAGES
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.live_text import LiveText
from tests.gui.controls import controls_of, tab_order
from tests.gui.settling import lay_out

TABS = ("Draw", "Data", "Train", "Features", "Evaluate", "Lab")
PAGES = [
    *((tab, 0) for tab in TABS),
    ("Data", 1),
    *(("Lab", page) for page in range(1, len(LAB_PAGES))),
    *(("Features", page) for page in range(1, 5)),
]


def _show(window: MainWindow, tab: str, page: int = 0) -> QWidget:
    shown = window.go_to(tab)
    if isinstance(shown, FeaturesTab):
        shown.panel.show_page(page)
    elif isinstance(shown, LabTab):
        shown.page(LAB_PAGES[page])
    elif isinstance(shown, DataTab):
        shown.page(("collect", "look")[page])
    window.resize(1280, 800)
    lay_out()
    return shown


@pytest.mark.parametrize(("tab", "page"), PAGES)
def test_accessible_names_are_names_and_not_values(window: MainWindow, tab: str, page: int) -> None:
    shown = _show(window, tab, page)
    for widget in (*controls_of(shown), *shown.findChildren(LiveText), *controls_of(window)):
        name = widget.accessibleName()
        # A button of the Evaluate tab has no name until there is a model for it.
        assert name or not widget.isEnabled(), widget.objectName()
        value = _value_of(widget)
        assert not value or value not in name, (widget.objectName(), name, value)


def _value_of(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QAbstractSpinBox | LiveText):
        return widget.text()
    if isinstance(widget, QSlider):
        return str(widget.value())
    title = getattr(widget, "title", "")
    return title if isinstance(title, str) else ""


def test_the_name_of_the_network_is_the_value_of_its_chooser(window: MainWindow) -> None:
    chooser = window.findChild(QWidget, "modelChooser")
    assert chooser is not None
    assert chooser.accessibleName() == "Network"
    assert "fake" in chooser.accessibleDescription()


@pytest.mark.parametrize(("tab", "page"), PAGES)
def test_tab_follows_the_eye(window: MainWindow, tab: str, page: int) -> None:
    shown = _show(window, tab, page)
    window.activateWindow()
    controls = {control.objectName(): control for control in controls_of(shown)}
    names = tab_order(next(iter(controls.values())))
    reached = [controls[name] for name in names if name in controls]
    assert len(reached) > 3
    cards: list[QWidget] = []
    for control in reached:
        card = _card_of(control, shown)
        if not cards or cards[-1] is not card:
            cards.append(card)
    # A card is gone through as a whole, and within it row by row, in each row from the left.
    assert len(set(cards)) >= len(cards) - 1, [card.objectName() for card in cards]
    for one, other in pairwise(reached):
        if _card_of(one, shown) is _card_of(other, shown):
            assert _reads_before(one, other, shown), (one.objectName(), other.objectName())


def _card_of(control: QWidget, page: QWidget) -> QWidget:
    found, parent = page, control.parentWidget()
    while parent is not None and parent is not page:
        if parent.property("card"):
            return parent
        parent = parent.parentWidget()
    return found


def _reads_before(one: QWidget, other: QWidget, page: QWidget) -> bool:
    first, second = (QRect(widget.mapTo(page, QPoint(0, 0)), widget.size()) for widget in (one, other))
    if first.bottom() <= second.top() or first.right() <= second.left():
        # Further down, or further to the right: columns are read one after the other.
        return True
    # Back to the left only for a control that begins below.
    return second.top() >= first.center().y()


def test_the_keyboard_starts_where_one_works(window: MainWindow) -> None:
    assert QApplication.focusWidget() is window.draw_tab.canvas
