"""The row that limits the films of runs."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.training.film_limits import FilmLimitsRow
from digitpad.gui.workspace.settings import Settings
from digitpad.training.film.limits import MEGABYTE, FilmLimits


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Return a window for the row."""
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def row(window: QWidget, tmp_path: Path) -> FilmLimitsRow:
    """Return the row over settings in which nothing is set."""
    return FilmLimitsRow(Settings(tmp_path / "window.json"), window)


def test_the_usual_limits_are_shown(row: FilmLimitsRow) -> None:
    usual = FilmLimits()
    assert row.one.value() * MEGABYTE == usual.most_bytes
    assert row.all.value() * MEGABYTE == usual.total_bytes


def test_a_limit_is_saved_at_once(row: FilmLimitsRow, tmp_path: Path) -> None:
    row.one.setValue(50)
    row.all.setValue(500)
    saved = Settings(tmp_path / "window.json").film
    assert (saved.most_bytes, saved.total_bytes) == (50 * MEGABYTE, 500 * MEGABYTE)


def test_zero_turns_filming_off(row: FilmLimitsRow, tmp_path: Path) -> None:
    row.all.setValue(0)
    assert row.all.text() == "off"
    assert not Settings(tmp_path / "window.json").film.is_on


def test_the_size_of_all_films_is_shown(row: FilmLimitsRow) -> None:
    row.show_taken(1234 * MEGABYTE)
    label = row.findChild(QLabel, "filmsTaken")
    assert label is not None
    assert label.text() == "now 1,234 MB"
