"""Loads and saves models: the weights of a network together with everything needed to use them.

A model file is a `.safetensors` file whose metadata contain the architecture, the preprocessing of pictures, the
meaning of the outputs, metrics and a record of the training. A file is validated here, once, and errors are reported in
one sentence; the rest of the program only handles valid models.
"""

import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad import paths
from digitpad.atomic import atomic_write
from digitpad.data.paper import PAPER_MEAN, PAPER_STD
from digitpad.errors import DigitpadError
from digitpad.models import metadata
from digitpad.models.architecture_file import MISFITS, parse_architecture, plain_tensor_name
from digitpad.models.metadata import (
    CLASSIFICATION,
    FORMAT_VERSION,
    SEGMENTATION,
    ModelMetadata,
    Preprocessing,
)
from digitpad.models.plan_limits import MOST_NUMBERS, check_cost, check_held
from digitpad.models.tensor_file import Header, read_header, read_tensors
from digitpad.names import plain_name
from digitpad.nn import Architecture, Sequential, build, serialization
from digitpad.nn.architectures.weights import load_matching
from digitpad.nn.backend import Array, to_numpy
from digitpad.translation import gettext as _

__all__ = [
    "CLASSIFICATION",
    "DEFAULT_MODEL",
    "FORMAT_VERSION",
    "SEGMENTATION",
    "SUFFIX",
    "Model",
    "ModelMetadata",
    "Preprocessing",
    "bundled_models",
    "check_output",
    "check_weights",
    "find_model",
    "load_model",
    "save_model",
    "user_models",
    "user_models_dir",
]

SUFFIX = ".safetensors"
DEFAULT_MODEL = "digitpad"

