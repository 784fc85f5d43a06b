"""The menu "Copy as": written in a thread, one form after the other, and errors are said."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.copy_menu import CopyMenu
from tests.gui.copied import copied

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def menu() -> Iterator[CopyMenu]:
    owner = QWidget()
    menu = CopyMenu("copyIt", owner)
    yield menu
    menu.shut_down()
    shiboken6.delete(owner)


def test_each_form_is_an_action(menu: CopyMenu, qtbot: QtBot) -> None:
    assert not menu.isEnabled()
    menu.offer(lambda form: f"in {form}")
    assert [action.text() for action in menu.menu().actions()] == ["Text", "Markdown", "LaTeX", "NumPy", "PyTorch"]
    for form in ("text", "markdown", "latex", "numpy", "pytorch"):
        assert copied(qtbot, menu, form) == f"in {form}"
    menu.offer(None)
    assert not menu.isEnabled()
    menu.copy("text")
    assert QGuiApplication.clipboard().text() == "in pytorch"


def test_what_cannot_be_copied_is_said_and_the_clipboard_stays(menu: CopyMenu, qtbot: QtBot) -> None:
    def refuse(form: str) -> str:
        raise DigitpadError(f"There is no {form} of this.")

    menu.offer(lambda form: form)
    assert copied(qtbot, menu, "text") == "text"
    menu.offer(refuse)
    with qtbot.waitSignal(menu.message) as said:
        menu.copy("numpy")
    assert said.args is not None
    assert said.args[0].text == "There is no numpy of this."
    assert QGuiApplication.clipboard().text() == "text"
    menu.offer(lambda form: form)
    qtbot.waitUntil(lambda: menu.findChild(QWidget, "none") is None)
    assert copied(qtbot, menu, "latex") == "latex"


def test_a_form_chosen_while_another_is_written_follows_it(menu: CopyMenu, qtbot: QtBot) -> None:
    ready = Event()

    def slowly(form: str) -> str:
        assert ready.wait(20)
        return form

    menu.offer(slowly)
    menu.copy("text")
    menu.copy("markdown")
    menu.copy("latex")
    ready.set()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "latex")


def test_numbers_are_collected_when_they_are_copied(menu: CopyMenu, qtbot: QtBot) -> None:
    numbers = [1]

    def prepare() -> Callable[[str], str]:
        found = str(numbers)
        return lambda form: f"{form}: {found}"

    menu.offer_later(prepare)
    numbers.append(2)
    assert copied(qtbot, menu, "text") == "text: [1, 2]"
