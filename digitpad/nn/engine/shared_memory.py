"""Arrays in memory that several processes share.

The memory is an anonymous file that is mapped by each process: whoever has its descriptor can enlarge it, and sees what
the others write. It is freed when the last process has closed it, even if one of them is killed.
"""

import math
import mmap
import os
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64  # bytes: arrays begin at a cache line
_MOST_KEPT = 64  # arrays that are found again: those of a training step


class Place(NamedTuple):
    """The place of an array in shared memory.

    Attributes
    ----------
    start
        Its first byte.
    shape, dtype
        Those of the array.
    axes
        The axes from the longest step in memory to the shortest: a convolution's weights are not in C order.
    """

    start: int
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[int, ...]

    @classmethod
    def like(cls, array: NDArray[np.generic], start: int) -> "Place":
        """Return the first aligned place from `start` on for an array of this shape, type and memory order."""
        axes: Sequence[int] = range(array.ndim)
        if not array.flags.c_contiguous:
            axes = sorted(axes, key=lambda axis: array.strides[axis], reverse=True)
        return cls(_aligned(start), array.shape, array.dtype.str, tuple(axes))

    @property
    def stop(self) -> int:
        """The byte after the last."""
        return self.start + math.prod(self.shape) * np.dtype(self.dtype).itemsize


class SharedMemory:
    """Memory that grows as needed.

    Parameters
    ----------
    descriptor
        A descriptor of memory that another process has made, which is closed with this object; None makes new memory.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = _new_file() if descriptor is None else descriptor
        self._close = weakref.finalize(self, os.close, self.descriptor)
        self._map: mmap.mmap | None = None
        self._arrays: dict[Place, NDArray[np.generic]] = {}

    def array(self, place: Place) -> NDArray[np.generic]:
        """Return the array at a place; the memory grows if necessary, and earlier arrays stay valid."""
        found = self._arrays.get(place)
        if found is not None:
            return found
        numbers: NDArray[np.generic] = np.frombuffer(
            self._mapped(place.stop), place.dtype, math.prod(place.shape), place.start
        )
        ordered = numbers.reshape([place.shape[axis] for axis in place.axes])
        array = ordered.transpose(np.argsort(place.axes)) if place.axes else ordered
        if len(self._arrays) >= _MOST_KEPT:
            self._arrays.clear()
        self._arrays[place] = array
        return array

    def arrays(self, places: Sequence[Place]) -> list[NDArray[np.generic]]:
        """Return the arrays at several places; the memory grows only once."""
        self._mapped(max((place.stop for place in places), default=0))
        return [self.array(place) for place in places]

    def put(self, array: NDArray[np.generic], start: int = 0) -> Place:
        """Copy an array to the first aligned place from `start` on."""
        place = Place.like(array, start)
        self.array(place)[...] = array
        return place

    def _mapped(self, size: int) -> mmap.mmap:
        """Return a map of at least this size."""
        if self._map is None or size > len(self._map):
            size = max(size, os.fstat(self.descriptor).st_size, mmap.PAGESIZE)
            os.ftruncate(self.descriptor, size)
            self._map = mmap.mmap(self.descriptor, size)
        return self._map

    def close(self) -> None:
        """Close the descriptor; arrays stay valid as long as they are used."""
        self._close()
        self._map = None
        self._arrays.clear()


def places_for(arrays: Iterable[NDArray[np.generic]], start: int = 0) -> list[Place]:
    """Return places for arrays, one after the other."""
    places: list[Place] = []
    for array in arrays:
        places.append(Place.like(array, places[-1].stop if places else start))
    return places


def _aligned(start: int) -> int:
    return -(-start // _ALIGNMENT) * _ALIGNMENT


def _new_file() -> int:
    create = getattr(os, "memfd_create", None)  # of Linux
    if create is not None:
        return int(create("digitpad"))
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
