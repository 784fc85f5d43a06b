"""Models on disk: a network's weights together with everything needed to use them right.

A model file is a `.safetensors` file whose metadata say how the network is built, how pictures must be prepared
for it, what its outputs mean, how well it did and how it was trained. Whatever is wrong with a file is found
here, once, and said in one sentence; the rest of the program meets sound models only.
"""

import contextlib
import json
import math
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from digitpad import paths
from digitpad.atomic import atomic_write
from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, NO_DIGIT
from digitpad.data.paper import PAPER_MEAN, PAPER_STD
from digitpad.errors import DigitpadError
from digitpad.nn import Architecture, Sequential, build, serialization
from digitpad.nn.architectures.weights import load_matching
from digitpad.nn.backend import to_numpy

FORMAT_VERSION = 1
SUFFIX = ".safetensors"
DEFAULT_MODEL = "digitpad"

CLASSIFICATION, SEGMENTATION = "classification", "segmentation"

_DIGITS = tuple("0123456789")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture must be prepared before a network may see it.

    Attributes
    ----------
    mean, std
        Of images in [0, 1]: the network sees `(x - mean) / std`.
    size
        Height and width of the picture in pixels.
    """

    mean: float = MNIST_MEAN
    std: float = MNIST_STD
    size: int = 28


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """What a model file says about its network.

    Attributes
    ----------
    labels
        What each output of the network means, in order.
    preprocessing
        How pictures are prepared.
    metrics
        Figures that were measured, by name, such as `validation_accuracy`.
    training
        How the weights came about: the command, the seed, the checksum of the data.
    task
        What the network was trained for: "classification" (an output for each label; one will do for two), or
        "segmentation" (an output for each pixel).
    refusal_threshold
        Of a network that has an output for "no digit": from which probability of it on a picture is refused.
    """

    labels: tuple[str, ...] = _DIGITS
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    metrics: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    task: str = CLASSIFICATION
    refusal_threshold: float = 0.5

    @property
    def refuses(self) -> bool:
        """Whether the network has an output for "no digit"."""
        return NO_DIGIT in self.labels


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network, how it is built, and what is known about it.

    Attributes
    ----------
    network
        With its weights.
    architecture
        From which a network of the same kind can be built.
    metadata
        Labels, preprocessing and history.
    name
        What to call the model: its file's name without the ending; the architecture's name if it has no file yet.
    """

    network: Sequential
    architecture: Architecture
    metadata: ModelMetadata
    name: str = ""

    def copy(self) -> "Model":
        """Return the same model with weights of its own, in main memory."""
        # A replica shares the weights; those are replaced by copies. To draw first weights only to write over them,
        # as `build` would, takes ten times as long, which a training that shows itself would feel.
        network = self.network.replica()
        for stored in (*network.parameters(), *network.buffers()):
            stored.move(lambda array: np.array(to_numpy(array)))
        return Model(network, self.architecture, self.metadata, self.name)


def bundled_models() -> list[Path]:
    """Return the files of the models that come with digitpad, the default one first."""
    found = sorted(paths.models_dir().glob(f"*{SUFFIX}"))
    return sorted(found, key=lambda path: path.stem != DEFAULT_MODEL)


def user_models() -> list[Path]:
    """Return the files of the models that the user has trained, the newest first."""
    changed = {}
    # What cannot be looked at (a link that leads nowhere, a file just removed, a locked folder) is no model to offer.
    with contextlib.suppress(OSError):
        for path in user_models_dir().glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                changed[path] = path.stat().st_mtime
    return sorted(changed, key=changed.__getitem__, reverse=True)


def user_models_dir() -> Path:
    """Return the folder of the user's own models; it may not exist yet."""
    return paths.user_data_dir() / "models"


def find_model(name_or_path: str | Path | None = None) -> Path:
    """Return the file of a model.

    Parameters
    ----------
    name_or_path
        A path, or the name of a bundled or user's model (`standard`), or None for the default model.

    Raises
    ------
    DigitpadError
        If there is no such model.
    """
    bundled = bundled_models()
    if name_or_path is None:
        if not bundled:
            raise DigitpadError(f"No model comes with this copy of digitpad ({paths.models_dir()}); train one first.")
        return bundled[0]
    path = Path(name_or_path)
    try:
        is_folder = path.is_dir()
        if path.exists() and not is_folder:
            return path
    except OSError as error:
        raise DigitpadError(f"{path} could not be read ({error.strerror}); name another model.") from error
    if str(name_or_path) == path.name:
        # A folder that happens to be called like a model does not hide it.
        for candidate in (*bundled, *user_models()):
            if path.name in {candidate.stem, candidate.name}:
                return candidate
    if is_folder:
        raise DigitpadError(f"{path} is a folder, not a model; name a {SUFFIX} file in it.")
    known = ", ".join(candidate.stem for candidate in (*bundled, *user_models())) or "none"
    raise DigitpadError(f"There is no model {path}; name a {SUFFIX} file or one of: {known}.")


