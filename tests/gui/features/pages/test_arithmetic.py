"""The arithmetic panel: what is written adds up to what is written."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.cell_numbers import exact
from digitpad.gui.features.pages.explanation import Explanation
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.settling import settle

Ink = Callable[[FeaturesTab], None]


def _number(text: str) -> Decimal:
    return Decimal(text.replace("\N{MINUS SIGN}", "-"))


def _shown(tab: FeaturesTab, cell: Cell) -> Explanation:
    tab.maps.go_to(cell)
    shown = tab.panel.arithmetic.shown
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    "cell", [Cell("conv1", 2, 0, 0), Cell("conv1", 1, 14, 14), Cell("conv2", 3, 7, 7), Cell("fc1", 4), Cell("fc2", 9)]
)
def test_the_written_terms_add_up_to_the_written_value(tab: FeaturesTab, ink: Ink, cell: Cell) -> None:
    ink(tab)
    shown = _shown(tab, cell)
    terms = [figure.result for figure in shown.figures] + [row.result for row in shown.rows]
    terms += [line.number for line in shown.lines if not line.strong]
    assert sum(map(_number, terms)) == _number(shown.lines[-1].number)
    assert tab.frame is not None
    maps = tab.frame[cell.layer].reshape(tab.frame[cell.layer].shape[0], -1)
    side = tab.frame[cell.layer].shape[-1] if tab.frame[cell.layer].ndim == 3 else 1
    value = float(maps[cell.channel, cell.row * side + cell.column])
    assert float(_number(shown.lines[-1].number)) == pytest.approx(value, abs=0.00005 + 1e-6)


def test_what_a_convolution_reads_is_framed_on_the_maps_before(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    shown = _shown(tab, Cell("conv2", 0, 5, 6))
    assert {patch.layer for patch in shown.patches} == {"pool1"}
    assert {(patch.top, patch.left, patch.bottom, patch.right) for patch in shown.patches} == {(4, 5, 7, 8)}


def test_pooling_names_its_winner_and_relu_its_gate(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    pool = _shown(tab, Cell("pool1", 1, 6, 6))
    (figure,) = pool.figures
    (grid,) = figure.grids
    assert grid.numbers.shape == (2, 2)
    assert grid.winner is not None
    assert grid.numbers[grid.winner] == grid.numbers.max()
    relu = _shown(tab, Cell("relu1", 1, 6, 6))
    assert "gate" in relu.sentence
    conv = _shown(tab, Cell("conv1", 1, 6, 6))
    assert conv.note.startswith("relu1")


def test_the_terms_of_a_dense_unit_say_where_they_are_from_in_a_few_letters(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    after_maps = _shown(tab, Cell("fc1", 4))
    assert "numbers of pool2 at (row, column)" in after_maps.sentence
    assert tab.frame is not None
    for row in after_maps.rows:
        place = re.fullmatch(r"map (\d+) \((\d+), (\d+)\)", row.name)
        assert place is not None
        operand = tab.frame["pool2"][tuple(map(int, place.groups()))]
        assert row.calculation.startswith(exact(float(operand)))
    after_units = _shown(tab, Cell("fc2", 9))
    assert "numbers of relu3, each" in after_units.sentence
    assert all(re.fullmatch(r"unit \d+", row.name) for row in after_units.rows)


def test_a_narrow_panel_shows_two_terms_rather_than_one(
    features_window: MainWindow, tab: FeaturesTab, ink: Ink
) -> None:
    features_window.resize(1024, 640)
    settle(tab)
    ink(tab)
    assert len(_shown(tab, Cell("conv2", 3, 7, 7)).figures) == 2


def test_softmax_shows_every_exponential(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    shown = _shown(tab, Cell("softmax", 4))
    assert shown.title == "probability of 4"
    assert [row.name for row in shown.rows] == [str(digit) for digit in range(10)]
    assert [row.strong for row in shown.rows].index(True) == 4
    total = sum(float(_number(row.result)) for row in shown.rows)
    assert total == pytest.approx(float(_number(shown.lines[1].number)), abs=1e-3)


def test_every_cell_of_every_layer_can_be_explained_and_painted(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    for layer in tab.maps.layers:
        for row, column in {(0, 0), (layer.height - 1, layer.width - 1)}:
            shown = _shown(tab, Cell(layer.name, layer.maps - 1, row, column))
            assert shown.value
            assert not tab.panel.arithmetic.grab().isNull()


def test_the_kernel_walks_and_pauses(tab: FeaturesTab, ink: Ink, qtbot: QtBot) -> None:
    ink(tab)
    _shown(tab, Cell("conv1", 0, 0, 26))
    step = tab.findChild(QToolButton, "stepButton")
    walk = tab.findChild(QToolButton, "walkButton")
    assert step is not None
    assert walk is not None
    QTest.mouseClick(step, Qt.MouseButton.LeftButton)
    QTest.mouseClick(step, Qt.MouseButton.LeftButton)
    assert tab.maps.cell == Cell("conv1", 0, 1, 0)
    QTest.mouseClick(walk, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.maps.cell == Cell("conv1", 0, 1, 2))
    QTest.mouseClick(walk, Qt.MouseButton.LeftButton)
    assert not tab.panel.arithmetic.walk.isChecked()
    stopped = tab.maps.cell
    settle(tab)
    assert tab.maps.cell == stopped
