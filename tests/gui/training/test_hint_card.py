"""Training health: hints that stay under the pointer, and the layer table that agrees with them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from digitpad.gui.training.hint_card import HintCard
from digitpad.gui.training.layer_table import LayerTable, rows_of
from digitpad.gui.widgets.theme import Theme
from digitpad.training.events import LayerMeasure
from digitpad.training.hints import Cure, Hint, Severity
from tests.gui.settling import lay_out

SLOW = Hint("slow", Severity.NOTICE, "The learning rate is too low", "In 100 steps ...", Cure("Raise it to 0.1"))
DEAD = Hint("dead_units", Severity.NOTICE, "Many units never activate", "12 of 16 ...")


@pytest.fixture
def card(qtbot: QtBot) -> HintCard:
    card = HintCard()
    qtbot.addWidget(card)
    card.resize(260, 300)
    card.show()
    return card


def _button(card: HintCard, name: str) -> QPushButton:
    button = card.findChild(QPushButton, name)
    assert button is not None
    return button


def _point(card: HintCard, *, inside: bool) -> None:
    QApplication.sendEvent(card, QEvent(QEvent.Type.Enter if inside else QEvent.Type.Leave))


def test_why_stays_open_while_the_figures_change(card: HintCard) -> None:
    card.show_hints([SLOW])
    why = _button(card, "whyButton-slow")
    QTest.mouseClick(why, Qt.MouseButton.LeftButton)
    for steps in range(101, 120):
        card.show_hints([replace(SLOW, why=f"In {steps} steps ...", cure=Cure(f"Raise it to {steps}"))])
    assert _button(card, "whyButton-slow") is why
    reason = card.findChild(QLabel, "why-slow")
    assert reason is not None
    assert reason.isVisible()
    assert reason.text() == "In 119 steps ..."
    assert _button(card, "cureButton-slow").text() == "Raise it to 119"
    QTest.mouseClick(why, Qt.MouseButton.LeftButton)
    assert not reason.isVisible()


def test_the_cure_that_is_clicked_is_the_one_that_is_shown(card: HintCard, qtbot: QtBot) -> None:
    card.show_hints([SLOW])
    newer = replace(SLOW, cure=Cure("Raise it to 0.2"))
    card.show_hints([newer])
    with qtbot.waitSignal(card.cure_asked) as caught:
        QTest.mouseClick(_button(card, "cureButton-slow"), Qt.MouseButton.LeftButton)
    assert caught.args == [newer]


def test_nothing_moves_or_goes_under_the_pointer(card: HintCard) -> None:
    card.show_hints([SLOW])
    button = _button(card, "cureButton-slow")
    lay_out()
    # A window of its own gives the focus to its first control.
    card.setFocus()
    card.clearFocus()
    before = button.mapTo(card, button.rect().center())
    _point(card, inside=True)
    card.show_hints([DEAD, SLOW])
    assert [hint.key for hint in card.hints] == ["slow", "dead_units"]
    card.show_hints([DEAD])
    assert button.isVisible()
    assert button.mapTo(card, button.rect().center()) == before
    _point(card, inside=False)
    assert [hint.key for hint in card.hints] == ["dead_units"]
    card.show_hints([SLOW, DEAD])
    _point(card, inside=False)
    assert [hint.key for hint in card.hints] == ["slow", "dead_units"]


def test_a_new_run_starts_with_no_hints(card: HintCard) -> None:
    card.show_hints([SLOW])
    card.forget()
    assert card.hints == []
    quiet = card.findChild(QLabel, "hintQuiet")
    assert quiet is not None
    assert quiet.isVisible()


@pytest.mark.parametrize(("dead", "alarming"), [(0, False), (21, False), (22, True), (32, True)])
def test_dead_units_are_coloured_where_a_hint_names_them(
    theme: Theme, qtbot: QtBot, dead: int, *, alarming: bool
) -> None:
    layers = (LayerMeasure("fc1", "Linear", 0.5, 3.0, 1e-3), LayerMeasure("relu1", "ReLU", units=32, dead_units=dead))
    assert layers[1].has_many_dead_units is alarming
    assert [row.has_many_dead_units for row in rows_of(layers)] == [alarming]
    table = LayerTable(theme)
    qtbot.addWidget(table)
    table.resize(500, 60)
    table.show_layers(layers)
    image = table.grab().toImage()
    warm = theme.colour("warm").rgb()
    column = range(round(0.82 * image.width()), image.width())
    found = any(image.pixel(x, y) == warm for x in column for y in range(image.height() // 2, image.height()))
    assert found is alarming