def load_model(name_or_path: str | Path | None = None) -> Model:
    """Read a model.

    A file without digitpad's metadata, such as a PyTorch state_dict, is taken for the preset that its tensors fit by
    name and shape, and for digits (or pages, if it finds ink) prepared as digitpad prepares them.

    Parameters
    ----------
    name_or_path
        As `find_model` takes it.

    Raises
    ------
    DigitpadError
        If there is no such file, it is no model, is damaged or cut short, lacks or has too many tensors or has
        them in the wrong shape, or holds a number that is not finite.
    """
    path = find_model(name_or_path)
    try:
        tensors, metadata = serialization.read(path)
    except OSError as error:
        raise DigitpadError(f"{path} could not be read ({error.strerror or error}); check the file.") from error
    except (ValueError, TypeError) as error:
        # The library underneath names the trouble alone; the path is said already.
        raise _bad(
            path, f"is damaged, cut short or no {SUFFIX} file ({_one_line(error.__cause__ or error)})"
        ) from error
    ours = "architecture" in metadata
    if ours:
        _check_format_version(path, metadata)
    try:
        with np.errstate(over="ignore"):
            if ours:
                architecture = Architecture.from_json(metadata["architecture"])
                network = build(architecture, rng=np.random.default_rng(0))
                network.load_state_dict(tensors)
            else:
                architecture, network = load_matching(tensors)
    except (ValueError, TypeError, KeyError, AttributeError, MemoryError, RecursionError) as error:
        trouble = "does not hold the network that it names" if ours else "does not say how its network is built"
        raise _bad(path, f"{trouble} ({_one_line(error)})") from error
    broken = [name for name, tensor in network.state_dict().items() if not np.isfinite(tensor).all()]
    if broken:
        raise _bad(path, f"has weights that are not finite numbers (in {', '.join(broken)})")
    parsed = _parse_metadata(path, metadata) if ours else _usual_metadata(architecture, network)
    _check_network(path, network, parsed)
    return Model(network, architecture, parsed, path.stem)


def save_model(path: Path, model: Model) -> None:
    """Write a model, whole or not at all.

    Parameters
    ----------
    path
        Where to; its folder must exist, and a file already there is replaced.
    model
        What to write.

    Raises
    ------
    DigitpadError
        If a weight is not finite, or the file cannot be written.
    """
    for name, tensor in model.network.state_dict().items():
        if not np.isfinite(tensor).all():
            raise DigitpadError(f"{path} was not written: {name} holds numbers that are not finite; train again.")
    metadata = {
        "format_version": str(FORMAT_VERSION),
        "architecture": model.architecture.to_json(),
        "preprocessing": json.dumps(asdict(model.metadata.preprocessing)),
        "labels": json.dumps(list(model.metadata.labels)),
        "metrics": json.dumps(dict(model.metadata.metrics), allow_nan=False),
        "training": json.dumps(dict(model.metadata.training)),
        "task": model.metadata.task,
    }
    if model.metadata.refuses:
        metadata["refusal_threshold"] = repr(model.metadata.refusal_threshold)
    contents = serialization.dumps(model.network, metadata)
    with atomic_write(path) as file:
        file.write(contents)


def check_output(path: Path, *, overwrite: bool) -> None:
    """Check that a model could be written to `path`, before hours are spent on what would go there.

    Parameters
    ----------
    path
        The place.
    overwrite
        Whether a file with something in it may be replaced.

    Raises
    ------
    DigitpadError
        If it could not.
    """
    try:
        if path.is_dir():
            raise DigitpadError(f"{path} is a folder, not a file; name a file inside it.")
        if path.exists() and not path.is_file():
            raise DigitpadError(f"{path} is a device, not a file; choose another place.")
        if path.exists() and path.stat().st_size > 0 and not overwrite:
            raise DigitpadError(f"{path} exists already; choose another name, or add --force to replace it.")
        if not path.parent.is_dir():
            raise DigitpadError(f"{path} could not be written: there is no folder {path.parent}; make it first.")
    except OSError as error:
        raise DigitpadError(f"{path} could not be written ({error.strerror}); choose another place.") from error
    # Only trying tells whether a folder takes a new file: permissions, read-only disks and quotas all have a say.
    try:
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            probe.write(b"digitpad")
    except OSError as error:
        raise DigitpadError(f"{path} could not be written ({error.strerror}); choose another place.") from error


