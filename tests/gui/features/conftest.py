"""The Features tab of the real window, with a small real network behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from PySide6.QtWidgets import QTabBar

from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.presets import convnet
from digitpad.reading.recognizer import Recognizer
from tests.gui.settling import settle

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
def features_window(theme: Theme, settings: Settings, model: Model) -> Iterator[MainWindow]:
    """Show the real window with a small network that nobody has trained."""

    def load(_name: str | Path | None = None) -> LoadedModel:
        return loaded(model)

    window = MainWindow(theme, settings, load)
    window.resize(1280, 800)
    window.show()
    window.use_model(None)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture
def tab(features_window: MainWindow) -> FeaturesTab:
    """Go to the Features tab."""
    tabs = features_window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    names = [tabs.tabText(index) for index in range(tabs.count())]
    tabs.setCurrentIndex(names.index("Features"))
    settle(features_window)
    tab = features_window.findChild(FeaturesTab)
    assert tab is not None
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
