"""Layouts are read without Python objects for their items, which Qt deletes without telling Python."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

import digitpad.gui
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.layouts import add_space, inner_layouts, length_of, parts_in_order, resize_space, spaces
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import Theme

#: Deletes buttons whose layout was read, and then threads, one of which comes to lie where an item was.
_PROGRAM = """
from PySide6.QtCore import QEvent, QObject, QThread
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from digitpad.gui.widgets import scaling
import digitpad.gui
from digitpad.gui.widgets.focus_order import order_by_layout

class Thread(QThread):
    pass

app = QApplication([])
scaling._TextSize.scale = 1.5
parent, page = QObject(), QWidget()
row = QHBoxLayout(page)
for _ in range(50):
    for _ in range(5):
        row.addWidget(QPushButton(page))
    scaling.adopt(page)
    order_by_layout(page)
    for button in page.findChildren(QPushButton):
        button.deleteLater()
    del button
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for _ in range(50):
        Thread(parent).deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
print("done")
"""


def _items_of_qt() -> set[int]:
    """Return the Python objects that stand for items of layouts that Qt has made."""
    return {
        id(thing)
        for thing in shiboken6.getAllValidWrappers()
        if isinstance(thing, QLayoutItem) and not isinstance(thing, QLayout) and not shiboken6.createdByPython(thing)
    }


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    row = QHBoxLayout()
    column.addLayout(row)
    grid = QGridLayout()
    row.addLayout(grid)
    # In another order than they are made in.
    last, first, middle = QPushButton("last", page), QLabel("first", page), QPushButton("middle", page)
    row.insertWidget(0, first)
    grid.addWidget(middle, 0, 0)
    row.addWidget(last)
    add_space(row, 10)
    column.addWidget(QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Help, page))
    return page


def test_text_size_and_tab_order_leave_no_objects_for_items(theme: Theme, page: QWidget) -> None:
    before = _items_of_qt()
    theme.set_scale(1.5)
    try:
        adopt(page)
        order_by_layout(page)
        assert _items_of_qt() == before
    finally:
        theme.set_scale(1.0)


def test_deleted_items_do_not_end_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_no_code_of_the_window_asks_for_items() -> None:
    """`add_space` takes the place of `addSpacing`, whose spaces only their items can tell."""
    asks = re.compile(r"\.(itemAt|itemAtPosition|takeAt|addSpacing|insertSpacing)\(")
    (folder,) = digitpad.gui.__path__
    assert [path for path in Path(folder).rglob("*.py") if asks.search(path.read_text(encoding="utf-8"))] == []


def test_parts_come_in_the_order_of_the_layout(page: QWidget) -> None:
    column = page.layout()
    assert column is not None
    row, box = parts_in_order(column)
    assert isinstance(row, QHBoxLayout)
    assert isinstance(box, QDialogButtonBox)
    first, grid, last = parts_in_order(row)
    assert isinstance(first, QLabel)
    assert isinstance(last, QPushButton)
    assert isinstance(grid, QGridLayout)
    assert last.text() == "last"
    assert [part.text() for part in parts_in_order(grid) if isinstance(part, QPushButton)] == ["middle"]
    assert inner_layouts(column) == [row, grid]
    assert parts_in_order(QHBoxLayout()) == []


@pytest.mark.parametrize("direction", [QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom])
def test_spaces_are_those_of_qt(qtbot: QtBot, direction: QBoxLayout.Direction) -> None:
    sizes: list[QSize] = []
    for own in (True, False):
        page = QWidget()
        qtbot.addWidget(page)
        layout = QBoxLayout(direction, page)
        layout.addWidget(QLabel("one", page))
        if own:
            add_space(layout, 10)
            (space,) = spaces(layout)
            assert length_of(layout, space) == 10
            resize_space(layout, space, 25)
            assert length_of(layout, space) == 25
        else:
            layout.addSpacing(25)
        layout.addWidget(QLabel("two", page))
        assert layout.expandingDirections() == Qt.Orientation(0)
        sizes.append(layout.sizeHint())
    assert sizes[0] == sizes[1]
