"""View > Text size: by menu and keyboard, remembered, and in the whole window."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from tests.gui.settling import lay_out, settle


def _press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)


def test_the_keyboard_makes_text_larger_and_smaller(window: MainWindow, theme: Theme, settings: Settings) -> None:
    picture = window.draw_tab.received.width()
    answer = window.draw_tab.answer.minimumSizeHint().height()
    font = window.font().pointSizeF()
    _press(window, Qt.Key.Key_Plus)
    assert theme.scale == 1.1
    for _ in range(5):
        _press(window, Qt.Key.Key_Equal)
    lay_out()
    assert theme.scale == settings.text_scale == 2.0
    assert window.font().pointSizeF() == 2 * font
    assert window.draw_tab.answer.minimumSizeHint().height() == 2 * answer
    assert window.draw_tab.received.width() == 2 * (picture - 2) + 2
    larger = window.findChild(QAction, "actionTextLarger")
    assert larger is not None
    assert not larger.isEnabled()
    _press(window, Qt.Key.Key_Minus)
    assert settings.text_scale == 1.75
    _press(window, Qt.Key.Key_0)
    lay_out()
    assert theme.scale == settings.text_scale == 1.0
    assert window.draw_tab.received.width() == picture


def test_the_menu_ticks_the_size(window: MainWindow, theme: Theme) -> None:
    action = window.findChild(QAction, "textSize150")
    assert action is not None
    action.trigger()
    assert theme.scale == 1.5
    assert action.isChecked()
    _press(window, Qt.Key.Key_0)
    assert not action.isChecked()


@pytest.mark.parametrize(
    ("written", "scale"), [("1.5", 1.5), ("2", 2.0), ("7", 1.0), ("0.5", 1.0), ('"1.5"', 1.0), ("[1.5]", 1.0)]
)
def test_a_bad_size_in_the_settings_counts_as_none(tmp_path: Path, written: str, scale: float) -> None:
    (tmp_path / "window.json").write_text(f'{{"text_scale": {written}}}')
    assert Settings(tmp_path / "window.json").text_scale == scale


class _StyleChanges(QObject):
    """Counts how often widgets are styled."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange and watched.isWidgetType():
            self.count += 1
        return False


def test_another_text_size_styles_no_widget_once_for_each_ancestor(
    window: MainWindow, theme: Theme, qapp: QApplication
) -> None:
    for name in ("Train", "Features", "Evaluate"):
        window.go_to(name)
        settle(window)
    widgets = len(qapp.allWidgets())
    changes = _StyleChanges()
    qapp.installEventFilter(changes)
    theme.set_scale(1.25)
    qapp.removeEventFilter(changes)
    # Twelve times each, where the sheet is replaced in one step.
    assert widgets / 2 < changes.count < 5 * widgets
