"""Why this prediction: an overlay on the drawing, live or from the background, never for another drawing."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from digitpad.explain.attribution import grad_cam, saliency
from digitpad.gui.features import why
from digitpad.gui.features.maps.picture import Overlay
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.settling import settle

Ink = Callable[[FeaturesTab], None]


def _overlay(tab: FeaturesTab) -> Overlay | None:
    return tab.side.picture.overlay


def _press(tab: FeaturesTab, kind: str) -> None:
    button = tab.findChild(QToolButton, f"why-{kind}")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(tab)


@pytest.mark.parametrize(("kind", "signed"), [(why.GRADIENT, True), (why.GRAD_CAM, False)])
def test_gradient_and_grad_cam_follow_the_pen(tab: FeaturesTab, ink: Ink, kind: str, signed: bool) -> None:
    ink(tab)
    _press(tab, kind)
    overlay = _overlay(tab)
    assert overlay is not None
    assert tab.frame is not None
    wanted = saliency(tab.frame) if kind == why.GRADIENT else grad_cam(tab.frame)
    np.testing.assert_array_equal(overlay.values, wanted.values)
    assert overlay.signed == signed
    assert wanted.meaning in tab.why.sentence.text()
    assert wanted.caution in tab.why.sentence.text()
    before = overlay
    ink(tab)
    assert _overlay(tab) is not before
    _press(tab, why.NONE)
    assert _overlay(tab) is None
    assert not tab.frame.gradients


def test_nothing_is_explained_of_a_blank_canvas(tab: FeaturesTab, ink: Ink) -> None:
    _press(tab, why.GRADIENT)
    assert _overlay(tab) is None
    ink(tab)
    assert _overlay(tab) is not None
    QTest.keyClick(tab, Qt.Key.Key_Delete)
    settle(tab)
    assert _overlay(tab) is None


def test_occlusion_comes_from_the_background_and_goes_with_its_drawing(
    tab: FeaturesTab, ink: Ink, qtbot: QtBot
) -> None:
    ink(tab)
    _press(tab, why.OCCLUSION)
    qtbot.waitUntil(lambda: _overlay(tab) is not None, timeout=20000)
    assert "erased" in tab.why.sentence.text()
    qtbot.waitUntil(lambda: not tab.busy, timeout=20000)
    QTest.keyClick(tab, Qt.Key.Key_Delete)
    settle(tab)
    assert _overlay(tab) is None
    ink(tab)
    qtbot.waitUntil(lambda: _overlay(tab) is not None, timeout=20000)


def test_why_not_another_class_shows_ink_to_add_and_to_remove(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    assert tab.frame is not None
    assert tab.frame.answer is not None
    wanted = (tab.frame.answer.best + 3) % 10
    tab.why.ask_why_not(wanted)
    button = tab.findChild(QToolButton, "why-whynot")
    assert button is not None
    assert str(wanted) in button.text()
    qtbot.waitUntil(lambda: tab.why.change is not None, timeout=30000)
    qtbot.waitUntil(lambda: not tab.busy, timeout=30000)
    settle(tab)
    change = tab.why.change
    assert change is not None
    assert change.target == wanted
    overlay = _overlay(tab)
    assert overlay is not None
    np.testing.assert_array_equal(overlay.values, (change.added - change.removed).sum(axis=0))


def test_closing_the_window_ends_work_that_is_under_way(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink, qtbot: QtBot
) -> None:
    ink(tab)
    tab.why.ask_why_not(4)
    qtbot.waitUntil(lambda: tab.busy, timeout=20000)
    features_window.close()
    assert not tab.busy


def test_every_way_has_a_key(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    seen = []
    for _ in range(4):
        QTest.keyClick(tab, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
        seen.append(tab.why.kind)
    assert seen == [why.GRADIENT, why.GRAD_CAM, why.OCCLUSION, why.NONE]
