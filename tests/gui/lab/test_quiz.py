"""Cover the answer on the pages of losses, networks and optimizers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from digitpad.gui.lab.page import LabPage
from digitpad.gui.lab.tab import LabTab

_PAGES = (("losses", "labLoss", "4.382"), ("networks", "labNetwork", "30"), ("optimizers", "labPath", "4"))


def _parts(page: LabPage, name: str) -> tuple[QPushButton, QPushButton, QLineEdit, QLabel]:
    button, following = page.findChild(QPushButton, f"{name}Cover"), page.findChild(QPushButton, f"{name}Next")
    answer, verdict = page.findChild(QLineEdit, f"{name}Answer"), page.findChild(QLabel, f"{name}Verdict")
    assert button is not None
    assert following is not None
    assert answer is not None
    assert verdict is not None
    return button, following, answer, verdict


@pytest.mark.parametrize(("name", "prefix", "first"), _PAGES)
def test_answers_are_checked_by_keyboard(tab: LabTab, name: str, prefix: str, first: str) -> None:
    button, following, answer, verdict = _parts(tab.page(name), prefix)
    button.click()
    assert answer.isVisibleTo(tab)
    QTest.keyClicks(answer, "12345")
    QTest.keyClick(answer, Qt.Key.Key_Return)
    assert verdict.text().startswith("Not yet. It is ")
    answer.clear()
    QTest.keyClicks(answer, first)
    QTest.keyClick(answer, Qt.Key.Key_Return)
    assert verdict.text() == "Right."
    following.click()
    assert answer.text() == verdict.text() == ""
    button.click()
    assert not answer.isVisibleTo(tab)


@pytest.mark.parametrize(("name", "prefix"), [page[:2] for page in _PAGES])
def test_another_problem_uncovers(tab: LabTab, name: str, prefix: str) -> None:
    button, _following, answer, _verdict = _parts(tab.page(name), prefix)
    button.click()
    tab.exercises.seed.setValue(5)
    assert not button.isChecked()
    assert not answer.isVisibleTo(tab)
