"""A row of widgets that wraps."""

import pytest
import shiboken6
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.flow_layout import FlowLayout


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
