"""The slider: mouse, keys, and what it paints."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from digitpad.charts.step_axis import StepAxis
from digitpad.gui.replay.player import Player
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.mark.parametrize("is_log", [False, True])
def test_an_axis_finds_the_steps_that_it_places(is_log: bool) -> None:
    axis = StepAxis(1720, is_log=is_log)
    assert (axis.share(0), axis.share(1720), axis.share(9999)) == (0, 1, 1)
    for step in (0, 1, 7, 340, 1720):
        assert axis.step(axis.share(step)) == pytest.approx(step)
    assert (axis.share(172) > 0.5) == is_log
    assert StepAxis(0).share(5) == 0


def test_dragging_snaps_to_frames(strip: ReplayStrip, player: Player, settled: Settle) -> None:
    slider = strip.slider
    left, button, none = Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle, wanted = slider.height() // 2, player.timeline.frames[5].step
    QTest.mousePress(slider, button, none, QPoint(round(slider.x_of(30)), middle))
    QTest.mouseMove(slider, QPoint(round(slider.x_of(wanted + 0.3)), middle))
    QTest.mouseRelease(slider, left, none, QPoint(round(slider.x_of(wanted + 0.3)), middle))
    settled()
    assert player.step == wanted
    assert player.moment is not None
    assert slider.value() == player.step == player.moment.step


def test_the_keys_of_the_slider(strip: ReplayStrip, player: Player, settled: Settle) -> None:
    frames = [frame.step for frame in player.timeline.frames]
    for key, expected in (
        (Qt.Key.Key_Home, frames[0]),
        (Qt.Key.Key_Right, frames[1]),
        (Qt.Key.Key_PageDown, frames[11]),
        (Qt.Key.Key_Left, frames[10]),
        (Qt.Key.Key_End, frames[-1]),
    ):
        QTest.keyClick(strip.slider, key)
        settled()
        assert player.step == expected
    QTest.keyClick(strip.slider, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    settled()
    assert player.step == frames[-1] - 1
    QTest.keyClick(strip.slider, Qt.Key.Key_Home)
    QTest.keyClick(strip.slider, Qt.Key.Key_Space)
    assert player.is_playing
    player.pause()


def test_the_keys_of_the_window_work_in_every_tab(
    window: MainWindow, strip: ReplayStrip, player: Player, settled: Settle
) -> None:
    for tab in ("Draw", "Features"):
        window.go_to(tab)
        player.first()
        settled()
        QTest.keyClick(window, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
        settled()
        assert player.step == player.timeline.frames[1].step
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert not strip.is_open


def test_a_bookmark_is_clicked(strip: ReplayStrip, player: Player, settled: Settle) -> None:
    player.save_bookmark(10, "first 3")
    slider = strip.slider
    place = QPoint(round(slider.x_of(10)), slider.height() - 24)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    settled()
    assert player.step == 10


def test_the_logarithmic_axis_gives_the_first_steps_room(window: MainWindow, strip: ReplayStrip) -> None:
    before = strip.slider.x_of(4)
    action = window.findChild(QAction, "actionReplayAxis")
    assert action is not None
    action.trigger()
    assert strip.slider.x_of(4) > 2 * before
    assert strip.charts.answer._axis.is_log
    action.trigger()


def test_a_note_is_asked_for(strip: ReplayStrip, player: Player) -> None:
    from digitpad.gui.replay.bookmark_dialog import BookmarkDialog

    for text in ("before the change", "again"):
        strip.perform("bookmark")
        dialog = strip.findChild(BookmarkDialog)
        assert dialog is not None
        dialog.note.setText(text)
        QTest.keyClick(dialog.note, Qt.Key.Key_Return)
        dialog.deleteLater()
        dialog.setParent(None)
        bookmark = player.bookmark()
        assert bookmark is not None
        assert (bookmark.step, bookmark.note) == (48, text)
