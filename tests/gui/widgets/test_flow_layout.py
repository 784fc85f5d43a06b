"""A row of widgets that wraps."""

import pytest
import shiboken6
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.flow_layout import FlowLayout
from tests.gui.settling import lay_out


def test_widgets_that_do_not_fit_go_to_the_next_line(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = FlowLayout(window)
    for _number in range(3):
        label = QLabel("word", window)
        label.setFixedSize(40, 20)
        layout.addWidget(label)
    layout.setSpacing(0)
    assert layout.heightForWidth(120) == 20
    assert layout.heightForWidth(80) == 40


@pytest.mark.usefixtures("qapp")
def test_items_are_dropped_with_the_layout() -> None:
    window = QWidget()
    layout = FlowLayout(window)
    layout.addWidget(QLabel("one", window))
    assert layout.count() == 1
    shiboken6.delete(window)
    assert layout.count() == 0


def test_what_changes_is_measured_again(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    layout = FlowLayout()
    column.addLayout(layout)
    layout.setSpacing(0)
    labels = [QLabel("word", window) for _number in range(3)]
    for label in labels:
        label.setFixedSize(40, 20)
        layout.addWidget(label)
    window.show()
    assert layout.heightForWidth(80) == 40
    labels[0].setFixedSize(80, 30)
    lay_out()
    assert layout.heightForWidth(80) == 50
    labels[0].hide()
    lay_out()
    assert layout.heightForWidth(80) == 20
    layout.removeWidget(labels[1])
    assert layout.heightForWidth(39) == 20
    assert layout.sizeHint().width() == 40
