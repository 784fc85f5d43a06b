"""The data to train on: bundled datasets are chosen by name."""

import pytest

from digitpad.data import sources
from digitpad.data.pen import pen_drawings
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox


def test_pen_ink_is_offered_beside_mnist(tab: TrainTab, monkeypatch: pytest.MonkeyPatch) -> None:
    few = pen_drawings()[:60]
    monkeypatch.setattr(sources, "pen_drawings", lambda: few)
    choice = tab.findChild(ComboBox, "trainData")
    assert choice is not None
    choice.setCurrentIndex(choice.findText("Pen ink of 30 writers"))
    choice.activated.emit(choice.currentIndex())
    assert tab.editor.plan.dataset == "pen"
    assert choice.currentText() == "Pen ink of 30 writers"
