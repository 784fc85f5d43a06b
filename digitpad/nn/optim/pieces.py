"""Pieces of large arrays, which fit into the cache together and can be divided over threads.

An update formula reads and writes several arrays of one shape. Applied to whole arrays, each of its operations would
read them from memory again; applied to a piece after the other, they are read once.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from digitpad.nn.backend import Array
from digitpad.nn.checks import on_host

Runner: TypeAlias = Callable[[Sequence[Callable[[], None]]], None]
"""Runs independent tasks, in any order."""

#: Numbers of an array in one piece: with Adam's four arrays, one megabyte.
_PIECE_NUMBERS = 1 << 16


def run_in_turn(tasks: Sequence[Callable[[], None]]) -> None:
    """Run one task after the other."""
    for task in tasks:
        task()


def cache_pieces(arrays: Sequence[Array]) -> Iterator[Sequence[Array]]:
    """Divide arrays of one shape, as vectors, into pieces that fit into the cache together.

    They are not divided on a GPU, where each piece would take a call, nor if their memory orders differ.
    """
    size = arrays[0].size
    if size <= _PIECE_NUMBERS or not all(map(on_host, arrays)):
        yield arrays
        return
    turned = [array.transpose(_order_in_memory(array)) for array in arrays]
    if not all(array.flags.c_contiguous and array.strides == turned[0].strides for array in turned):
        yield arrays
        return
    vectors = [array.reshape(-1) for array in turned]
    for start in range(0, size, _PIECE_NUMBERS):
        yield [vector[start : start + _PIECE_NUMBERS] for vector in vectors]


def _order_in_memory(array: Array) -> list[int]:
    """Return the axes from the longest step in memory to the shortest; a convolution's weights are not in C order."""
    return sorted(range(array.ndim), key=lambda axis: array.strides[axis], reverse=True)
