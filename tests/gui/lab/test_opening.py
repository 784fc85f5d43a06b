"""Text files opened in the Lab: a matrix, values, or layers, by the page that is shown."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from digitpad import paths
from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.losses_page import LossesPage
from digitpad.gui.lab.networks_page import NetworksPage
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.lab.examples import EXAMPLES
from tests.gui.conftest import Draw
from tests.gui.settling import lay_out


@pytest.fixture
def tab(window: MainWindow) -> LabTab:
    """Show the Lab tab in the main window, whose drawing it takes."""
    tab = window.go_to("Lab")
    assert isinstance(tab, LabTab)
    lay_out()
    return tab


@pytest.fixture
def page(tab: LabTab) -> ConvolutionPage:
    """Show the Convolution page of the tab."""
    found = tab.page("convolution")
    assert isinstance(found, ConvolutionPage)
    return found


def test_a_matrix(tab: LabTab, page: ConvolutionPage, tmp_path: Path) -> None:
    file = tmp_path / "matrix.tsv"
    file.write_text("\ufeff1\t2\t3\t4\n" * 1 + "5\t6\t7\t8\n" * 4, encoding="utf-8")
    tab.open_file(str(file))
    assert page.solution.problem.image.shape == (1, 5, 4)
    file.write_text("1 2; x", encoding="utf-8")
    tab.open_file(str(file))
    assert "Row 1 has 1 number" in page.alert.text
    assert page.solution.problem.image.shape == (1, 5, 4)


def test_values(tab: LabTab, tmp_path: Path) -> None:
    page = tab.page("losses")
    assert isinstance(page, LossesPage)
    file = tmp_path / "logits.txt"
    file.write_text("ln 10, ln 30, ln 50, ln 90\n")
    tab.open_file(str(file))
    np.testing.assert_allclose(page.solution.problem.values, np.log([[10, 30, 50, 90]]))


def test_layers(tab: LabTab, tmp_path: Path) -> None:
    page = tab.page("networks")
    assert isinstance(page, NetworksPage)
    file = tmp_path / "net.py"
    file.write_text("net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())\n")
    tab.open_file(str(file))
    assert [row.type for row in page.solution.rows] == ["Conv2D", "ReLU"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", None])
def test_what_cannot_be_read_is_reported(tab: LabTab, tmp_path: Path, qtbot: QtBot, content: bytes | None) -> None:
    file = tmp_path / "data.bin"
    if content is not None:
        file.write_bytes(content)
    with qtbot.waitSignal(tab.message) as waited:
        tab.open_file(str(file))
    (message,) = waited.args
    assert "cannot be opened in the lab" in message.text


def test_pages_without_files_offer_none(tab: LabTab) -> None:
    button = tab.findChild(QPushButton, "labOpen")
    assert button is not None
    assert button.isVisibleTo(tab)
    tab.page("optimizers")
    assert not button.isVisibleTo(tab)


def test_a_drawing_is_the_input(
    tab: LabTab, page: ConvolutionPage, window: MainWindow, draw: Draw, qtbot: QtBot
) -> None:
    action = page.image.findChild(QAction, "labImageDrawing")
    assert action is not None
    before = page.solution
    with qtbot.waitSignal(tab.message) as said:
        action.trigger()
    assert said.args is not None
    assert "no drawing yet" in said.args[0].text
    assert page.solution is before
    window.go_to("Draw")
    draw(window.draw_tab.canvas, [[(0.3, 0.3), (0.6, 0.7)]])
    pixels = window.workspace.look.pixels
    assert pixels is not None
    window.go_to("Lab")
    action.trigger()
    image = page.solution.problem.image
    assert image.shape == (1, 28, 28)
    np.testing.assert_allclose(image[0], pixels, atol=5e-5)
    assert page.alert.text == ""


def test_a_picture_file_is_the_input(tab: LabTab, page: ConvolutionPage, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "picture.png"
    PIL.Image.fromarray(np.full((40, 40, 3), 51, np.uint8)).save(path)
    page.load(EXAMPLES["two-channels"].solve(), 4)
    with qtbot.waitSignal(page.image.taken, timeout=20_000):
        page.image.open_picture(str(path))
    np.testing.assert_allclose(page.solution.problem.image, np.full((1, 28, 28), 0.2))
    assert page.alert.text == ""
    path.write_text("no picture")
    with qtbot.waitSignal(tab.message, timeout=20_000) as said:
        page.image.open_picture(str(path))
    assert said.args is not None
    assert str(path) in said.args[0].text or "picture.png" in said.args[0].text


def test_what_is_shown_is_kept_as_an_example(
    tab: LabTab, page: ConvolutionPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(paths, "user_data_dir", lambda: tmp_path)
    line, shown = tab.findChild(QLineEdit, "labExampleName"), tab.findChild(QListWidget, "labExamples")
    assert line is not None
    assert shown is not None
    worked = shown.count()
    with qtbot.waitSignal(tab.message) as said:
        line.returnPressed.emit()
    assert said.args is not None
    assert "needs a name" in said.args[0].text
    page.open_text("1 2 3; 4 5 6; 7 8 9")
    kept = page.solution.problem.image
    line.setText("My matrix")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shown.count() == worked + 1
    assert shown.currentItem().text().startswith("My matrix\n")
    tab.load_example("exam-valid")
    shown.itemActivated.emit(shown.item(worked))
    np.testing.assert_array_equal(page.solution.problem.image, kept)
    shown.setCurrentRow(worked)
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_Delete)
    question = tab.window().findChild(QMessageBox, "labDeleteQuestion")
    assert question is not None
    question.button(QMessageBox.StandardButton.Yes).click()
    qtbot.waitUntil(lambda: shown.count() == worked)
    assert not list((tmp_path / "lab").glob("*.json"))


def test_files_are_asked_for_in_the_folder_used_last(
    tab: LabTab, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window.workspace.settings.folder = tmp_path
    for button, dialog_name in (("labSheet", "labSheetDialog"), ("labOpen", "labOpenDialog")):
        pressed = tab.findChild(QPushButton, button)
        assert pressed is not None
        pressed.click()
        dialog = window.findChild(QFileDialog, dialog_name)
        assert dialog is not None
        assert Path(dialog.directory().absolutePath()) == tmp_path
        dialog.reject()
    other = tmp_path / "other"
    other.mkdir()
    with qtbot.waitSignal(tab.message):
        tab.exercises.save_to(str(other / "sheet.pdf"))
    assert (other / "sheet.pdf").read_bytes().startswith(b"%PDF")
    assert window.workspace.settings.folder == other
