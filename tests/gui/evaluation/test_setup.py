"""The data that a model can be evaluated on: bundled ones are chosen by name."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.data import sources
from digitpad.data.pen import pen_drawings
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.workspace.model_data import Data, data_of
from digitpad.models.model_file import load_model


def test_pen_ink_is_offered_and_evaluated_by_writer(
    tab: EvaluationTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = pen_drawings()[:30]
    monkeypatch.setattr(sources, "pen_drawings", lambda: few)
    choice = tab.setup.data
    choice.setCurrentIndex(choice.findText("Pen ink of 30 writers"))
    choice.activated.emit(choice.currentIndex())
    assert tab.setup.chosen_data == Data("pen", "test")
    with qtbot.waitSignal(tab.finished, timeout=60_000):
        tab.start.trigger()
    assert tab.setup.status.property("trouble") != "true"
    measured = tab.results.measured
    assert measured is not None
    assert measured.evaluations[0].count == 30
    assert sum(writer.count for writer in measured.evaluations[0].by_origin("writer")) == 30


def test_pen_ink_has_no_test_images_that_a_model_of_it_has_not_seen() -> None:
    model = load_model("light")
    for dataset in ("pen", "manners", "figures"):
        training = {**model.metadata.training, "dataset": dataset}
        metadata = replace(model.metadata, training=training, metrics={"validation_accuracy": 0.9})
        assert data_of(replace(model, metadata=metadata), Path("any.safetensors")) == Data(dataset, "validation")
