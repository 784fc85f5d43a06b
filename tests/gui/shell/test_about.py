"""The page about the program."""

import platform
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from digitpad import __version__
from digitpad.gui.shell import about
from digitpad.gui.shell.about import About, system_facts
from digitpad.gui.shell.main_window import MainWindow


@pytest.fixture
def page(qtbot: QtBot) -> About:
    page = About()
    qtbot.addWidget(page)
    page.show()
    return page


def test_it_says_what_runs(page: About) -> None:
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    for fact in (__version__, platform.python_version(), np.__version__, "openblas", "LGPL", "MNIST", "MIT"):
        assert fact in said


def test_no_text_is_cut(page: About) -> None:
    for label in page.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        assert page.rect().contains(label.geometry()), label.text()


def test_the_facts_can_be_copied(page: About) -> None:
    copy = page.findChild(QPushButton, "aboutCopy")
    assert copy is not None
    copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == f"digitpad {__version__}"
    assert dict(line.split(": ", 1) for line in lines[1:]) == system_facts()


def test_the_executable_names_its_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "THIRD-PARTY.md").write_text("# parts\n")
    monkeypatch.setattr("sys.executable", str(tmp_path / "digitpad"))
    monkeypatch.setattr(about, "is_frozen", lambda: True)
    page = About()
    qtbot.addWidget(page)
    assert any(str(tmp_path / "THIRD-PARTY.md") in label.text() for label in page.findChildren(QLabel))


def test_the_menu_opens_it_once(window: MainWindow) -> None:
    window.help.show_about()
    window.help.show_about()
    (page,) = window.findChildren(About)
    assert page.isVisible()
    page.close()
