"""A network as two files for PyTorch, a readable module and its weights, tried out where PyTorch is to be had."""

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
from digitpad.export.extras import optional
from digitpad.export.pytorch_source import source_of
from digitpad.models.model_file import Model
from digitpad.nn.backend import to_numpy


def to_pytorch(model: Model, stem: str) -> tuple[bytes, bytes]:
    """Return a model as the bytes of a Python module and of its weights, a safetensors state_dict.

    Parameters
    ----------
    model
        The model.
    stem
        Name of both files, without the ending.

    Raises
    ------
    DigitpadError
        If a layer has no form in PyTorch.
    """
    try:
        source = source_of(model, stem)
    except ValueError as error:
        raise DigitpadError(f"{model.name} cannot become a PyTorch module ({error}); change that layer.") from error
    state = model.network.state_dict()
    tensors = {new: np.asarray(to_numpy(state[name]), order="C") for name, new in source.names.items()}
    return source.text.encode(), safetensors.numpy.save(tensors, metadata={"format": "pt"})


def compare_pytorch(module: bytes, weights: bytes, model: Model, probes: Probes) -> float | None:
    """Run an exported module beside the model that it was made of.

    Parameters
    ----------
    module, weights
        What `to_pytorch` returned.
    model
        The original.
    probes
        What both are shown.

    Returns
    -------
    float or None
        The largest difference between their outputs; None where PyTorch is not installed.

    Raises
    ------
    DigitpadError
        If they disagree.
    """
    torch = optional("torch")
    if torch is None:
        return None
    with tempfile.TemporaryDirectory(prefix="digitpad-") as folder, warnings.catch_warnings():
        # PyTorch remarks on even kernels with padding "same", which are right nevertheless.
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
    """Import a module file without leaving traces of it."""
    spec = importlib.util.spec_from_file_location("digitpad_exported", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
