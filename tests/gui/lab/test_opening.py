"""Text files opened in the Lab: a matrix, values, or layers, by the page that is shown."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.losses_page import LossesPage
from digitpad.gui.lab.networks_page import NetworksPage
from digitpad.gui.lab.tab import LabTab


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
