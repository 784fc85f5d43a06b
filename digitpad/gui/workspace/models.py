"""Loaded models, with the information that the window shows about them."""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from digitpad.data.picture_fit import CROP
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.percent import percent

if TYPE_CHECKING:
    from digitpad.data.dataset import PerChannel
    from digitpad.models.model_file import Model, ModelMetadata
    from digitpad.reading.numbers import Reader
    from digitpad.training.events import LayerMeasure

_RUN, _CHECKPOINTS = "run.json", "checkpoints"
_FILM, _FRAME = "film", "step-"
_FIGURES = {
    "test_accuracy": QT_TRANSLATE_NOOP("Models", "{name} · {accuracy} on MNIST"),
    "validation_accuracy": QT_TRANSLATE_NOOP("Models", "{name} · {accuracy} on validation images"),
}


class Source(Enum):
    """Where the network that is shown comes from."""

    IN_USE = "in use"
    IN_TRAINING = "in training"
    SAVED = "saved"  # a checkpoint of a run, or a model file that is shown without being in use
    OPERATED = "operated"  # one of the others, changed by surgery
    MOMENT = "moment"  # a run as it was at one step, from its film or repeated


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A moment of a run, which is replayed.

    Attributes
    ----------
    run
        The folder of the run.
    step
        Number of steps that the run had taken.
    is_exact
        Whether the network has exactly the weights of the run; if not, they are rounded to float16.
    file
        A model file with these weights; None if there is none.
    layers, layers_step
        The last layer diagnostics of the run at or before this step, and their step; none before the first.
    """

    run: Path
    step: int
    is_exact: bool
    file: Path | None = None
    layers: "tuple[LayerMeasure, ...]" = ()
    layers_step: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A loaded model.

    Attributes
    ----------
    title
        Its text in the top bar: name, and best known metric or step.
    path
        Its file; for a network in training, the folder of its run.
    mean, std
        Mean and standard deviation of its normalisation; one number, or one for each channel.
    reader
        The reader of the model.
    source
        Where it comes from.
    moment
        The moment of a run that it shows, also after surgery; None for all others.
    """

    title: str
    path: Path
    mean: "PerChannel"
    std: "PerChannel"
    reader: "Reader"
    source: Source = Source.IN_USE
    moment: Moment | None = None

    @property
    def model(self) -> "Model | None":
        """The network with its metadata; None for a reader without a network."""
        from digitpad.reading.recognizer import Recognizer

        return self.reader.model if isinstance(self.reader, Recognizer) else None

    @property
    def picture_shape(self) -> tuple[int, ...] | None:
        """The shape, (C, H, W), of the pictures that it reads as they are; None for a reader of ink."""
        model = self.model
        return model.image_shape if model is not None and self.reader.reads_pictures else None

    @property
    def picture_fit(self) -> str:
        """How these pictures are fitted to the shape, see `digitpad.data.pictures.prepare_picture`."""
        model = self.model
        return CROP if model is None else model.metadata.preprocessing.fit


def load(name_or_path: str | Path | None = None) -> LoadedModel:
    """Load a model: a bundled one by name, any by its path, a run by its folder, a checkpoint, or the default.

    Raises
    ------
    DigitpadError
        If it does not exist, or is not a valid model.
    """
    model, path = read_model(name_or_path)
    return take(model, path.resolve(), saved_name(path))


def read_model(name_or_path: str | Path | None = None) -> "tuple[Model, Path]":
    """Read a model, and return it with its file, or with the folder of the run that it belongs to.

    Parameters
    ----------
    name_or_path
        As `digitpad.models.model_file.load_model` takes it; or the folder of a run, or one of its checkpoints.

    Raises
    ------
    DigitpadError
        If it does not exist, or is not a valid model.
    """
    # NumPy and the network library are loaded after the window has been painted.
    from digitpad.models.model_file import find_model, load_model

    if name_or_path is not None:
        path = Path(name_or_path)
        folder = run_of(path)
        if folder is not None:
            from digitpad.training.run import Run

            return Run(folder).model(None if folder == path else path), path
    path = find_model(name_or_path)
    model = load_model(path)
    return (replace(model, name=saved_name(path)) if is_frame(path) else model), path


def is_checkpoint(path: Path) -> bool:
    """Return whether a file is in the checkpoints folder of a run."""
    return path.parent.name == _CHECKPOINTS


def is_frame(path: Path) -> bool:
    """Return whether a file is a frame of the film of a run."""
    return path.parent.name == _FILM and path.stem.startswith(_FRAME) and run_of(path.parent.parent) is not None


def run_of(path: Path) -> Path | None:
    """Return the folder of the run of a path: the folder itself, or that of a checkpoint; otherwise None."""
    folder = path.parent.parent if is_checkpoint(path) else path
    return folder if (folder / _RUN).is_file() else None


def saved_name(path: Path) -> str:
    """Return the display name of a saved network: the file name of a model, or the name of a run, with a step if given.

    Parameters
    ----------
    path
        A model file, the folder of a run, or one of its checkpoints.

    Returns
    -------
    str
        "standard", "standard 2" or "standard 2, step 340".
    """
    folder = path.parent.parent if is_frame(path) else run_of(path)
    if folder is None:
        return path.stem
    from digitpad.training.film.reader import moment_name
    from digitpad.training.run import Run

    try:
        if is_frame(path):
            return moment_name(Run(folder), int(path.stem.removeprefix(_FRAME)))
        return Run(folder).display_name(path if is_checkpoint(path) else None)
    except (DigitpadError, ValueError):
        # A damaged run still has the name of its folder.
        return folder.name


def take(model: "Model", path: Path, name: str, source: Source = Source.IN_USE) -> LoadedModel:
    """Return a loaded model.

    Parameters
    ----------
    model, path, name
        The model, its path, and its display name.
    source
        Where the network comes from.

    Raises
    ------
    DigitpadError
        If it does not read digits.
    """
    from digitpad.reading.recognizer import Recognizer

    preprocessing = model.metadata.preprocessing
    title = _title(name, model.metadata)
    return LoadedModel(title, path, preprocessing.mean, preprocessing.std, Recognizer(model), source)


def at_moment(model: "Model", moment: Moment) -> LoadedModel:
    """Return the network of a run at one step, named as the model is.

    Raises
    ------
    DigitpadError
        If it does not read digits.
    """
    from digitpad.reading.recognizer import Recognizer

    preprocessing = model.metadata.preprocessing
    mean, std = preprocessing.mean, preprocessing.std
    return LoadedModel(model.name, moment.run, mean, std, Recognizer(model), Source.MOMENT, moment)


def _title(name: str, metadata: "ModelMetadata") -> str:
    for figure, text in _FIGURES.items():
        value = metadata.metrics.get(figure)
        if isinstance(value, float) and 0 <= value <= 1:
            translated = QCoreApplication.translate("Models", str(text))
            return translated.format(name=name, accuracy=percent(value))
    return name