#: Trained networks never have weights this large, and products of a few of them fit into float32.
_LARGEST_WEIGHT = 1e12
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network with its architecture and metadata.

    Attributes
    ----------
    network
        The network, including its weights.
    architecture
        The plan from which a network of the same kind can be built.
    metadata
        Labels, preprocessing and history.
    name
        Name of the model: the file name without suffix, or the name of the architecture if it has no file yet.
    """

    network: Sequential
    architecture: Architecture
    metadata: ModelMetadata
    name: str = ""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """The shape of a prepared picture, (C, H, W)."""
        prepared = self.metadata.preprocessing
        if prepared.is_picture:
            return prepared.shape
        return self.architecture.input_shape[0], prepared.size, prepared.size

    def copy(self) -> "Model":
        """Return a copy of the model with its own weights, in main memory."""
        # A replica shares the weights, which are then replaced by copies. `build` would draw initial weights only to
        # overwrite them and take ten times as long, which would slow down a training run that is displayed.
        network = self.network.replica()
        for stored in (*network.parameters(), *network.buffers()):
            stored.move(lambda array: np.array(to_numpy(array)))
        return Model(network, self.architecture, self.metadata, self.name)


def bundled_models() -> list[Path]:
    """Return the files of the bundled models, the default one first."""
    found = sorted(paths.models_dir().glob(f"*{SUFFIX}"))
    return sorted(found, key=lambda path: path.stem != DEFAULT_MODEL)


def user_models() -> list[Path]:
    """Return the files of the models that the user has trained, the newest first."""
    changed = {}
    # Inaccessible files (a broken link, a file that was just removed, a locked folder) are not listed.
    with contextlib.suppress(OSError):
        for path in user_models_dir().glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                changed[path] = path.stat().st_mtime
    return sorted(changed, key=changed.__getitem__, reverse=True)


def user_models_dir() -> Path:
    """Return the folder of the user's models; it may not exist yet."""
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
        If the model does not exist.
    """
    bundled = bundled_models()
    if name_or_path is None:
        if not bundled:
            raise DigitpadError(
                _("This copy of digitpad contains no model ({folder}); train one first.").format(
                    folder=paths.models_dir()
                )
            )
        return bundled[0]
    path = Path(name_or_path)
    try:
        is_folder = path.is_dir()
        if path.exists() and not is_folder:
            return path
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be read ({reason}); choose another model.").format(path=path, reason=error.strerror)
        ) from error
    if str(name_or_path) == path.name:
        # A folder with the same name as a model does not hide the model.
        for candidate in (*bundled, *user_models()):
            if path.name in {candidate.stem, candidate.name}:
                return candidate
    if is_folder:
        raise DigitpadError(
            _("{path} is a folder, not a model; name a {suffix} file in it.").format(path=path, suffix=SUFFIX)
        )
    known = ", ".join(candidate.stem for candidate in (*bundled, *user_models())) or "none"
    raise DigitpadError(
        _("There is no model {path}; name a {suffix} file or one of: {known}.").format(
            path=path, suffix=SUFFIX, known=known
        )
    )


def load_model(name_or_path: str | Path | None = None) -> Model:
    """Read a model.

    A file without digitpad's metadata, such as a PyTorch state_dict, is loaded as the preset whose tensors have the
    same names and shapes, and is assumed to read digits (or to find ink on pages) with digitpad's own preprocessing.
    The header of a file is compared with its contents before memory is allocated.

    Parameters
    ----------
    name_or_path
        See `find_model`.

    Raises
    ------
    DigitpadError
        If the file does not exist, is not a model, is damaged or truncated, has missing, unexpected or misshapen
        tensors, contains a number that is not finite or too large, or requires more memory or time for one picture than
        digitpad allows.
    """
    path = find_model(name_or_path)
    header = _read_header(path)
    ours = "architecture" in header.strings
    if ours:
        _check_format_version(path, header.strings)
    architecture, network = _described(path, header) if ours else _recognised(path)
    try:
        check_weights(network)
        parsed = metadata.from_strings(header.strings) if ours else _usual_metadata(architecture, network)
        _check_network(network, architecture, parsed)
    except ValueError as error:
        raise _bad(path, _one_line(error)) from error
    return Model(network, architecture, parsed, plain_name(path.stem))


def save_model(path: Path, model: Model) -> None:
    """Write a model atomically.

    Parameters
    ----------
    path
        The output file; its folder must exist, and an existing file is replaced.
    model
        The model.

    Raises
    ------
    DigitpadError
        If a weight is not finite, or the file cannot be written.
    """
    for name, tensor in model.network.state_dict().items():
        if not np.isfinite(tensor).all():
            raise DigitpadError(
                _("{path} was not written: {name} contains numbers that are not finite; train again.").format(
                    path=path, name=name
                )
            )
    strings = metadata.to_strings(model.metadata) | {"architecture": model.architecture.to_json()}
    contents = serialization.dumps(model.network, strings)
    with atomic_write(path) as file:
        file.write(contents)


def check_weights(network: Sequential) -> None:
    """Check that the weights are finite and not too large.

    Raises
    ------
    ValueError
        If they are not; the message is the end of a sentence about the network.
    """
    state = network.state_dict()
    broken = [name for name, tensor in state.items() if not np.isfinite(tensor).all()]
    if broken:
        raise ValueError(_("has weights that are not finite numbers (in {names})").format(names=", ".join(broken)))
    large = [name for name, tensor in state.items() if tensor.size and np.abs(tensor).max() > _LARGEST_WEIGHT]
    if large:
        raise ValueError(
            _("has weights beyond {most:g}, whose products overflow (in {names})").format(
                most=_LARGEST_WEIGHT, names=", ".join(large)
            )
        )


def is_model(path: Path) -> bool:
    """Return whether a file says that it holds a model of digitpad; whether it can be loaded is not checked."""
    try:
        return "architecture" in read_header(path).strings
    except (OSError, ValueError, DigitpadError):
        return False


def check_output(path: Path, *, overwrite: bool) -> None:
    """Check that a model can be written to `path`, before hours of training.

    Parameters
    ----------
    path
        The place.
    overwrite
        Whether a nonempty file may be replaced.

    Raises
    ------
    DigitpadError
        If it cannot.
    """
    try:
        if path.is_dir():
            raise DigitpadError(_("{path} is a folder, not a file; name a file inside it.").format(path=path))
        if path.exists() and not path.is_file():
            raise DigitpadError(_("{path} is a device, not a file; choose another place.").format(path=path))
        if path.exists() and path.stat().st_size > 0 and not overwrite:
            raise DigitpadError(
                _("{path} already exists; choose another name, or add --force to replace it.").format(path=path)
            )
        if not path.parent.is_dir():
            raise DigitpadError(
                _("{path} could not be written: the folder {parent} does not exist; create it first.").format(
                    path=path, parent=path.parent
                )
            )
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be written ({reason}); choose another place.").format(path=path, reason=error.strerror)
        ) from error
    # Creating a file is the only reliable test: permissions, read-only disks and quotas all matter.
    try:
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            probe.write(b"digitpad")
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be written ({reason}); choose another place.").format(path=path, reason=error.strerror)
        ) from error


def _read_header(path: Path) -> Header:
    try:
        header = read_header(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise _damaged(path, error) from error
    if header.numbers > MOST_NUMBERS:
        raise _bad(
            path,
            _("contains {count:,} numbers; at most {most:,} are allowed").format(
                count=header.numbers, most=MOST_NUMBERS
            ),
        )
    return header


def _read_tensors(path: Path) -> dict[str, Array]:
    try:
        return read_tensors(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, TypeError) as error:
        raise _damaged(path, error) from error


def _check_format_version(path: Path, strings: Mapping[str, str]) -> None:
    try:
        unknown = metadata.unknown_version(strings)
    except ValueError as error:
        raise _bad(path, str(error)) from error
    if unknown:
        raise DigitpadError(
            _("{path} has format version {version}, and this digitpad reads up to {known}; update digitpad.").format(
                path=path, version=unknown, known=metadata.PICTURE_VERSION
            )
        )


def _described(path: Path, header: Header) -> tuple[Architecture, Sequential]:
    """Return the network described by a file, with its weights."""
    try:
        architecture = parse_architecture(header.strings["architecture"])
        check_held(architecture, header.numbers)
        tensors = {plain_tensor_name(name): tensor for name, tensor in _read_tensors(path).items()}
        with np.errstate(over="ignore"):
            network = build(architecture, rng=np.random.default_rng(0))
            network.load_state_dict(tensors)
    except MISFITS as error:
        reason = _one_line(error)
        raise _bad(
            path, _("does not contain the weights of its architecture ({reason})").format(reason=reason)
        ) from error
    return architecture, network


def _recognised(path: Path) -> tuple[Architecture, Sequential]:
    """Return the preset that matches the tensors of a file, with its weights."""
    try:
        with np.errstate(over="ignore"):
            return load_matching(_read_tensors(path))
    except MISFITS as error:
        reason = _one_line(error)
        raise _bad(path, _("does not contain a valid architecture ({reason})").format(reason=reason)) from error


def _usual_metadata(architecture: Architecture, network: Sequential) -> ModelMetadata:
    """Return the default metadata of a preset's network, for a file without metadata."""
    output = network.output_shape(architecture.input_shape)
    if len(output) == 3:
        prepared = Preprocessing(PAPER_MEAN, PAPER_STD, architecture.input_shape[-1])
        return ModelMetadata(labels=("ink",), preprocessing=prepared, task=SEGMENTATION)
    return ModelMetadata()


