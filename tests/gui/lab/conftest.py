"""The Lab tab, and its first page alone."""

from functools import partial

import pytest

from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.tab import LabTab
from tests.gui.frame import Frame
from tests.gui.settling import lay_out


@pytest.fixture
def tab(frame: Frame) -> LabTab:
    """Show the Lab tab."""
    tab = frame.hold(partial(LabTab, frame.theme, frame.workspace))
    lay_out()
    return tab


@pytest.fixture
def page(frame: Frame) -> ConvolutionPage:
    """Show the Convolution page alone."""
    page = frame.hold(partial(ConvolutionPage, frame.theme, frame.workspace))
    lay_out()
    return page
