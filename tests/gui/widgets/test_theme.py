"""Colours: legible, complete, and changed at run time."""

from dataclasses import asdict

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.theme import DARK, LIGHT, Colours, Theme


def _luminance(name: str) -> float:
    colour = QColor(name)
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4)
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_legible_on_every_ground_it_stands_on(colours: Colours) -> None:
    pairs = [
        (text, ground)
        for text in (colours.text, colours.muted)
        for ground in (colours.window, colours.surface, colours.field, colours.hover)
    ]
    pairs += [
        (colours.on_accent, colours.accent),
        (colours.error, colours.error_ground),
        (colours.warm, colours.surface),
        (colours.accent, colours.surface),
    ]
    for text, ground in pairs:
        assert _contrast(text, ground) >= 4.5, (text, ground)
    # Bars are graphics: 3 against what they lie on.
    assert _contrast(colours.bar, colours.track) >= 3
    assert _contrast(colours.accent, colours.track) >= 3


def test_every_colour_is_a_colour() -> None:
    for name, value in {**asdict(LIGHT), **asdict(DARK)}.items():
        assert QColor(value).isValid(), name


def test_the_style_sheet_is_filled_in(qapp: QApplication, theme: Theme) -> None:
    assert theme.choice == "light"
    assert LIGHT.accent in qapp.styleSheet()
    assert "@" not in qapp.styleSheet()


def test_it_follows_the_system_only_while_nothing_was_chosen(theme: Theme, qtbot: QtBot) -> None:
    theme.follow_system(Qt.ColorScheme.Dark)
    assert theme.colours is LIGHT
    with qtbot.waitSignal(theme.changed):
        theme.choose("system")
    assert theme.colours is DARK
    with qtbot.waitSignal(theme.changed):
        theme.follow_system(Qt.ColorScheme.Light)
    with qtbot.assertNotEmitted(theme.changed):
        theme.follow_system(Qt.ColorScheme.Unknown)
    theme.choose("nonsense")
    assert theme.choice == "system"
