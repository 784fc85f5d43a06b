"""A model as the window sees it: something that reads, and the few facts shown beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from digitpad.gui.widgets.percent import percent

if TYPE_CHECKING:
    from digitpad.models.model_file import Model, ModelMetadata
    from digitpad.reading.recognizer import Prediction

_RUN, _CHECKPOINTS = "run.json", "checkpoints"
_FIGURES = {"test_accuracy": "on MNIST", "validation_accuracy": "in validation"}


class Reader(Protocol):
    """Reads digits; `digitpad.reading.recognizer.Recognizer` is one."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What each probability stands for, in order."""
        ...

    def recognize_ink(self, strokes: Sequence[NDArray[np.float32]], *, canvas: float = ...) -> "Prediction":
        """Read a drawing on a canvas with this long side."""
        ...

    def recognize_image(self, gray: NDArray[np.float32]) -> "Prediction":
        """Read an opened image, (H, W) float32 with ink 1."""
        ...

    def recognize_pixels(self, image: NDArray[np.float32]) -> "Prediction":
        """Read an image that is prepared already, (28, 28) float32."""
        ...

    def recognize_all(self, images: NDArray[np.float32]) -> "list[Prediction]":
        """Read prepared pictures of one digit each, (N, 28, 28) float32."""
        ...


@runtime_checkable
class RefusingReader(Protocol):
    """A reader that may know pictures without a digit; `digitpad.reading.recognizer.Recognizer` is one."""

    threshold: float

    @property
    def refuses(self) -> bool:
        """Whether its network has an output for "no digit"."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model in use.

    Attributes
    ----------
    title
        Its name and its best known figure, for the chooser.
    path
        Its file.
    mean, std
        How pictures are normalised for it.
    reader
        What reads.
    """

    title: str
    path: Path
    mean: float
    std: float
    reader: Reader


def load(name_or_path: str | Path | None = None) -> LoadedModel:
    """Load a model: a bundled one by name, any by its path, a run's by its folder, the default one for None.

    Raises
    ------
    DigitpadError
        If there is none such, or its file is no sound model.
    """
    model, path = read_model(name_or_path)
    return take(model, path.resolve(), path.stem if path.is_file() else model.name)


def read_model(name_or_path: str | Path | None = None) -> "tuple[Model, Path]":
    """Read a model, and return it with its file, or with the folder of the run that it is the end of.

    Parameters
    ----------
    name_or_path
        As `digitpad.models.model_file.load_model` takes it; or the folder of a run, or one of its checkpoints.

    Raises
    ------
    DigitpadError
        If there is none such, or its file is no sound model.
    """
    # NumPy and the network library load while the window is to be seen already.
    from digitpad.models.model_file import find_model, load_model

    if name_or_path is not None:
        path = Path(name_or_path)
        folder = path.parent.parent if is_checkpoint(path) else path
        if (folder / _RUN).is_file():
            from digitpad.training.run import Run

            return Run(folder).model(None if folder == path else path), path
    path = find_model(name_or_path)
    return load_model(path), path


def is_checkpoint(path: Path) -> bool:
    """Return whether a file is where a run keeps its checkpoints."""
    return path.parent.name == _CHECKPOINTS


def take(model: "Model", path: Path, name: str) -> LoadedModel:
    """Return a model as the window sees it.

    Parameters
    ----------
    model, path, name
        The model, where it comes from, and what to call it.

    Raises
    ------
    DigitpadError
        If it does not read digits.
    """
    from digitpad.reading.recognizer import Recognizer

    preprocessing = model.metadata.preprocessing
    title = _title(name, model.metadata)
    return LoadedModel(title, path, preprocessing.mean, preprocessing.std, Recognizer(model))


def _title(name: str, metadata: "ModelMetadata") -> str:
    for figure, where in _FIGURES.items():
        value = metadata.metrics.get(figure)
        if isinstance(value, float) and 0 <= value <= 1:
            return f"{name} · {percent(value)} {where}"
    return name
