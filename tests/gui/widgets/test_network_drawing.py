"""The drawing of a network: boxes are chosen by mouse and keys, opened, and scrolled to."""

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.network_drawing import NetworkDrawing
from digitpad.gui.widgets.theme import Theme
from digitpad.nn import ARCHITECTURES, Architecture


@pytest.fixture
def drawing(theme: Theme) -> Iterator[NetworkDrawing]:
    owner = QWidget()
    drawing = NetworkDrawing(theme, "drawing", owner)
    drawing.resize(420, 300)
    owner.resize(420, 300)
    owner.show()
    yield drawing
    drawing.shut_down()
    shiboken6.delete(owner)


def _show(qtbot: QtBot, drawing: NetworkDrawing, plan: Architecture) -> None:
    with qtbot.waitSignal(drawing.drawn, timeout=30_000):
        drawing.show_plan(plan)


def _centre(drawing: NetworkDrawing, number: int) -> QPoint:
    return drawing.rect_of(drawing.boxes[number]).center().toPoint()


def _chosen(drawing: NetworkDrawing) -> str:
    return "" if drawing.box is None else drawing.box.full_name


def test_a_click_chooses_and_a_double_click_opens(drawing: NetworkDrawing, qtbot: QtBot) -> None:
    _show(qtbot, drawing, ARCHITECTURES["exam"])
    assert _chosen(drawing) == ""
    with qtbot.waitSignal(drawing.chosen) as chosen:
        QTest.mouseClick(drawing.viewport(), Qt.MouseButton.LeftButton, pos=_centre(drawing, 1))
    assert chosen.args == ["pool1"]
    assert _chosen(drawing) == "pool1"
    assert drawing.accessibleDescription() == "pool1, AvgPool2D, 5 × 15 × 15"
    with qtbot.waitSignal(drawing.opened) as opened:
        QTest.mouseDClick(drawing.viewport(), Qt.MouseButton.LeftButton, pos=_centre(drawing, 1))
    assert opened.args == ["pool1"]
    with qtbot.assertNotEmitted(drawing.chosen):
        QTest.mouseClick(drawing.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))


def test_keys_go_through_a_deep_network_and_scroll(drawing: NetworkDrawing, qtbot: QtBot) -> None:
    _show(qtbot, drawing, ARCHITECTURES["resnet"])
    names: list[str] = []
    drawing.chosen.connect(names.append)
    for _box in drawing.boxes:
        QTest.keyClick(drawing, Qt.Key.Key_Down)
        box = drawing.box
        assert box is not None
        assert drawing.viewport().rect().contains(drawing.rect_of(box).toAlignedRect())
    assert names == [box.full_name for box in drawing.boxes]
    assert drawing.verticalScrollBar().value() > 0
    QTest.keyClick(drawing, Qt.Key.Key_Home)
    assert drawing.box is drawing.boxes[0]
    QTest.keyClick(drawing, Qt.Key.Key_End)
    QTest.keyClick(drawing, Qt.Key.Key_Up)
    assert drawing.box is drawing.boxes[-2]
    with qtbot.waitSignal(drawing.opened) as opened:
        QTest.keyClick(drawing, Qt.Key.Key_Return)
    assert opened.args == [drawing.boxes[-2].full_name]


def test_left_and_right_go_to_the_other_branch(drawing: NetworkDrawing, qtbot: QtBot) -> None:
    _show(qtbot, drawing, ARCHITECTURES["unet-narrow"])
    drawing.choose(drawing.boxes[0].full_name)
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    box = drawing.box
    assert box is not None
    assert box.x > drawing.boxes[0].x
    assert abs(box.y - drawing.boxes[0].y) < 2 * box.height
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.box is box
    QTest.keyClick(drawing, Qt.Key.Key_Left)
    assert drawing.box is not None
    assert drawing.box.x < box.x


def test_the_layer_chosen_stays_chosen_in_another_drawing(drawing: NetworkDrawing, qtbot: QtBot) -> None:
    plan = ARCHITECTURES["resnet"]
    drawing.choose("block1")
    _show(qtbot, drawing, plan)
    assert _chosen(drawing) == "block1"
    drawing.choose("block2.body.conv1")
    _show(qtbot, drawing, Architecture("more", plan.input_shape, plan.layers[:-1]))
    assert _chosen(drawing) == "block2.body.conv1"
    drawing.choose("nothing")
    assert _chosen(drawing) == ""
    assert drawing.accessibleDescription() == ""


def test_what_does_not_fit_says_so(drawing: NetworkDrawing, qtbot: QtBot) -> None:
    _show(qtbot, drawing, Architecture("wrong", (2, 8, 8), ARCHITECTURES["exam"].layers))
    drawing.choose("conv1")
    assert drawing.accessibleDescription() == "conv1, Conv2D, does not fit"
    assert not drawing.grab().isNull()
