"""The Losses page: every loss that fits, its steps, its curve, and clear answers."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton

from digitpad.copying.forms import as_text
from digitpad.gui.lab.losses_page import LossesPage
from digitpad.gui.lab.tab import LabTab
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.worked import document_of
from tests.gui.controls import check_names, controls_of
from tests.gui.frame import Frame


@pytest.fixture
def losses(frame: Frame) -> LossesPage:
    """Show the Losses page."""
    return frame.hold(partial(LossesPage, frame.theme))


def _type(page: LossesPage, name: str, text: str) -> None:
    line = page.findChild(QLineEdit, name)
    assert line is not None
    line.setText(text)
    line.editingFinished.emit()


def test_it_opens_with_model_a(losses: LossesPage) -> None:
    assert losses.value.text() == "= 0.9163"
    model = losses.classes.model()
    texts = [[model.index(row, column).data() for column in range(model.columnCount())] for row in range(4)]
    assert [row[3] for row in texts] == ["0.1", "0.2", "0.3", "0.4"]
    assert [row[6] for row in texts] == ["0.1", "0.2", "0.3", "−0.6"]
    assert "1.2425" in losses.note.text()
    assert "class 3: 0.9163 at 4.382, slope −0.6" in losses.curve_title.text()


def test_logits_are_typed(losses: LossesPage) -> None:
    _type(losses, "labValuesLine", "ln 10, ln 30, ln 50, ln 90")
    assert losses.value.text() == "= 0.6931"
    _type(losses, "labTargetLine", "0")
    assert losses.value.text() == "= 2.8904"


def test_log_probabilities_and_a_factor_of_yes_are_typed(losses: LossesPage) -> None:
    def press(name: str) -> None:
        button = losses.findChild(QToolButton, name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    press("labGivenLogProbabilities")
    _type(losses, "labValuesLine", "ln 0.1, ln 0.2, ln 0.3, ln 0.4")
    assert losses.names.chosen == "negative_log_likelihood"
    assert losses.value.text() == "= 0.9163"
    losses.curve.moved.emit(-2.0)
    assert losses.value.text() == "= 2"

    press("labGivenLogits")
    press("labTargetNumbers")
    _type(losses, "labValuesLine", "0 0")
    _type(losses, "labTargetLine", "1 1")
    _type(losses, "labPosWeight", "3, 1")
    losses.names.choose("binary_cross_entropy")
    assert losses.value.text() == f"= {round(2 * np.log(2), 4)}"
    _type(losses, "labPosWeight", "three")
    assert losses.alert.text.startswith("Factor of yes: ")


def test_another_loss_is_chosen(losses: LossesPage) -> None:
    losses.names.choose("focal_loss")
    assert losses.value.text() == "= 0.3299"
    _type(losses, "labGamma", "0")
    assert losses.value.text() == "= 0.9163"


def test_the_point_moves_with_the_keys_and_the_mouse(losses: LossesPage) -> None:
    losses.curve.setFocus()
    before = losses.solution.problem.values[0, 3]
    QTest.keyClick(losses.curve, Qt.Key.Key_Right)
    assert losses.solution.problem.values[0, 3] == pytest.approx(before + 0.1)
    middle = QPoint(losses.curve.width() // 2, losses.curve.height() // 2)
    QTest.mouseClick(losses.curve, Qt.MouseButton.LeftButton, pos=middle)
    line = losses.findChild(QLineEdit, "labValuesLine")
    assert line is not None
    np.testing.assert_allclose([float(word) for word in line.text().split()], losses.solution.problem.values[0])


def test_probabilities_passed_as_logits_are_explained(losses: LossesPage) -> None:
    _type(losses, "labValuesLine", "0.1 0.2 0.3 0.4")
    note = losses.findChild(QLabel, "labLossNote")
    assert note is not None
    assert "look like probabilities" in note.text()
    button = losses.findChild(QToolButton, "labGivenProbabilities")
    assert button is not None
    button.click()
    assert losses.value.text() == "= 0.9163"
    assert note.isHidden()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("labValuesLine", "1 2; 3", "Values: Row 1 has 1 number"),
        ("labValuesLine", "a", "Values: Row 0, column 0: 'a' is not a number"),
        ("labTargetLine", "7", "There is no class 7"),
        ("labTargetLine", "0.5", "Target: A class is a whole number"),
        ("labGamma", "two", "γ of the focal loss: 'two' is not a number"),
        ("labSmoothing", "3", "settings do not fit the Label smoothing"),
    ],
)
def test_wrong_input_is_answered_in_place(losses: LossesPage, name: str, text: str, message: str) -> None:
    before = losses.solution
    _type(losses, name, text)
    assert message in losses.alert.text
    assert losses.solution is before


@pytest.mark.parametrize("name", [each.name for each in EXAMPLES.values() if each.page == "losses"])
def test_an_example_is_loaded(tab: LabTab, name: str) -> None:
    tab.load_example(name)
    losses = tab.page("losses")
    assert isinstance(losses, LossesPage)
    expected = as_text(document_of(EXAMPLES[name].solve()))
    assert as_text(document_of(losses.solution)) == expected
    losses.fields.changed.emit()
    assert losses.alert.text == ""
    assert as_text(document_of(losses.solution)) == expected
    for loss in losses.solution.losses:
        losses.names.choose(loss)
        for row in range(losses.solution.problem.values.size):
            losses.classes.choose(row)


def test_every_control_has_a_name(tab: LabTab) -> None:
    # Alone, it would give its first control the focus.
    losses = tab.page("losses")
    check_names(controls_of(losses))
