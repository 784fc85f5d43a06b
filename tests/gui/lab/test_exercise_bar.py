"""Exercises by their seeds, and sheets as PDF."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QPushButton

from digitpad.copying.forms import as_text
from digitpad.errors import DigitpadError
from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.tab import LabTab
from digitpad.lab.exercises import variant
from digitpad.lab.worked import document_of


def test_a_seed_gives_an_exercise(tab: LabTab) -> None:
    button = tab.findChild(QPushButton, "labNewExercise")
    assert button is not None
    tab.exercises.seed.setValue(6)
    button.click()
    assert tab.exercises.seed.value() == 7
    page = tab.page("convolution")
    assert isinstance(page, ConvolutionPage)
    assert as_text(document_of(page.solution)) == as_text(variant("convolution", 7).document(solved=True))


def test_sheets_with_and_without_solutions(tab: LabTab, tmp_path: Path) -> None:
    tab.exercises.save_sheet(tmp_path / "blank.pdf")
    solved = tab.findChild(QCheckBox, "labSheetSolved")
    assert solved is not None
    solved.click()
    tab.exercises.save_sheet(tmp_path / "solved.pdf")
    sizes = [(tmp_path / name).stat().st_size for name in ("blank.pdf", "solved.pdf")]
    assert (tmp_path / "blank.pdf").read_bytes().startswith(b"%PDF")
    assert sizes[0] < sizes[1]


def test_a_sheet_that_cannot_be_written_is_reported(tab: LabTab, tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="is a folder"):
        tab.exercises.save_sheet(tmp_path)
