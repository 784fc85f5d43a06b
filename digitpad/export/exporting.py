"""One function for all formats: make the file's contents, compare, and only then write."""

import copy
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.export.comparison import largest_difference, probes_for
from digitpad.export.onnx_file import compare_onnx, to_onnx
from digitpad.export.pytorch_file import compare_pytorch, to_pytorch
from digitpad.models.model_file import SUFFIX, Model
from digitpad.nn import Sequential
from digitpad.nn.backend import to_numpy

FORMATS = ("onnx", "pytorch", "npz")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes
    ----------
    path
        The file.
    max_difference
        The largest difference that was measured between any two outputs of the network here and there; None if
        it could not be measured.
    compared
        How it was measured, or why not, for a person.
    beside
        Files that belong to it.
    """

    path: Path
    max_difference: float | None
    compared: str
    beside: tuple[Path, ...] = ()


def export_model(model: Model, form: str, path: Path) -> Exported:
    """Write a model in a form for other programs, having made sure that it answers the same there.

    Parameters
    ----------
    model
        The model.
    form
        `onnx`; `pytorch`, a Python module with its weights as a safetensors file beside it; or `npz`, NumPy's
        arrays by name.
    path
        Where to; a file already there is replaced.

    Raises
    ------
    DigitpadError
        If there is no such form, a package that it needs is not installed, a layer has no counterpart there, the
        outcome answers differently (nothing is written then), or a file cannot be written.
    """
    if form not in FORMATS:
        raise DigitpadError(f"There is no format called {form!r}; choose one of: {', '.join(FORMATS)}.")
    probes = probes_for(model.network, model.architecture.input_shape, model.metadata.preprocessing)
    if form == "onnx":
        contents = to_onnx(model)
        difference, runner = compare_onnx(contents, model, probes)
        _write(path, contents)
        return Exported(path, difference, f"{probes.name}, with {runner}")
    if form == "npz":
        contents = to_npz(model)
        difference = largest_difference(model.network, read_npz(contents, model.network).forward, probes)
        _write(path, contents)
        return Exported(path, difference, f"{probes.name}, with the arrays read back")
    if path.suffix != ".py":
        raise DigitpadError(f"{path} would hold a Python module; choose a name that ends in .py.")
    module, weights = to_pytorch(model, path.stem)
    measured = compare_pytorch(module, weights, model, probes)
    beside = path.with_suffix(SUFFIX)
    _write(beside, weights)
    _write(path, module)
    how = "not measured: PyTorch is not installed here" if measured is None else f"{probes.name}, with PyTorch"
    return Exported(path, measured, how, (beside,))


def to_npz(model: Model) -> bytes:
    """Return a model's parameters and buffers, by name, as the bytes of an `.npz` file."""
    file = io.BytesIO()
    arrays = {name: to_numpy(value) for name, value in model.network.state_dict().items()}
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read_npz(contents: bytes, network: Sequential) -> Sequential:
    """Return a network like `network`, with the arrays of an `.npz` file.

    Parameters
    ----------
    contents
        What `to_npz` returned.
    network
        Stays as it is.

    Raises
    ------
    ValueError
        If an array is missing, extra or misshapen.
    """
    twin = copy.deepcopy(network)
    for stored in (*twin.parameters(), *twin.buffers()):
        stored.value = np.zeros_like(stored.value)
    with np.load(io.BytesIO(contents), allow_pickle=False) as arrays:
        twin.load_state_dict(dict(arrays))
    return twin


def _write(path: Path, contents: bytes) -> None:
    with atomic_write(path) as file:
        file.write(contents)
