"""The window with two classes, by a network with an output for each and by one with a single output."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from digitpad.data.ink import Drawing, write_ink
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import save_model
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.live import prepare
from digitpad.training.plan import RunPlan
from tests.drawn_shapes import drawn_shapes
from tests.gui.settling import settle

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


def _with_one_output(plan: Architecture) -> Architecture:
    return replace(plan, layers=(*plan.layers[:-1], {**plan.layers[-1], "out_features": 1}))


@pytest.fixture(scope="module", params=[1, 2], ids=["one output", "two outputs"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    drawings: list[Drawing] = [one for one in drawn_shapes(25, 1) if one.label in {"cross", "ring"}]
    write_ink(folder / "two.jsonl", drawings)
    light = ARCHITECTURES["light"]
    plan = RunPlan(_with_one_output(light) if request.param == 1 else light, str(folder / "two.jsonl"))
    trainer = prepare(plan.with_settings(epochs=8, batch_size=8, threads=1, device="cpu"), diagnose=False)
    for _event in trainer.run():
        pass
    model = trainer.snapshot_model("two")
    assert model.network.output_shape((1, 28, 28)) == (request.param,)
    save_model(folder / "two.safetensors", model)
    return folder / "two.safetensors"


@pytest.fixture
def two(theme: Theme, settings: Settings, model: Path) -> Iterator[MainWindow]:
    window = MainWindow(theme, settings)
    window.resize(1024, 640)
    window.show()
    window.use_model(model)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


def test_both_probabilities_are_shown_in_every_tab(two: MainWindow, draw: Draw) -> None:
    draw(two.draw_tab.canvas, [[(100, 100), (300, 300)], [(100, 300), (300, 100)]])
    bars = two.draw_tab.bars
    assert bars.labels == ("cross", "ring")
    assert bars.values is not None
    assert sum(bars.values) == pytest.approx(1)
    assert bars.values[0] > 0.9
    assert two.draw_tab.answer.digit == "cross"
    features = two.go_to("Features")
    assert isinstance(features, FeaturesTab)
    settle(two)
    assert features.side.bars.values == pytest.approx(bars.values, abs=1e-6)
    draw(two.draw_tab.canvas, [])
    two.draw_tab.clear.trigger()
    settle(two)
    assert two.draw_tab.answer.lines == ("Draw one of 2 classes", "cross, ring")
