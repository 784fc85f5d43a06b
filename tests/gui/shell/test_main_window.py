"""The frame: controls, keyboard, model, colours, sizes."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMenu,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.keyboard_help import KeyboardHelp
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.top_bar import ModelChooser
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.tab_page import TabPage
from tests.gui.controls import check_names, check_room, controls_of, tab_order
from tests.gui.settling import lay_out

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


def _go_to_last_tab(window: MainWindow) -> None:
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + tabs.count()), Qt.KeyboardModifier.ControlModifier)


def _trigger(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    action.trigger()


def test_every_control_has_a_name_a_spoken_name_a_tooltip_and_a_place_in_the_tab_order(window: MainWindow) -> None:
    window.show_message(Message("x", "error", "details"))
    controls = controls_of(window)
    assert len(controls) > 12
    check_names(controls)


def test_tab_reaches_every_control_from_the_top_to_the_message(window: MainWindow) -> None:
    window.show_message(Message("x", "error", "details"))
    wanted = {control.objectName() for control in controls_of(window) if control.isEnabled()}
    strip = window.findChild(QTabBar, "tabStrip")
    assert strip is not None
    order = tab_order(strip)
    assert wanted <= set(order), wanted - set(order)
    places = [order.index(name) for name in ("tabStrip", "modelChooser", "penButton", "canvas", "messageClose")]
    assert places == sorted(places)


def test_every_action_has_a_name_a_sentence_and_a_shortcut_of_its_own(window: MainWindow) -> None:
    actions = [action for action in window.findChildren(QAction) if action.objectName().startswith("action")]
    assert len(actions) >= 24
    used: dict[str, str] = {}
    for action in actions:
        assert action.statusTip(), action.objectName()
        assert action.shortcuts(), action.objectName()
        for key in action.shortcuts():
            text = key.toString()
            assert text not in used, (text, action.objectName(), used.get(text))
            used[text] = action.objectName()


def test_the_menu_holds_the_actions(window: MainWindow) -> None:
    menu = window.findChild(QMenu, "mainMenu")
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["File", "Edit", "Draw", "View", "Replay", "Class", "Help"]
    held = {action.objectName() for sub in menu.findChildren(QMenu) for action in sub.actions()}
    assert {"actionOpen", "actionPaste", "actionUndo", "actionColoursDark", "actionKeyboardHelp"} <= held


def test_the_tabs_stand_in_their_order(window: MainWindow) -> None:
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    assert [tabs.tabText(index) for index in range(tabs.count())] == [
        "Draw",
        "Data",
        "Train",
        "Features",
        "Evaluate",
        "Lab",
    ]


def test_a_further_tab_slots_in_with_its_shortcut(window: MainWindow) -> None:
    page = QLabel("more")
    window.add_tab(page, "More")
    _go_to_last_tab(window)
    assert page.isVisible()
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.draw_tab.isVisible()


class _Page(TabPage):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.closed = 0

    def shut_down(self) -> None:
        self.closed += 1


def test_a_lazy_tab_is_built_once_when_first_shown_and_told_of_the_end(window: MainWindow) -> None:
    made: list[_Page] = []

    def make(parent: QWidget) -> _Page:
        made.append(_Page(parent))
        return made[-1]

    window.add_lazy_tab("More", make)
    window.add_lazy_tab("Never", make)
    assert not made
    strip = window.findChild(QTabBar, "tabStrip")
    assert strip is not None
    strip.setCurrentIndex(strip.count() - 2)
    strip.setCurrentIndex(0)
    strip.setCurrentIndex(strip.count() - 2)
    (page,) = made
    assert page.isVisible()
    page.message.emit(Message("More is said.", "info"))
    assert window.messages.message == Message("More is said.", "info")
    window.show_tab(window.draw_tab)
    assert strip.currentIndex() == 0
    window.show_tab(page)
    assert page.isVisible()
    window.close()
    assert page.closed == 1


def test_the_keyboard_help_knows_the_shortcuts_of_tabs_not_shown_yet(window: MainWindow) -> None:
    def make(parent: QWidget) -> _Page:
        page = _Page(parent)
        make_action(page, "actionRare", "Something rare", ["Ctrl+Alt+9"], "Do it", page.shut_down)
        return page

    window.add_lazy_tab("More", make)
    QTest.keyClick(window, Qt.Key.Key_F1)
    (help_page,) = window.findChildren(KeyboardHelp)
    browser = help_page.findChild(QTextEdit)
    assert browser is not None
    assert "Something rare" in browser.toPlainText()
    help_page.close()


def test_nothing_is_cut_off(window: MainWindow) -> None:
    central = window.centralWidget()
    assert central is not None
    for size in ((1024, 640), (1280, 800), (1920, 1200)):
        window.resize(*size)
        lay_out()
        assert (window.width(), window.height()) == size
        check_room(controls_of(window), central)
        for label in window.findChildren(QLabel):
            if label.isVisible() and label.text():
                assert label.width() >= label.minimumSizeHint().width(), label.text()
                assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_the_canvas_takes_drawings_of_500_units_at_the_usual_size(window: MainWindow) -> None:
    assert window.draw_tab.canvas.width() >= 500
    assert window.draw_tab.canvas.height() >= 500


def test_the_chooser_names_the_model_and_offers_others(
    window: MainWindow, settings: Settings, tmp_path: Path, qtbot: QtBot
) -> None:
    chooser = window.findChild(ModelChooser, "modelChooser")
    assert chooser is not None
    assert chooser.title == "fake"
    mine = tmp_path / "mine.safetensors"
    mine.touch()
    window.open_path(mine)
    assert chooser.title == "mine"
    assert settings.model == mine
    chooser.networks.fill()
    action = next(action for action in chooser.menu().actions() if action.text() == "mine")
    assert action.isChecked()
    window.use_model(None)
    chooser.networks.fill()
    with qtbot.waitSignal(chooser.networks.chosen):
        next(action for action in chooser.menu().actions() if action.text() == "mine").trigger()
    assert chooser.title == "mine"


def test_a_broken_model_is_complained_of_and_the_old_one_stays(window: MainWindow, tmp_path: Path) -> None:
    model = window.model
    window.open_path(tmp_path / "broken.safetensors")
    assert window.model is model
    assert window.messages.message is not None
    assert "broken.safetensors" in window.messages.message.text


def test_a_model_asked_for_that_is_broken_is_replaced_by_the_default(window: MainWindow) -> None:
    window.show_model(None)
    window.use_first_model("broken")
    assert window.model is not None
    assert window.messages.message is not None


def test_a_model_file_is_chosen_in_a_dialog(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    _trigger(window, "actionOpenModel")
    dialog = window.findChild(QFileDialog, "openModelDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert window.model is not None
    assert window.model.path == path


def test_colours_can_be_chosen_and_are_remembered(window: MainWindow, theme: Theme, settings: Settings) -> None:
    light = window.grab().toImage().pixelColor(5, 400)
    _trigger(window, "actionColoursDark")
    assert window.grab().toImage().pixelColor(5, 400).lightness() < light.lightness()
    assert settings.colours == "dark"
    _trigger(window, "actionColoursSystem")
    theme.follow_system(Qt.ColorScheme.Dark)
    assert window.grab().toImage().pixelColor(5, 400).lightness() < 128
    theme.follow_system(Qt.ColorScheme.Light)
    assert window.grab().toImage().pixelColor(5, 400) == light


def test_the_keyboard_help_lists_every_shortcut_once_open(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    QTest.keyClick(window, Qt.Key.Key_F1)
    (page,) = window.findChildren(KeyboardHelp)
    browser = page.findChild(QTextEdit)
    assert browser is not None
    text = browser.toPlainText()
    for wanted in ("Ctrl+Z", "Ctrl+O", "Space", "Arrow keys", "Ctrl+Shift+S"):
        assert wanted in text
    page.close()


def test_escape_closes_the_message(window: MainWindow) -> None:
    window.show_message(Message("Something is wrong."))
    QTest.keyClick(window.draw_tab.canvas, Qt.Key.Key_Escape)
    assert window.messages.message is None
    assert not window.messages.isVisible()


def test_the_windows_place_is_remembered(window: MainWindow, settings: Settings) -> None:
    window.close()
    assert settings.geometry is not None


def test_full_screen_goes_on_and_off(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


class _Late(TabPage):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        make_action(self, "actionLate", "Late", ["Ctrl+Alt+9"], "Do it late", self.hide)


def test_the_actions_of_a_lazy_tab_get_a_menu_that_is_there_with_the_tab(window: MainWindow) -> None:
    window.add_lazy_tab("Late", _Late)
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    for _ in range(2):
        tabs.setCurrentIndex(tabs.count() - 1)
        (submenu,) = window.findChildren(QMenu, "menuLate")
        assert [action.text() for action in submenu.actions()] == ["Late"]
        assert submenu.menuAction().isVisible()
        tabs.setCurrentIndex(0)
        assert not submenu.menuAction().isVisible()


def test_the_actions_of_a_tab_work_only_in_front(window: MainWindow, draw: Draw) -> None:
    draw(window.draw_tab.canvas, [[(100, 100), (200, 300)]])
    window.add_tab(QLabel("more"), "More")
    _go_to_last_tab(window)
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert not window.draw_tab.canvas.sketch.page.is_blank
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.draw_tab.undo.isEnabled()
    assert not window.draw_tab.redo.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert window.draw_tab.canvas.sketch.page.is_blank


def test_what_is_opened_brings_the_canvas_to_the_front(window: MainWindow, tmp_path: Path) -> None:
    window.add_tab(QLabel("more"), "More")
    _go_to_last_tab(window)
    window.open_path(tmp_path / "missing.png")
    assert window.draw_tab.isVisible()
