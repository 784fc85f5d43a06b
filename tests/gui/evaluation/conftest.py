"""The Evaluate tab, with two small models whose predictions are all known."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray

from digitpad.data.idx import write_idx
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace import models
from digitpad.gui.workspace.gallery import Gallery
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata, save_model
from digitpad.nn import Architecture, build
from tests.gui.conftest import Load
from tests.gui.settling import settle

if TYPE_CHECKING:
    from tests.gui.frame import Frame


def save_pixel_model(path: Path, *, blind: int | None = None) -> Path:
    """Save a model that reads the class from the brightest of the first ten pixels, and may ignore one class."""
    plan = Architecture(
        path.stem,
        (1, 28, 28),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 784, "out_features": 10},
        ),
    )
    network = build(plan, rng=np.random.default_rng(0))
    weight, bias = network.parameters()
    weight.value[...] = np.eye(10, 784)
    if blind is not None:
        weight.value[blind, blind] = -1
    bias.value[...] = 0
    save_model(path, Model(network, plan, ModelMetadata(), path.stem))
    return path


def images_read_as(readings: Sequence[int], brightness: Sequence[int] | None = None) -> NDArray[np.uint8]:
    """Return images (N, 28, 28) that the model reads so, the surer the brighter."""
    images = np.zeros((len(readings), 28, 28), np.uint8)
    images[np.arange(len(readings)), 0, list(readings)] = brightness or 255
    # Each is told from the others.
    images[np.arange(len(readings)), 20, np.arange(len(readings)) % 28] = 90
    return images


def write_test_set(folder: Path, images: NDArray[np.uint8], labels: Sequence[int]) -> Path:
    """Write the test half of an IDX dataset."""
    folder.mkdir(parents=True, exist_ok=True)
    write_idx(folder / "t10k-images-idx3-ubyte", images)
    write_idx(folder / "t10k-labels-idx1-ubyte", np.array(labels, np.uint8))
    return folder


@pytest.fixture
def first_model(tmp_path: Path) -> Path:
    return save_pixel_model(tmp_path / "first.safetensors")


@pytest.fixture
def second_model(tmp_path: Path) -> Path:
    return save_pixel_model(tmp_path / "second.safetensors", blind=3)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with twelve images, of which the first model takes a 4 for a 9, twice, and a 1 for a 7."""
    truth = [0, 1, 2, 3, 3, 4, 4, 4, 5, 6, 1, 9]
    read = [0, 1, 2, 3, 3, 4, 9, 9, 5, 6, 7, 9]
    brightness = [255, 255, 255, 255, 255, 255, 120, 250, 255, 255, 200, 255]
    return write_test_set(tmp_path / "twelve", images_read_as(read, brightness), truth)


@pytest.fixture
def evaluation_window(theme: Theme, settings: Settings, first_model: Path) -> Iterator[MainWindow]:
    window = MainWindow(theme, settings)
    window.resize(1280, 800)
    window.show()
    window.use_model(first_model)
    settle(window)
    yield window
    window.close()
    shiboken6.delete(window)


@pytest.fixture
def load() -> Load:
    """Return the function that loads real models."""
    return models.load


@pytest.fixture
def tab(request: pytest.FixtureRequest, first_model: Path) -> EvaluationTab:
    """Show the Evaluate tab, alone unless the test asks for the main window, too."""
    if "evaluation_window" in request.fixturenames:
        window: MainWindow = request.getfixturevalue("evaluation_window")
        tab = window.go_to("Evaluate")
        assert isinstance(tab, EvaluationTab)
    else:
        frame: Frame = request.getfixturevalue("frame")
        frame.workspace.use(first_model)
        tab = frame.hold(partial(EvaluationTab, frame.theme, frame.workspace))
    settle(tab)
    return tab


def pixels_of(gallery: Gallery, place: int) -> NDArray[np.uint8]:
    """Return the image at a position of a gallery: ink (H, W), or a picture (C, H, W)."""
    assert gallery.images is not None
    image: NDArray[np.uint8] = gallery.images.images[int(gallery.indices[place])]
    return image[0] if len(image) == 1 else image
