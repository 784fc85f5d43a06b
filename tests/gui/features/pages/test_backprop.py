"""Backpropagation: one training step on the drawn digit."""

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.tab import FeaturesTab

Ink = Callable[[FeaturesTab], None]


def test_the_step_is_taken_for_the_right_answer_and_shown(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.panel.show_page(4)
    page = tab.panel.backprop
    page.label.choose("3")
    qtbot.waitUntil(lambda: page.step is not None and page.step.label == 3, timeout=20000)
    step = page.step
    assert step is not None
    assert step.loss_after < step.loss
    assert "Loss" in page.title.text()
    tab.maps.go_to(Cell("relu1", 1, 5, 5))
    kernel = page.view.kernel
    assert kernel is not None
    np.testing.assert_allclose(kernel.change, -0.01 * kernel.gradient, atol=1e-6)
    assert [slope.layer for slope in page.view.slopes][-1] == "fc2"
    assert not page.grab().isNull()


def test_gradients_are_shown_on_the_maps_while_one_wants(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.panel.show_page(4)
    page = tab.panel.backprop
    page.label.choose("5")
    qtbot.waitUntil(lambda: page.step is not None and page.step.label == 5, timeout=20000)
    page.on_maps.click()
    assert page.step is not None
    np.testing.assert_array_equal(tab.maps.frame_shown["conv1"], page.step.frame.gradients["conv1"])
    assert not tab.maps.grab().isNull()
    tab.panel.show_page(0)
    assert tab.frame is not None
    np.testing.assert_array_equal(tab.maps.frame_shown["conv1"], tab.frame.activations["conv1"])


def test_a_larger_step_goes_farther(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.panel.show_page(4)
    page = tab.panel.backprop
    page.label.choose("7")
    qtbot.waitUntil(lambda: page.step is not None and page.step.label == 7, timeout=20000)
    assert page.step is not None
    before = page.step.predicted_change
    page.rate.choose("0.1")
    qtbot.waitUntil(lambda: page.step is not None and page.step.learning_rate == pytest.approx(0.1), timeout=20000)
    assert page.step.predicted_change == pytest.approx(10 * before)
