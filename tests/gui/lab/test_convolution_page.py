"""The Convolution page: what is typed is computed, every cell shows its arithmetic, and errors lose nothing."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.copying.forms import as_text
from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.widgets.fields import ComboBox, IntField
from digitpad.lab.convolution import solve
from digitpad.lab.convolution_problem import PoolingSettings
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.worked import document_of
from tests.gui.controls import check_names, controls_of
from tests.gui.copied import copied

W = TypeVar("W", bound=QWidget)


def _child(page: QWidget, kind: type[W], name: str) -> W:
    found = page.findChild(kind, name)
    assert found is not None
    return found


def _steps(page: ConvolutionPage) -> list[tuple[str, ...]]:
    table = _child(page, QTableView, "labSteps")
    model = table.model()
    return [
        tuple(str(model.index(row, column).data()) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def _type_line(page: ConvolutionPage, name: str, text: str) -> None:
    line = _child(page, QLineEdit, name)
    line.setText(text)
    line.editingFinished.emit()


def test_it_opens_with_the_exam_matrix(page: ConvolutionPage) -> None:
    np.testing.assert_array_equal(page.solution.output[0, 0], [-7, 8, 20, -6])
    page.tables["conv"].table.choose((0, 0, 1))
    assert _steps(page) == [
        ("row 0", "0·6 + (−1)·0 + 1·1", "1"),
        ("row 1", "1·9 + 0·8 + 0·4", "9"),
        ("row 2", "0·6 + (−1)·5 + 1·3", "−2"),
        ("bias", "0", "0"),
        ("value", "1 + 9 − 2 + 0", "8"),
    ]


def test_the_arrow_keys_go_from_cell_to_cell(page: ConvolutionPage) -> None:
    table = page.tables["conv"].table
    table.setFocus()
    table.choose((0, 0, 0))
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert _steps(page)[-1][2] == "8"
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert _steps(page)[-1][2] == "7"


def test_pointing_at_a_cell_shows_it(page: ConvolutionPage) -> None:
    table = page.tables["activation"].table
    place = table.visualRect(table.grid.index_of((0, 0, 2))).center()
    QTest.mouseMove(table.viewport(), place + QPoint(1, 0))
    QTest.mouseMove(table.viewport(), place)
    assert _steps(page) == [("value", "x = 20", "20")]


def test_a_matrix_and_a_kernel_are_typed(page: ConvolutionPage) -> None:
    _child(page, ComboBox, "labPool").choose("")
    _type_line(page, "labInputLine", "5 6 0; 0 9 8; 2 6 5")
    _child(page, QLineEdit, "labBias").setText("")
    _type_line(page, "labBias", "")
    _type_line(page, "labKernelLine", "0 -1; 1 0")
    np.testing.assert_array_equal(page.solution.output, [[[-6, 9], [-7, -2]]])
    _type_line(page, "labKernelLine", "sobel-x")
    assert page.solution.problem.kernels.shape == (1, 1, 3, 3)


def test_a_number_is_typed_into_a_cell(page: ConvolutionPage, qtbot: QtBot) -> None:
    table = page.tables["input"].table
    table.setFocus()
    table.choose((0, 0, 0))
    table.edit(table.currentIndex())
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.setText("1/2")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.solution.problem.image[0, 0, 0] == 0.5)


def test_a_matrix_is_pasted(page: ConvolutionPage) -> None:
    table = page.tables["input"].table
    table.setFocus()
    QGuiApplication.clipboard().setText("1\t2\t3\t4\n" * 5)
    QTest.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.solution.problem.image.shape == (1, 5, 4)
    line = _child(page, QLineEdit, "labInputLine")
    QGuiApplication.clipboard().setText("1\t2\t3\t4\n" * 4)
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == "1 2 3 4; 1 2 3 4; 1 2 3 4; 1 2 3 4"
    QGuiApplication.clipboard().setText("1\tx\n2\t3")
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == "1\tx; 2\t3"
    QGuiApplication.clipboard().setText("7 " * 1_000_000)
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.alert.text == "The text has 2,000,000 characters, more than 200,000; paste a part of it."
    assert line.text() == "1\tx; 2\t3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2; 3", "Input: Row 1 has 1 number, but row 0 has 2"),
        ("one two", "Input: Row 0, column 0: 'one' is not a number"),
        (";".join(["1 " * 300] * 300), "300 × 300; the lab takes up to 64 × 64"),
        ("1 2; 3 4", "The kernel spans 3 × 3 cells, but the padded input is 2 × 2"),
    ],
)
def test_wrong_input_is_answered_in_place_and_loses_nothing(page: ConvolutionPage, text: str, message: str) -> None:
    before = page.solution
    _type_line(page, "labInputLine", text)
    assert message in page.alert.text
    assert page.solution is before
    assert _child(page, QLineEdit, "labInputLine").text() == text
    _type_line(page, "labInputLine", "1 2 3 4; 4 5 6 7; 7 8 9 1; 0 0 0 0")
    assert page.alert.text == ""


def test_the_settings_change_the_solution(page: ConvolutionPage) -> None:
    _child(page, QToolButton, "labPaddingSame").click()
    assert page.solution.output.shape == (1, 6, 6)
    _child(page, QToolButton, "labMirrored").click()
    assert page.solution.problem.mirrored


def test_the_backward_pass(page: ConvolutionPage) -> None:
    _child(page, QCheckBox, "labBackward").click()
    found = page.solution.gradients
    assert found is not None
    np.testing.assert_array_equal(found.stages["pool"], np.ones((1, 2, 2)))
    for key in ("input gradient", "kernel gradient", "bias gradient", "output gradient"):
        table = page.tables[key].table
        table.choose((0, 0, 0))
        table.chosen.emit(0, 0, 0)
        assert _steps(page)
    _type_line(page, "labGradientLine", "1 2; 3 4")
    assert page.solution.problem.gradient is not None
    assert page.solution.problem.gradient.sum() == 10
    _type_line(page, "labGradientLine", "1 x")
    assert "Gradient: Row 0, column 1" in page.alert.text


def test_covered_answers_are_typed(page: ConvolutionPage) -> None:
    cover = _child(page, QPushButton, "labCover")
    cover.click()
    table = page.tables["conv"].table
    verdict = _child(page, QLabel, "labVerdict")
    index = table.grid.index_of((0, 0, 1))
    assert index.data() == ""
    assert table.grid.setData(index, "7")
    assert verdict.text().startswith("Not yet.")
    assert index.data() == ""
    assert table.grid.setData(index, "8")
    assert verdict.text() == "Right."
    assert table.grid.index_of((0, 0, 1)).data() == "8"
    assert table.grid.index_of((0, 0, 2)).data() == ""
    cover.click()
    assert table.grid.index_of((0, 0, 2)).data() == "20"


def test_walking_goes_on(page: ConvolutionPage, qtbot: QtBot) -> None:
    _child(page, QPushButton, "labStep").click()
    assert _steps(page)[-1][2] == "8"
    walk = _child(page, QPushButton, "labWalk")
    walk.click()
    qtbot.waitUntil(lambda: _steps(page)[-1][2] == "20")
    walk.click()


@pytest.mark.parametrize("name", [each.name for each in EXAMPLES.values() if each.page == "convolution"])
def test_an_example_is_loaded(tab: LabTab, name: str) -> None:
    tab.load_example(name)
    page = tab.page("convolution")
    assert isinstance(page, ConvolutionPage)
    expected = EXAMPLES[name].solve()
    assert as_text(document_of(page.solution)) == as_text(document_of(expected))
    # What the fields say is the same problem.
    page.settings.changed.emit()
    assert page.alert.text == ""
    assert as_text(document_of(page.solution)) == as_text(document_of(expected))


def test_rows_and_columns_have_settings_of_their_own(page: ConvolutionPage) -> None:
    columns = _child(page, IntField, "labStrideColumns")
    assert not columns.isVisible()
    _child(page, IntField, "labStride").setValue(2)
    assert page.solution.problem.stride == (2, 2)
    _child(page, QCheckBox, "labApart").click()
    assert columns.isVisible()
    assert columns.value() == 2
    columns.setValue(1)
    assert page.solution.problem.stride == (2, 1)
    assert page.solution.output.shape == (1, 2, 4)
    problem = replace(
        page.solution.problem,
        padding=(1, 0),
        dilation=(1, 2),
        pooling=PoolingSettings("average", (1, 2), (1, 2)),
        activation="relu",
    )
    page.load(solve(problem), 4)
    page.settings.changed.emit()
    assert page.alert.text == ""
    found = page.solution.problem
    assert (found.padding, found.stride, found.dilation, found.pooling) == (
        *(problem.padding, problem.stride, problem.dilation),
        problem.pooling,
    )
    _child(page, QCheckBox, "labApart").click()
    assert page.solution.problem.stride == (2, 2)
    assert page.solution.problem.padding == 1


def test_copying(page: ConvolutionPage, qtbot: QtBot) -> None:
    assert "np.pad" in copied(qtbot, page.cell.copy, "numpy")
    assert r"\begin{pmatrix}" in copied(qtbot, page.cell.copy, "latex")


def test_every_control_has_a_name(tab: LabTab) -> None:
    _child(tab, QCheckBox, "labBackward").click()
    check_names(controls_of(tab))