def _check_network(network: Sequential, architecture: Architecture, described: ModelMetadata) -> None:
    """Check that the network fits the picture size and the labels in the metadata, and that its cost is bounded."""
    shape = described.preprocessing.shape
    try:
        output = network.output_shape(shape)
        # Pages of any size are processed in parts of the size that the network is designed for.
        check_cost(network, architecture.input_shape if described.task == SEGMENTATION else shape)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            _("has a network that does not accept {size} pictures ({reason})").format(
                size=_in_words(shape), reason=_one_line(error)
            )
        ) from error
    count = len(described.labels)
    expected = (
        [(count, *shape[1:])] if described.task == SEGMENTATION else [(count,), (1,)] if count == 2 else [(count,)]
    )
    if output not in expected:
        raise ValueError(_("has {count} labels for outputs of shape {shape}").format(count=count, shape=output))


def _in_words(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in (shape[1:] if shape[0] == 1 else shape))


def _unreadable(path: Path, error: OSError) -> DigitpadError:
    reason = error.strerror or error
    return DigitpadError(_("{path} could not be read ({reason}); check the file.").format(path=path, reason=reason))


def _damaged(path: Path, error: Exception) -> DigitpadError:
    # The message of the library describes only the error; the path is already in the sentence.
    reason = _one_line(error.__cause__ or error)
    return _bad(
        path, _("is damaged, incomplete or not a {suffix} file ({reason})").format(suffix=SUFFIX, reason=reason)
    )


def _bad(path: Path, trouble: str) -> DigitpadError:
    message = _("{path} {trouble}; choose another model or save it again.")
    return DigitpadError(message.format(path=path, trouble=trouble))


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
