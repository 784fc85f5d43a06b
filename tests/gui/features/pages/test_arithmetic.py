"""The arithmetic panel: the terms shown add up to the result shown."""

import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.explain.dependencies import Cell
from digitpad.gui.features.maps.cell_numbers import exact, full
from digitpad.gui.features.maps.colours import palettes
from digitpad.gui.features.pages.explanation import Explanation
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import LIGHT
from tests.copying.programs import array, run
from tests.gui.copied import copied
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


def test_the_numbers_on_hover_give_the_value_to_the_last_digit(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    shown = _shown(tab, Cell("conv1", 2, 13, 12))
    view = tab.panel.arithmetic.view
    view.repaint()
    patch, kernel = shown.figures[0].grids
    assert tab.frame is not None
    assert patch.origin == (12, 11)
    found = view.full_at(QPointF(2, 2))
    name, text = found.rsplit(": ", 1)
    assert name == "input map 0, row 12, column 11"
    # All digits: reading the text gives the very float32 that the network had.
    assert np.float32(text) == tab.frame["input"][0, 12, 11]
    operands, weights = (
        [float(np.float32(full(number))) for number in grid.numbers.ravel()] for grid in (patch, kernel)
    )
    products = sum(one * other for one, other in zip(operands, weights, strict=True))
    bias = next(line for line in shown.lines if line.name == "bias")
    assert products + float(bias.full) == pytest.approx(float(shown.full), abs=2e-6)


def test_the_copied_arithmetic_can_be_worked_out_by_hand(tab: FeaturesTab, ink: Ink, qapp: QApplication) -> None:
    ink(tab)
    shown = _shown(tab, Cell("fc2", 4))
    QTest.keyClick(tab, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = qapp.clipboard().text().splitlines()
    assert lines[0] == f"fc2, unit 4 = {shown.full}"
    total = 0.0
    for row in shown.rows:
        line = next(line for line in lines if line.startswith(f"{row.name}: "))
        factors, result = line.removeprefix(f"{row.name}: ").split(" = ")
        one, other = factors.split(" × ")
        assert float(np.float32(one)) * float(np.float32(other)) == pytest.approx(float(result), rel=1e-12)
        total += float(result)
    rest = [line for line in shown.lines if not line.strong]
    assert total + sum(float(line.full) for line in rest) == pytest.approx(float(shown.full), abs=2e-6)
    assert lines[-1] == "Maps, units, rows and columns are counted from 0."


def test_white_paper_is_explained_where_pixels_are_read(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    hint = tab.panel.arithmetic.hint
    for cell in (Cell("conv1", 0, 3, 3), Cell("input", 0, 3, 3)):
        remark = _shown(tab, cell).remark
        assert "(0 − 0.1307) / 0.3081" in remark
        assert "White paper is −0.4242" in remark
        assert remark in hint.text()
    assert _shown(tab, Cell("conv2", 0, 3, 3)).remark == ""
    assert "counted from 0" in hint.text()


def test_a_patch_has_the_colours_of_its_map_and_a_kernel_those_of_the_kernels_page(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    known = palettes(LIGHT)
    for cell in (Cell("conv1", 2, 13, 12), Cell("conv2", 3, 6, 6)):
        shown = _shown(tab, cell)
        for figure in shown.figures:
            patch, kernel = figure.grids
            assert patch.origin is not None
            source = figure.name.split(" map ")
            on_map = tab.maps.map_shown(source[0], int(source[1]))
            assert on_map is not None
            top, left = patch.origin
            height, width = patch.numbers.shape
            np.testing.assert_array_equal(
                patch.scale.colours(patch.numbers, known), on_map[1][top : top + height, left : left + width]
            )
            tab.panel.kernels.show_cell(tab.frame, cell)
            assert kernel.scale == tab.panel.kernels.view.scale
            assert kernel.scale.limit > 0


@pytest.mark.parametrize(
    "cell", [Cell("input", 0, 9, 9), Cell("conv2", 3, 7, 7), Cell("pool1", 2, 5, 5), Cell("fc1", 4)]
)
def test_the_copied_program_gives_the_number(tab: FeaturesTab, ink: Ink, cell: Cell, qtbot: QtBot) -> None:
    ink(tab)
    shown = _shown(tab, cell)
    page = tab.panel.arithmetic
    value = array(run(copied(qtbot, page.copy_as, "numpy"))["value"]).item()
    assert value == pytest.approx(float(shown.full), abs=2e-6)
    assert shown.title in copied(qtbot, page.copy_as, "pytorch")
    assert copied(qtbot, page.copy_as, "markdown").startswith(f"# {shown.title}")
    latex = copied(qtbot, page.copy_as, "latex")
    assert latex.count("{") == latex.count("}")


def test_the_copied_text_is_that_of_the_button(tab: FeaturesTab, ink: Ink, qtbot: QtBot, qapp: QApplication) -> None:
    ink(tab)
    _shown(tab, Cell("conv2", 3, 7, 7))
    QTest.keyClick(tab, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = qapp.clipboard().text()
    qapp.clipboard().setText("")
    assert copied(qtbot, tab.panel.arithmetic.copy_as, "text") == text


def test_the_same_in_pytorch_stands_beside_it(tab: FeaturesTab, ink: Ink) -> None:
    ink(tab)
    _shown(tab, Cell("conv2", 3, 7, 7))
    line = tab.panel.arithmetic.reference.text
    assert "nn.Conv2d(" in line.text()
    assert "digitpad/nn/layers/convolution.py" in line.text()
    _shown(tab, Cell("input", 0, 9, 9))
    assert line.text() == ""
