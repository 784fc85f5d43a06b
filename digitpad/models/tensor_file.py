"""The header of a `.safetensors` file, which is read and checked before memory is allocated.

A file consists of eight bytes with the length of the header, the header (JSON: strings, and the type, shape and offsets
of each tensor), and the data of the tensors. The header is read here, within limits; the tensors by the `safetensors`
library.
"""

import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitpad.json_records import JSONError, parse_json, shown
from digitpad.nn import serialization
from digitpad.nn.backend import Array
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

_LENGTH = struct.Struct("<Q")
_MOST_HEADER = 32 << 20


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


def _shape(name: str, entry: Any) -> tuple[int, ...]:
    shape = entry.get("shape") if isinstance(entry, dict) else None
    if not isinstance(shape, list) or not all(isinstance(side, int) and side >= 0 for side in shape):
        raise ValueError(_("its tensor {name} has no shape").format(name=shown(name)))
    return tuple(shape)
