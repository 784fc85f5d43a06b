"""Drawing on the canvas with every kind of pointer."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.gui.canvas.canvas import Canvas, Tool
from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from tests.gui.settling import lay_out

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
_SIX = [(120.0, 40.0), (80.0, 160.0), (100.0, 240.0), (160.0, 200.0), (90.0, 190.0)]


@pytest.fixture
def canvas(window: MainWindow) -> Canvas:
    return window.draw_tab.canvas


def _points(canvas: Canvas) -> list[list[tuple[float, ...]]]:
    return [[tuple(point) for point in stroke.points.tolist()] for stroke in canvas.sketch.page.strokes]


def _dark(canvas: Canvas, x: int, y: int) -> bool:
    return canvas.grab().toImage().pixelColor(x, y).lightness() < 128


def test_a_mouse_stroke_is_exactly_its_events(canvas: Canvas, draw: Draw) -> None:
    draw(canvas, [_SIX, [(10, 10), (10, 10), (300, 301)]])
    assert _points(canvas) == [_SIX, [(10, 10), (10, 10), (300, 301)]]


def test_a_click_is_a_dot(canvas: Canvas, draw: Draw) -> None:
    draw(canvas, [[(50, 60)]])
    assert _points(canvas) == [[(50, 60)]]
    assert _dark(canvas, 50, 60)


def test_events_in_one_turn_are_all_kept(canvas: Canvas) -> None:
    """Qt must not join events that wait: a corner between them would be lost."""
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    for x in range(21, 60):
        QTest.mouseMove(canvas, QPoint(x, 20 + x % 2 * 30))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    assert len(_points(canvas)[0]) == 41
    application = QApplication.instance()
    assert application is not None
    assert not application.testAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents)
    assert not application.testAttribute(Qt.ApplicationAttribute.AA_CompressTabletEvents)


def test_the_other_buttons_draw_nothing(canvas: Canvas) -> None:
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=QPoint(50, 50))
    assert canvas.sketch.page.is_blank


def test_ink_is_painted_along_the_smooth_curve(canvas: Canvas, draw: Draw) -> None:
    draw(canvas, [[(100, 300), (200, 100), (300, 300)]])
    assert _dark(canvas, 100, 300)
    assert _dark(canvas, 200, 100)
    assert not _dark(canvas, 200, 300)


def test_what_was_painted_step_by_step_equals_what_is_painted_at_once(canvas: Canvas, draw: Draw) -> None:
    draw(canvas, [_SIX, [(200, 200), (260, 260)]])
    grown = canvas.grab().toImage()
    canvas.refresh()
    assert canvas.grab().toImage() == grown


def test_the_eraser_splits_a_stroke_and_undo_brings_it_back(canvas: Canvas, draw: Draw) -> None:
    draw(canvas, [[(50, 100), (250, 100)]])
    canvas.use(Tool.ERASER)
    draw(canvas, [[(150, 60), (150, 140)]])
    assert len(_points(canvas)) == 2
    assert not _dark(canvas, 150, 100)
    assert _dark(canvas, 60, 100)
    canvas.undo()
    assert _points(canvas) == [[(50, 100), (250, 100)]]


@pytest.mark.parametrize("pointer", [QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser])
def test_a_pen_brings_pressure_and_its_other_end_erases(
    canvas: Canvas, draw: Draw, pointer: QPointingDevice.PointerType
) -> None:
    draw(canvas, [[(50, 100), (250, 100)]])
    capabilities = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
    pen = QPointingDevice(
        "pen", 7, QInputDevice.DeviceType.Stylus, pointer, capabilities, 1, 2, "", QPointingDeviceUniqueId()
    )
    steps = [
        (QEvent.Type.TabletPress, 150, 60, 0.25),
        (QEvent.Type.TabletMove, 150, 100, 0.5),
        (QEvent.Type.TabletMove, 150, 140, 0.75),
        (QEvent.Type.TabletRelease, 150, 140, 0.0),
    ]
    for kind, x, y, pressure in steps:
        position = QPointF(x, y)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
        event = QTabletEvent(
            kind, pen, position, position, pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier, button, held
        )
        QApplication.sendEvent(canvas, event)
        assert event.isAccepted()
    if pointer == QPointingDevice.PointerType.Pen:
        assert _points(canvas)[1] == [(150, 60, 0.25), (150, 100, 0.5), (150, 140, 0.75)]
        assert _dark(canvas, 150, 120)
    else:
        assert len(_points(canvas)) == 2
        assert not _dark(canvas, 150, 100)
    assert canvas.tool is Tool.PEN


def test_one_finger_draws_and_a_second_one_leaves_no_mark(canvas: Canvas) -> None:
    screen = QTest.createTouchDevice()
    QTest.touchEvent(canvas, screen).press(0, QPoint(50, 50), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, QPoint(80, 90), canvas).press(1, QPoint(300, 300), canvas).commit()
    QTest.touchEvent(canvas, screen).move(0, QPoint(99, 99), canvas).move(1, QPoint(310, 310), canvas).commit()
    QTest.touchEvent(canvas, screen).release(1, QPoint(310, 310), canvas).stationary(0).commit()
    QTest.touchEvent(canvas, screen).release(0, QPoint(99, 99), canvas).commit()
    assert _points(canvas) == [[(50, 50), (80, 90), (99, 99)]]


def test_a_digit_can_be_drawn_with_the_keyboard_alone(canvas: Canvas) -> None:
    canvas.take_keyboard()
    start = canvas.keyboard.position
    assert start is not None
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert "pen is down" in canvas.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Qt.Key.Key_PageUp)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    x, y = start
    assert _points(canvas) == [[(x - 8, y), (x - 8, y + 8), (x - 7, y + 8), (x + 1, y)]]
    assert "pen is up" in canvas.accessibleDescription()
    assert f"{y - 8:.0f}" in canvas.accessibleDescription()


def test_the_keyboards_cursor_is_seen_and_stays_inside(canvas: Canvas) -> None:
    canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    plain = canvas.grab().toImage()
    for _ in range(200):
        QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.keyboard.position is not None
    assert canvas.keyboard.position[0] == 0
    assert canvas.grab().toImage() != plain


def test_escape_and_losing_the_focus_lift_the_keyboards_pen(canvas: Canvas) -> None:
    canvas.take_keyboard()
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.keyboard.down
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    canvas.clearFocus()
    assert not canvas.keyboard.down
    assert len(_points(canvas)) == 2


def test_resizing_neither_loses_nor_bends_ink(window: MainWindow, canvas: Canvas, draw: Draw) -> None:
    right, bottom = canvas.width() - 20.0, canvas.height() - 20.0
    drawn = [[(20.0, 20.0), (right, bottom)]]
    draw(canvas, drawn)
    window.resize(900, 600)
    lay_out()
    assert _points(canvas) == drawn
    assert canvas.view.scale < 1
    x, y = canvas.view.to_widget(right, bottom)
    assert x <= canvas.width()
    assert y <= canvas.height()
    assert _dark(canvas, round(x), round(y))
    # What is drawn meanwhile lands under the pointer.
    draw(canvas, [[(30, 200)]])
    assert _dark(canvas, 30, 200)
    window.resize(1280, 800)
    lay_out()
    assert canvas.view.scale == 1
    assert _points(canvas)[0] == drawn[0]


def test_ink_at_the_edge_does_not_move_when_a_step_is_taken_back(canvas: Canvas, draw: Draw) -> None:
    edge = float(canvas.width() - 1)
    draw(canvas, [[(edge, 100), (edge, 200)], [(edge + 40, 50), (50, 50)], [(9, 9)]])
    canvas.undo()
    assert canvas.view.scale == 1


def test_an_opened_drawing_lies_in_the_middle_with_its_own_numbers(canvas: Canvas) -> None:
    points = np.array([[0, 0], [500, 500]], np.float32)
    canvas.put("open", Page((InkStroke(points, 14),), size=(500, 500)))
    assert _points(canvas) == [[(0, 0), (500, 500)]]
    assert _dark(canvas, canvas.width() // 2, canvas.height() // 2)
    canvas.clear()
    assert canvas.view.scale == 1


def test_a_picture_is_shown_large_and_drawing_on_it_adds_to_it(canvas: Canvas, draw: Draw) -> None:
    ink = np.zeros((50, 50), np.float32)
    ink[20:30, 20:30] = 1
    canvas.put("open", Page(picture=Picture(ink, "x.png")))
    area = canvas.area_of((0, 0, 50, 50))
    assert area.height() == pytest.approx(canvas.height() - 48, abs=1)
    assert area.center().x() == pytest.approx(canvas.width() / 2, abs=1)
    assert _dark(canvas, canvas.width() // 2, canvas.height() // 2)
    view = canvas.view
    place = canvas.area_of((8, 8, 12, 12)).center().toPoint()
    assert not _dark(canvas, place.x(), place.y())
    draw(canvas, [[(place.x(), place.y())]])
    assert _dark(canvas, place.x(), place.y())
    assert _dark(canvas, canvas.width() // 2, canvas.height() // 2)
    np.testing.assert_allclose(_points(canvas), [[(10, 10)]], atol=0.1)
    # What lies beyond the picture's edge is not part of it, and moves nothing.
    draw(canvas, [[(5, 5), (15, 5)]])
    assert not _dark(canvas, 8, 5)
    assert canvas.view == view
    canvas.undo()
    canvas.undo()
    assert not _dark(canvas, place.x(), place.y())
    assert canvas.sketch.page.picture is not None


def test_a_photograph_is_shown_faint_under_its_ink_or_not_at_all(canvas: Canvas) -> None:
    ink = np.zeros((20, 20), np.float32)
    ink[8:12, 8:12] = 1
    photograph = np.zeros((20, 20, 3), np.uint8)
    photograph[:, :, 0] = 255
    canvas.put("open", Page(picture=Picture(ink, "x.png", photograph=photograph)))
    place = canvas.area_of((2, 2, 4, 4)).center().toPoint()
    shown = canvas.grab().toImage()
    paper, found = shown.pixelColor(place), shown.pixelColor(canvas.rect().center())
    assert paper.red() > paper.blue() + 60
    assert paper.lightness() > found.lightness() + 60
    canvas.drawing.show_photograph(shown=False)
    paper = canvas.grab().toImage().pixelColor(place)
    assert abs(paper.red() - paper.blue()) < 10
    assert _dark(canvas, canvas.width() // 2, canvas.height() // 2)


def test_over_an_image_as_the_network_receives_it_the_pen_is_that_of_such_images(canvas: Canvas, draw: Draw) -> None:
    canvas.put("open", Page(picture=Picture(np.zeros((28, 28), np.float32), "image 5", prepared=True)))
    place = canvas.area_of((13, 13, 15, 15)).center()
    draw(canvas, [[(place.x(), place.y())]])
    assert canvas.sketch.page.strokes[0].width == pytest.approx(2.4)


def test_undo_in_the_middle_of_a_stroke_takes_the_stroke_back(canvas: Canvas) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    canvas.undo()
    QTest.mouseMove(canvas, QPoint(40, 40))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert canvas.sketch.page.is_blank


def test_dark_shows_light_ink(canvas: Canvas, theme: Theme, draw: Draw) -> None:
    draw(canvas, [[(50, 60)]])
    theme.choose("dark")
    assert not _dark(canvas, 50, 60)
    assert _dark(canvas, 300, 300)
