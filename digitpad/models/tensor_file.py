"""The header of a `.safetensors` file, which is read and checked before memory is allocated, and large files.

A file consists of eight bytes with the length of the header, the header (JSON: strings, and the type, shape and offsets
of each tensor), and the data of the tensors. The header is read here, within limits; the tensors by the `safetensors`
library. That library writes either bytes that it gathers in memory first, or a file that it replaces itself, without
waiting for the disk; so what is large is written here, from the arrays into an open file.
"""

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from digitpad.json_records import JSONError, parse_json, shown
from digitpad.nn import serialization
from digitpad.nn.backend import Array
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

_LENGTH = struct.Struct("<Q")
_MOST_HEADER = 32 << 20
#: The types of numbers that networks and optimizers have, by their names in NumPy.
_TYPES = {"float64": "F64", "float32": "F32", "int64": "I64", "int32": "I32", "uint8": "U8", "bool": "BOOL"}


@dataclass(frozen=True, slots=True)
class Header:
    """The contents of a header.

    Attributes
    ----------
    shapes
        The shape of each tensor by name.
    strings
        The metadata.
    """

    shapes: Mapping[str, tuple[int, ...]]
    strings: Mapping[str, str]

    @property
    def numbers(self) -> int:
        """Total count of numbers in all tensors."""
        return sum(math.prod(shape) for shape in self.shapes.values())


def read_header(path: Path) -> Header:
    """Read the header of a file.

    Raises
    ------
    DigitpadError
        If it is not a regular file.
    OSError
        If it cannot be read.
    ValueError
        If it is not a safetensors file, or its header is too long.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(_LENGTH.size)
        if len(start) < _LENGTH.size:
            raise ValueError(_("it ends in the middle of its header"))
        (length,) = _LENGTH.unpack(start)
        if length > min(_MOST_HEADER, size - _LENGTH.size):
            raise ValueError(_("its header declares {count:,} bytes").format(count=length))
        header = parse_json(file.read(length), most_bytes=_MOST_HEADER)
    if not isinstance(header, dict):
        raise JSONError(_("its header is not an object"))
    strings = header.pop("__metadata__", {})
    if not isinstance(strings, dict) or not all(isinstance(value, str) for value in strings.values()):
        raise ValueError(_("its metadata values are not strings"))
    return Header({name: _shape(name, entry) for name, entry in header.items()}, strings)


def read_tensors(path: Path) -> dict[str, Array]:
    """Read all tensors of a file by name, after its header was checked.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError, TypeError
        If it is damaged or truncated, or NumPy does not support the type of a tensor.
    """
    return serialization.read(path)[0]


def write_tensors(file: BinaryIO, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write a file without gathering its bytes in memory.

    Parameters
    ----------
    file
        The open file.
    tensors
        The tensors by name; those of C-contiguous arrays are not copied.
    metadata
        Strings by name.

    Raises
    ------
    OSError
        If it cannot be written.
    KeyError
        If the format has no name for the type of a tensor.
    """
    # Wide numbers first, so that all of them lie at multiples of their size.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0]))
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    end = 0
    for name, tensor in ordered:
        start, end = end, end + tensor.nbytes
        header[name] = {"dtype": _TYPES[tensor.dtype.name], "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH.size)
    file.write(_LENGTH.pack(len(text)) + text)
    for _name, tensor in ordered:
        little = tensor.astype(tensor.dtype.newbyteorder("<"), order="C", copy=False)
        file.write(little.reshape(-1).view(np.uint8).data)


def _shape(name: str, entry: Any) -> tuple[int, ...]:
    shape = entry.get("shape") if isinstance(entry, dict) else None
    if not isinstance(shape, list) or not all(isinstance(side, int) and side >= 0 for side in shape):
        raise ValueError(_("its tensor {name} has no shape").format(name=shown(name)))
    return tuple(shape)
