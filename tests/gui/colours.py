"""Small networks that tell red pictures from blue ones, and made-up pictures for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL.Image
import shiboken6
from numpy.typing import NDArray

from digitpad.data.picture_fit import CROP
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.models import LoadedModel
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing
from digitpad.nn import Architecture, build
from digitpad.reading.recognizer import Recognizer
from tests.gui.settling import settle

SHAPE = (3, 20, 24)
CLASSES = ("reds", "blues")
MEAN, STD = (0.5, 0.4, 0.3), (0.25, 0.2, 0.3)


def colour_model(*, logits: int = 1, shape: tuple[int, ...] = SHAPE, fit: str = CROP) -> Model:
    """Return a network that reads "blues" where blue is brighter than red, with one or two logits."""
    channels, height, width = shape
    plan = Architecture(
        f"colour{logits}",
        (channels, height, width),
        (
            {"name": "conv", "type": "Conv2D", "in_channels": 3, "out_channels": 4, "kernel_size": 3},
            {"name": "relu", "type": "ReLU"},
            {"name": "pool", "type": "GlobalAveragePool2D"},
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 4, "out_features": logits},
        ),
    )
    network = build(plan, rng=np.random.default_rng(0))
    kernels, offsets, weights, bias = network.parameters()
    kernels.value[...] = 0
    # The first two maps are how much brighter blue is than red, and how much darker.
    kernels.value[0, :, 1, 1] = (-1, 0, 1)
    kernels.value[1, :, 1, 1] = (1, 0, -1)
    kernels.value[2:] = np.random.default_rng(1).normal(0, 0.2, kernels.value[2:].shape)
    offsets.value[...] = 0
    weights.value[...] = 0
    bias.value[...] = 0
    weights.value[-1, :2] = (3, -3)
    metadata = ModelMetadata(CLASSES, Preprocessing.of_pictures(plan.input_shape, MEAN, STD, fit))
    return Model(network, plan, metadata, plan.name)


def loaded(model: Model) -> LoadedModel:
    """Return a model as the window holds it."""
    prepared = model.metadata.preprocessing
    return LoadedModel(model.name, Path(f"{model.name}.safetensors"), prepared.mean, prepared.std, Recognizer(model))


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (90, 60)) -> NDArray[np.uint8]:
    """Return a picture, (H, W, 3), of one colour with some grain."""
    grain = np.random.default_rng(0).integers(0, 20, (size[1], size[0], 3))
    return np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8)


def save_picture(path: Path, pixels: NDArray[np.uint8]) -> Path:
    """Write a picture file."""
    PIL.Image.fromarray(pixels).save(path)
    return path


@contextmanager
def window_with(theme: Theme, settings: Settings, model: Model) -> Iterator[MainWindow]:
    """Show the real window with a network, and wait until it has settled."""

    def load(_name: str | Path | None = None) -> LoadedModel:
        return loaded(model)

    window = MainWindow(theme, settings, load)
    window.resize(1024, 640)
    window.show()
    window.use_model(None)
    settle(window)
    try:
        yield window
    finally:
        window.close()
        shiboken6.delete(window)
