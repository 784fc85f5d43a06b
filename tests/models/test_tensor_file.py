"""Tensors are written from their arrays, as the safetensors library reads them."""

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from digitpad.models.tensor_file import read_header, read_tensors, write_tensors

TENSORS = {
    "empty": np.zeros((0, 3), np.float32),
    "flags": np.array([True, False, True]),
    "swapped": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "big-endian": np.arange(5, dtype=">f4"),
    "scalar": np.asarray(0.001),
    "steps": np.asarray(1 << 40),
    "weights": np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32),
}


def test_the_library_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    with path.open("wb") as file:
        write_tensors(file, TENSORS, {"kind": "a test", "umlaut": "ä"})
    read = safetensors.numpy.load_file(path)
    assert read.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert read[name].shape == tensor.shape, name
        assert read[name].dtype == tensor.dtype.newbyteorder("="), name
        assert np.array_equal(read[name], tensor), name
    with safetensors.safe_open(path, framework="np") as opened:
        assert opened.metadata() == {"kind": "a test", "umlaut": "ä"}
    assert dict(read_header(path).shapes) == {name: tensor.shape for name, tensor in TENSORS.items()}
    assert read_tensors(path).keys() == TENSORS.keys()


def test_large_tensors_take_no_memory(tmp_path: Path) -> None:
    large = {"large": np.zeros((1000, 1000), np.float32)}
    with (tmp_path / "large.safetensors").open("wb") as file:
        tracemalloc.start()
        write_tensors(file, large, {})
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 100_000


def test_a_type_without_a_name_is_refused() -> None:
    with pytest.raises(KeyError, match="complex"):
        write_tensors(io.BytesIO(), {"waves": np.zeros(3, np.complex128)}, {})
