"""The Features tab with a small real network behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.models import LoadedModel
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.presets import convnet
from digitpad.reading.recognizer import Recognizer
from tests.gui.conftest import Load
from tests.gui.settling import settle

if TYPE_CHECKING:
    from tests.gui.frame import Frame

SMALL = convnet("small", (4, 6), 12)


def model_of(architecture: Architecture, seed: int = 3) -> Model:
    """Return an untrained model."""
    network = build(architecture, rng=np.random.default_rng(seed))
    return Model(network, architecture, ModelMetadata(), architecture.name)


def loaded(model: Model) -> LoadedModel:
    """Return a model as the window holds it."""
    return LoadedModel(model.name, Path(f"{model.name}.safetensors"), 0.1307, 0.3081, Recognizer(model))


@pytest.fixture
def model() -> Model:
    return model_of(SMALL)


@pytest.fixture
def load(model: Model) -> Load:
    """Return a function that loads a small network that nobody has trained."""

    def small(_name: str | Path | None) -> LoadedModel:
        return loaded(model)

    return small


@pytest.fixture
def features_window(window: MainWindow) -> MainWindow:
    """Show the main window with that network."""
    return window


@pytest.fixture
def tab(request: pytest.FixtureRequest) -> FeaturesTab:
    """Show the Features tab, alone unless the test asks for the main window, too."""
    if "features_window" in request.fixturenames:
        window: MainWindow = request.getfixturevalue("features_window")
        tab = window.go_to("Features")
        assert isinstance(tab, FeaturesTab)
    else:
        frame: Frame = request.getfixturevalue("frame")
        tab = frame.hold(partial(FeaturesTab, frame.theme, frame.workspace))
    settle(tab)
    return tab


Ink = Callable[[FeaturesTab], None]


@pytest.fixture
def ink(draw: Callable[..., None]) -> Ink:
    """Return a function that draws on the tab's small canvas."""

    def on(tab: FeaturesTab) -> None:
        tab.side.show_drawing(on=True)
        draw(tab.side.pad, [[(60, 40), (110, 44), (150, 60), (120, 100), (80, 180)]])

    return on


@pytest.fixture
def other_model() -> Model:
    """Return a network of another shape than `model`."""
    return model_of(convnet("other", (3, 5), 8), seed=8)


@pytest.fixture
def retrained_model() -> Model:
    """Return a network of the same shape as `model`, with other weights."""
    return model_of(SMALL, seed=9)
