"""Memory that is asked for once and used in every step.

A fresh large array costs more than the arithmetic done in it: the system hands it out page by page, and zeroes each
one. A workspace keeps memory under a name and returns the same memory the next time. All workspaces of a network cut
that memory from large blocks, which the system backs by pages of 2 MB: with pages of 4 KB, scattered over the
machine's memory, the processor looks up addresses all the time, and a step takes 5 to 15 percent longer.
"""

import math
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.nn.backend import Array, DTypeLike, Shape

#: Blocks are at least so large. What is never written to is never backed by memory.
_BLOCK_BYTES = 16 << 20

#: Blocks begin where a large page does,
_PAGE_BYTES = 2 << 20
#: and arrays where a cache line and a vector register do: additions run 10 to 25 percent faster than on arrays that
#: lie 16 bytes off, where NumPy itself puts them.
_LINE_BYTES = 64


class Workspace:
    """Named memory that is used again and again; not for two threads at a time.

    Parameters
    ----------
    dtype
        Of the arrays, unless asked otherwise.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        #: Grows when memory was replaced by larger memory: arrays handed out before are then best asked for anew.
        self.generation = 0
        self._memory: dict[str, NDArray[np.uint8]] = {}
        self._blocks = _Blocks()

    def sibling(self) -> Self:
        """Return another workspace, with names of its own, that cuts its memory from the same blocks."""
        twin = type(self)(self.dtype)
        twin._blocks = self._blocks
        return twin

    def empty(self, name: str, shape: Shape, dtype: DTypeLike | None = None) -> Array:
        """Return an array in the memory called `name`; the numbers in it are whatever was written there last."""
        kind = self.dtype if dtype is None else np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        memory = self._memory.get(name)
        if memory is None or len(memory) < size:
            # By half at least: batches that grow by an image at a time shall not use up a block each.
            grown = size if memory is None else max(size, len(memory) * 3 // 2)
            memory = self._memory[name] = self._blocks.cut(grown)
            self.generation += 1
        return memory[:size].view(kind).reshape(shape)

    def zeros(self, shape: Shape) -> Array:
        """Return zeros in memory of their own, which is given back when nobody holds them any more."""
        size = math.prod(shape) * self.dtype.itemsize
        raw = np.zeros(size + _LINE_BYTES, np.uint8)
        start = -raw.ctypes.data % _LINE_BYTES
        return raw[start : start + size].view(self.dtype).reshape(shape)


class _Blocks:
    """Large blocks of memory, from which pieces are cut one after the other."""

    def __init__(self) -> None:
        self._rest = np.empty(0, np.uint8)

    def cut(self, size: int) -> NDArray[np.uint8]:
        """Return memory that begins at a cache line."""
        if len(self._rest) < size:
            raw = np.empty(max(size, _BLOCK_BYTES) + _PAGE_BYTES, np.uint8)
            self._rest = raw[-raw.ctypes.data % _PAGE_BYTES :]
        piece = self._rest[:size]
        self._rest = self._rest[-(-size // _LINE_BYTES) * _LINE_BYTES :]
        return piece
