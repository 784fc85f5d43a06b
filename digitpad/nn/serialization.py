"""Networks in files: tensors by name, with metadata, in the safetensors format.

Unlike pickle, the format holds only arrays and strings, and nothing that could be executed.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from digitpad.nn.backend import Array, to_numpy
from digitpad.nn.network import Sequential


def dumps(network: Sequential, metadata: Mapping[str, str]) -> bytes:
    """Return a network's parameters and buffers as the bytes of a safetensors file.

    Parameters
    ----------
    network
        The network to write.
    metadata
        Strings by name, stored beside the tensors.
    """
    tensors = {name: np.asarray(to_numpy(value), order="C") for name, value in network.state_dict().items()}
    return safetensors.numpy.save(tensors, metadata=dict(metadata))


def read(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Read the tensors and the metadata of a safetensors file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    (dict, dict)
        Arrays by name, and strings by name (empty if the file has none).

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not a complete safetensors file.
    """
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata: dict[str, str] = file.metadata() or {}
            names: list[str] = file.keys()
            tensors: dict[str, Array] = {name: file.get_tensor(name) for name in names}
    except safetensors.SafetensorError as error:
        raise ValueError(f"{path} is not a complete safetensors file ({error})") from error
    return tensors, metadata
