"""The Lab tab in the window."""

import pytest

from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.settling import lay_out


@pytest.fixture
def tab(window: MainWindow) -> LabTab:
    """Show the Lab tab."""
    tab = window.go_to("Lab")
    assert isinstance(tab, LabTab)
    window.resize(1280, 900)
    lay_out()
    return tab


@pytest.fixture
def page(tab: LabTab) -> ConvolutionPage:
    """Show the Convolution page."""
    found = tab.page("convolution")
    assert isinstance(found, ConvolutionPage)
    return found
