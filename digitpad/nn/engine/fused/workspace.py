"""Memory that is allocated once and reused in every step.

Allocating a large array takes longer than the arithmetic in it, because the system provides it page by page and zeroes
each page. A workspace keeps memory under a name and returns the same memory the next time. All workspaces of a network
take it from large blocks, for which the system uses pages of 2 MB; with pages of 4 KB all over the memory the processor
spends much of its time translating addresses, and a step takes 5 to 15 percent longer.
"""

import math
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.nn.backend import Array, DTypeLike, Shape

#: The smallest size of a block. Pages that are never written to take no memory.
_BLOCK_BYTES = 16 << 20

#: Blocks are aligned to large pages.
_PAGE_BYTES = 2 << 20
#: Arrays are aligned to cache lines and vector registers: additions are 10 to 25 percent faster than with NumPy's own
#: alignment of 16 bytes.
_LINE_BYTES = 64


class Workspace:
    """Named, reusable memory for one thread.

    Parameters
    ----------
    dtype
        The default dtype of the arrays.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        #: Increases when memory is replaced by larger memory; arrays returned before should then be requested again.
        self.generation = 0
        self._memory: dict[str, NDArray[np.uint8]] = {}
        self._blocks = _Blocks()

    def sibling(self) -> Self:
        """Return a workspace with its own names that takes memory from the same blocks."""
        twin = type(self)(self.dtype)
        twin._blocks = self._blocks
        return twin

    def empty(self, name: str, shape: Shape, dtype: DTypeLike | None = None) -> Array:
        """Return an array in the memory called `name`, with whatever was written there last."""
        kind = self.dtype if dtype is None else np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        memory = self._memory.get(name)
        if memory is None or len(memory) < size:
            # By half at least, so that batches that grow image by image do not need a block each.
            grown = size if memory is None else max(size, len(memory) * 3 // 2)
            memory = self._memory[name] = self._blocks.cut(grown)
            self.generation += 1
        return memory[:size].view(kind).reshape(shape)

    def zeroed(self, name: str, shape: Shape) -> Array:
        """Return an array in the memory called `name`, filled with zeros."""
        array = self.empty(name, shape)
        array.fill(0)
        return array

    def zeros(self, shape: Shape) -> Array:
        """Return zeros in newly allocated memory, which is freed with the array."""
        size = math.prod(shape) * self.dtype.itemsize
        raw = np.zeros(size + _LINE_BYTES, np.uint8)
        start = -raw.ctypes.data % _LINE_BYTES
        return raw[start : start + size].view(self.dtype).reshape(shape)


class _Blocks:
    """Large blocks of memory, divided into pieces one after the other."""

    def __init__(self) -> None:
        self._rest = np.empty(0, np.uint8)

    def cut(self, size: int) -> NDArray[np.uint8]:
        """Return `size` bytes that begin at a cache line."""
        if len(self._rest) < size:
            raw = np.empty(max(size, _BLOCK_BYTES) + _PAGE_BYTES, np.uint8)
            self._rest = raw[-raw.ctypes.data % _PAGE_BYTES :]
        piece = self._rest[:size]
        self._rest = self._rest[-(-size // _LINE_BYTES) * _LINE_BYTES :]
        return piece
