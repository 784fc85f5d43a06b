"""The datasets that Look offers by name."""

from collections.abc import Callable

import pytest

from digitpad.data import sources
from digitpad.data.pen import pen_drawings
from digitpad.gui.data.look.page import LookPage


def test_pen_ink_is_shown_and_chosen_by_writer(
    page: LookPage, ready: Callable[[LookPage], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = pen_drawings()[:30]
    monkeypatch.setattr(sources, "pen_drawings", lambda: few)
    page.data.setCurrentIndex(page.data.findText("Pen ink of 30 writers"))
    page.data.activated.emit(page.data.currentIndex())
    ready(page)
    assert page.data.source == "pen"
    assert page.images is not None
    assert len(page.images) == 30
    for other in ("Pen ink in particular manners", "Hand-drawn figures and letters"):
        assert page.data.findText(other) >= 0
