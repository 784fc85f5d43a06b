"""The kernels that make a map."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.tab import FeaturesTab
from digitpad.models.model_file import Model
from tests.copying.programs import run
from tests.gui.copied import copied

Ink = Callable[[FeaturesTab], None]


def test_a_maps_kernels_are_those_of_the_network(tab: FeaturesTab, ink: Ink, model: Model) -> None:
    ink(tab)
    QTest.keyClick(tab, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    page = tab.panel.kernels
    assert page.isVisible()
    weights = model.network.state_dict()
    for cell in (Cell("conv2", 5, 3, 3), Cell("relu2", 5, 3, 3), Cell("pool2", 5, 3, 3)):
        tab.maps.go_to(cell)
        assert page.view.kernels is not None
        np.testing.assert_array_equal(page.view.kernels, weights["conv2.weight"][5])
        assert page.title.text() == "Kernels of conv2, map 5"
    tab.maps.go_to(Cell("fc1", 2))
    assert page.view.kernels is not None
    np.testing.assert_array_equal(page.view.kernels.ravel(), weights["fc1.weight"][2])
    assert not page.grab().isNull()
    tab.maps.go_to(Cell("input", 0, 3, 3))
    assert page.view.kernels is None


def test_a_click_among_all_kernels_goes_to_the_map(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    tab.panel.show_page(1)
    tab.maps.go_to(Cell("conv1", 3, 3, 3))
    QTest.mouseClick(tab.panel.kernels.view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert tab.maps.cell == Cell("conv1", 0)


def test_the_copied_kernels_are_those_that_are_shown(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    tab.panel.show_page(1)
    page = tab.panel.kernels
    for cell in (Cell("conv2", 5, 3, 3), Cell("fc1", 2), Cell("fc2", 7)):
        tab.maps.go_to(cell)
        np.testing.assert_array_equal(run(copied(qtbot, page.copy_as, "numpy"))["kernels"], page.view.kernels)
    text = copied(qtbot, page.copy_as, "text")
    assert text.startswith("Weights of fc2, unit 7")
    tab.maps.go_to(Cell("input", 0, 3, 3))
    assert not page.copy_as.isEnabled()
