"""The bundled data, unpacked once in a process: hundreds of tests open them."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from numpy.typing import NDArray

from digitpad.data import mnist, pen
from digitpad.data.ink import Drawing, parse_ink

_verified = mnist._verified


def read_once(patch: pytest.MonkeyPatch) -> None:
    """Keep what `load_mnist` and `pen_drawings` read, read-only.

    Each time, the training images of MNIST would take 0.4 s, and all of the pen ink 1.5 s.
    """
    patch.setattr(mnist, "_verified", _unpacked)
    patch.setattr(pen, "parse_ink", _parsed)


@cache
def _unpacked(folder: Path, name: str, sha256: str) -> NDArray[Any]:
    array = _verified(folder, name, sha256)
    array.setflags(write=False)
    return array


def _parsed(lines: Iterable[str], name: str) -> list[Drawing]:
    return list(_drawings(tuple(lines), name))


@cache
def _drawings(lines: tuple[str, ...], name: str) -> tuple[Drawing, ...]:
    drawings = tuple(parse_ink(lines, name))
    for stroke in chain.from_iterable(drawing.strokes for drawing in drawings):
        stroke.setflags(write=False)
    return drawings
