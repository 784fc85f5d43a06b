"""Exports a model: makes the contents of the file, compares the outputs, and only then writes the file."""

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
from digitpad.models.model_file import SUFFIX, Model, is_model
from digitpad.nn import Sequential
from digitpad.nn.backend import to_numpy
from digitpad.translation import gettext as _

FORMATS = ("onnx", "pytorch", "npz")


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    Attributes
    ----------
    path
        The file.
    max_difference
        The largest difference between the outputs of the two networks; None if it could not be measured.
    compared
        How it was measured, or why not, in the user's language.
    beside
        Further files that belong to it.
    """

    path: Path
    max_difference: float | None
    compared: str
    beside: tuple[Path, ...] = ()


def export_model(model: Model, form: str, path: Path) -> Exported:
    """Export a model in a format for other programs, after checking that its outputs are the same.

    Parameters
    ----------
    model
        The model.
    form
        `onnx`; `pytorch`, a Python module with its weights in a safetensors file beside it; or `npz`, NumPy arrays by
        name.
    path
        The output file; an existing file is overwritten.

    Raises
    ------
    DigitpadError
        If the format is unknown, a required package is not installed, a layer has no counterpart in the format, the
        outputs differ (nothing is written then), a file cannot be written, or the weights beside a PyTorch module would
        replace a model.
    """
    if form not in FORMATS:
        raise DigitpadError(
            _("There is no format named {name!r}; choose one of: {names}.").format(name=form, names=", ".join(FORMATS))
        )
    probes = probes_for(model.network, model.architecture.input_shape, model.metadata.preprocessing)
    if form == "onnx":
        contents = to_onnx(model)
        difference, runner = compare_onnx(contents, model, probes)
        _write(path, contents)
        return Exported(path, difference, _("{images}, run by {program}").format(images=probes.name, program=runner))
    if form == "npz":
        contents = to_npz(model)
        difference = largest_difference(model.network, read_npz(contents, model.network).forward, probes)
        _write(path, contents)
        compared = _("{images}, with the arrays read from the file").format(images=probes.name)
        return Exported(path, difference, compared)
    if path.suffix != ".py":
        raise DigitpadError(_("A PyTorch export is a Python module: {path} must end in .py.").format(path=path))
    beside = path.with_suffix(SUFFIX)
    if is_model(beside):
        raise DigitpadError(
            _("{path} is a model, which the weights of the export would replace; choose another name.").format(
                path=beside
            )
        )
    module, weights = to_pytorch(model, path.stem)
    measured = compare_pytorch(module, weights, model, probes)
    _write(beside, weights)
    _write(path, module)
    if measured is None:
        compared = _("not measured, since PyTorch is not installed")
    else:
        compared = _("{images}, run by {program}").format(images=probes.name, program="PyTorch")
    return Exported(path, measured, compared, (beside,))


def to_npz(model: Model) -> bytes:
    """Return the parameters and buffers of a model by name, as the contents of an `.npz` file."""
    file = io.BytesIO()
    arrays = {name: to_numpy(value) for name, value in model.network.state_dict().items()}
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def read_npz(contents: bytes, network: Sequential) -> Sequential:
    """Return a copy of a network with the arrays of an `.npz` file.

    Parameters
    ----------
    contents
        The result of `to_npz`.
    network
        The network; it is not changed.

    Raises
    ------
    ValueError
        If an array is missing, unexpected or of the wrong shape.
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