def _check_format_version(path: Path, metadata: Mapping[str, str]) -> None:
    version = metadata.get("format_version", "")
    if not version.isdecimal():
        raise _bad(path, f"has the format version {version!r}, which is no number")
    if int(version) > FORMAT_VERSION:
        raise DigitpadError(
            f"{path} has format version {version}, and this digitpad reads up to {FORMAT_VERSION}; update digitpad."
        )


def _parse_metadata(path: Path, metadata: Mapping[str, str]) -> ModelMetadata:
    try:
        preprocessing, labels, metrics, training = (
            json.loads(metadata.get(name, default) if default else metadata[name], parse_constant=_refuse_constant)
            for name, default in (("preprocessing", ""), ("labels", ""), ("metrics", "{}"), ("training", "{}"))
        )
        parsed = Preprocessing(
            mean=float(preprocessing["mean"]), std=float(preprocessing["std"]), size=int(preprocessing["size"])
        )
    except KeyError as error:
        raise _bad(path, f"lacks {error} in its metadata") from error
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _bad(path, f"has metadata that cannot be read ({_one_line(error)})") from error
    if not (isinstance(labels, list) and labels and all(isinstance(label, str) for label in labels)):
        raise _bad(path, "has labels that are no list of texts")
    if not (isinstance(metrics, dict) and isinstance(training, dict)):
        raise _bad(path, "has metrics or training notes that are no table")
    # Files of the first versions do not name a task: there was one only.
    task = metadata.get("task", CLASSIFICATION)
    if task not in {CLASSIFICATION, SEGMENTATION}:
        raise _bad(path, f"was made for the task {task!r}, which this digitpad does not know")
    usable = parsed.size == 28 if task == CLASSIFICATION else parsed.size >= 1
    if not (math.isfinite(parsed.mean) and math.isfinite(parsed.std) and parsed.std > 0 and usable):
        raise _bad(path, f"asks for pictures prepared in a way that cannot work ({parsed})")
    return ModelMetadata(tuple(labels), parsed, metrics, training, task, _parse_threshold(path, metadata))


def _parse_threshold(path: Path, metadata: Mapping[str, str]) -> float:
    """Return the share from which on pictures are refused; files of networks that never refuse do not name it."""
    text = metadata.get("refusal_threshold", "0.5")
    try:
        threshold = float(text)
    except ValueError:
        threshold = math.nan
    if not 0 <= threshold <= 1:
        raise _bad(path, f"has the refusal threshold {text!r}, which is no share from 0 to 1")
    return threshold


def _usual_metadata(architecture: Architecture, network: Sequential) -> ModelMetadata:
    """Return what is true of a preset's network when its file says nothing."""
    output = network.output_shape(architecture.input_shape)
    if len(output) == 3:
        prepared = Preprocessing(PAPER_MEAN, PAPER_STD, architecture.input_shape[-1])
        return ModelMetadata(labels=("ink",), preprocessing=prepared, task=SEGMENTATION)
    return ModelMetadata()


def _check_network(path: Path, network: Sequential, metadata: ModelMetadata) -> None:
    """Check that the network takes the pictures and gives the labels that the file speaks of."""
    side = metadata.preprocessing.size
    try:
        output = network.output_shape((1, side, side))
    except ValueError as error:
        raise _bad(path, f"has a network that cannot read {side}x{side} pictures ({_one_line(error)})") from error
    count = len(metadata.labels)
    expected = (
        [(count, side, side)] if metadata.task == SEGMENTATION else [(count,), (1,)] if count == 2 else [(count,)]
    )
    if output not in expected:
        raise _bad(path, f"has {count} labels for outputs of shape {output}")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _bad(path: Path, trouble: str) -> DigitpadError:
    return DigitpadError(f"{path} {trouble}; choose another model or save it again.")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
