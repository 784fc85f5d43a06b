"""Exports a network as a readable PyTorch module and its weights, and tests both if PyTorch is installed."""

import importlib.util
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.export.comparison import Probes, largest_difference
from digitpad.export.pytorch_source import source_of
from digitpad.extras import optional
from digitpad.models.model_file import Model
from digitpad.nn.backend import to_numpy
from digitpad.translation import gettext as _


def to_pytorch(model: Model, stem: str) -> tuple[bytes, bytes]:
    """Return a model as the contents of a Python module and of its weights, a state_dict in safetensors format.

    Parameters
    ----------
    model
        The model.
    stem
        Name of both files, without the extension.

    Raises
    ------
    DigitpadError
        If a layer has no counterpart in PyTorch.
    """
    try:
        source = source_of(model, stem)
    except ValueError as error:
        raise DigitpadError(
            _("{model} cannot be exported as a PyTorch module ({reason}); change that layer.").format(
                model=model.name, reason=error
            )
        ) from error
    state = model.network.state_dict()
    tensors = {new: np.asarray(to_numpy(state[name]), order="C") for name, new in source.names.items()}
    return source.text.encode(), safetensors.numpy.save(tensors, metadata={"format": "pt"})


def compare_pytorch(module: bytes, weights: bytes, model: Model, probes: Probes) -> float | None:
    """Compare the outputs of an exported module with those of the original model.

    Parameters
    ----------
    module, weights
        The result of `to_pytorch`.
    model
        The original.
    probes
        The images for both.

    Returns
    -------
    float or None
        The largest difference between their outputs; None if PyTorch is not installed.

    Raises
    ------
    DigitpadError
        If the outputs differ.
    """
    torch = optional("torch")
    if torch is None:
        return None
    with tempfile.TemporaryDirectory(prefix="digitpad-") as folder, warnings.catch_warnings():
        # PyTorch warns about even kernels with padding "same", which give the correct result.
        warnings.simplefilter("ignore")
        path = Path(folder) / "exported.py"
        path.write_bytes(module)
        path.with_suffix(".safetensors").write_bytes(weights)
        network = _execute(path).load()

        def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            with torch.inference_mode():
                output: NDArray[np.float32] = network(torch.from_numpy(batch)).numpy()
            return output

        return largest_difference(model.network, answer, probes)


def _execute(path: Path) -> Any:
    """Import a module file without writing bytecode."""
    spec = importlib.util.spec_from_file_location("digitpad_exported", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
