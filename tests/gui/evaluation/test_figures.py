"""The figures of one or two models, and the buttons that choose between them."""

from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from digitpad.gui.evaluation.figures import FiguresCard
from digitpad.gui.widgets.theme import Theme


def test_both_buttons_are_heard_by_a_name_before_there_are_results(theme: Theme, qtbot: QtBot) -> None:
    card = FiguresCard(theme)
    qtbot.addWidget(card)
    card.show()
    heard = [QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name) for button in card.buttons]
    assert heard == ["First model", "Second model"]
    assert all(button.toolTip() for button in card.buttons)
    assert card.buttons[0].accessibleDescription() == "No results yet"
