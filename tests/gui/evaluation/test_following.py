"""Evaluate follows a model that was just chosen to the data of its training."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionEntry, CollectionStore
from digitpad.data.ink import write_ink
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.model_data import Data, data_of
from digitpad.models.model_file import Model, ModelMetadata, save_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings
from digitpad.training.suiting import start_suited
from tests.drawn_shapes import drawn_shapes


@pytest.fixture
def shapes() -> CollectionEntry:
    """Return a collection of four classes."""
    entry = CollectionStore().create("shapes")
    with CollectionEditor(entry.folder) as editor:
        editor.add_labelled([(str(one.label), NewSample(one)) for one in drawn_shapes(6, 1)])
    return entry


def _trained(dataset: str, store: RunStore) -> Run:
    settings = TrainingSettings(epochs=1, batch_size=8)
    # Chosen, so that they are not suited to so few images: it would be trained for 75 epochs.
    chosen = {"epochs", "batch_size"}
    live = start_suited(RunPlan(ARCHITECTURES["tiny"], dataset, settings=settings), chosen, store, None)
    for _event in live.events():
        pass
    return live.run


def test_a_model_of_a_collection_is_evaluated_on_its_validation_images(
    evaluation_window: MainWindow, tab: EvaluationTab, shapes: CollectionEntry, tmp_path: Path, qtbot: QtBot
) -> None:
    run = _trained(shapes.dataset, RunStore(tmp_path / "runs"))
    assert tab.setup.data.chosen == "test:mnist"
    assert evaluation_window.use_model(run.folder)
    assert tab.setup.data.chosen == "validation:collection:shapes"
    assert tab.setup.data.currentText() == "shapes, validation images of the model"
    with qtbot.waitSignal(tab.finished, timeout=60_000):
        tab.start.trigger()
    assert tab.results.measured is not None, tab.setup.status.text()
    assert len(tab.results.measured.images) == 4
    # A model of digits returns to the digits.
    assert evaluation_window.use_model("standard")
    assert tab.setup.data.chosen == "test:mnist"


def test_a_model_in_a_file_knows_its_data(tab: EvaluationTab, tmp_path: Path, qtbot: QtBot) -> None:
    ink = tmp_path / "shapes.jsonl"
    write_ink(ink, drawn_shapes(6, 1))
    run = _trained(str(ink), RunStore(tmp_path / "runs"))
    save_model(tmp_path / "shapes.safetensors", run.model())
    # The button of Train starts the evaluation.
    with qtbot.waitSignal(tab.finished, timeout=60_000):
        tab.evaluate(tmp_path / "shapes.safetensors")
    assert tab.setup.chosen_data.source == str(ink)
    assert tab.results.measured is not None, tab.setup.status.text()


def test_data_that_were_chosen_stay_for_models_of_digits(
    evaluation_window: MainWindow, tab: EvaluationTab, tmp_path: Path
) -> None:
    ink = tmp_path / "digits.jsonl"
    write_ink(ink, drawn_shapes(1, 1))
    tab.setup.add_data(str(ink))
    assert evaluation_window.use_model("light")
    assert tab.setup.chosen_data.source == str(ink)


def test_without_a_record_the_classes_say_what_to_choose(
    evaluation_window: MainWindow, tab: EvaluationTab, shapes: CollectionEntry, tmp_path: Path
) -> None:
    run = _trained(shapes.dataset, RunStore(tmp_path / "runs"))
    store = CollectionStore()
    store.forget(store.delete(shapes))
    assert evaluation_window.use_model(run.folder)
    assert tab.setup.status.text().endswith("Choose data with its classes: cross, hat, line, ring.")


@pytest.mark.parametrize("dataset", ["pen", "styles", "manners", "figures"])
def test_data_without_test_images_are_not_taken_for_them(dataset: str) -> None:
    """All their images are in both splits: the model would be evaluated on what it was trained on."""
    assert data_of(_model_of(dataset), Path("model.safetensors")) == Data(dataset, "validation")


@pytest.mark.parametrize("turns", ["", ":transpose"])
def test_a_folder_without_test_images_has_validation_images(tmp_path: Path, turns: str) -> None:
    (tmp_path / "a").mkdir()
    source = f"{tmp_path}{turns}"
    assert data_of(_model_of(source), Path("model.safetensors")) == Data(source, "validation")
    (tmp_path / "test").mkdir()
    (tmp_path / "train").mkdir()
    assert data_of(_model_of(source), Path("model.safetensors")) == Data(source)


def _model_of(dataset: str) -> Model:
    metadata = ModelMetadata(training={"dataset": dataset}, metrics={"validation_accuracy": 0.9})
    return Model(build(ARCHITECTURES["tiny"]), ARCHITECTURES["tiny"], metadata)
