"""Picture files as the images of a dataset: decoded by several threads when they are used, and kept if there is room.

A decoded picture has the size that the network takes, 150 KB for 3x224x224, whatever the size of its file. The first
pictures that are used are kept, up to a limit for all datasets together; the others are decoded each time. With
pictures used in random order, this is as good as any other choice, and the memory never grows beyond the limit.
"""

import hashlib
import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.memory_budget import Lease, MemoryBudget
from digitpad.data.picture_files import FileStamp
from digitpad.data.pictures import read_picture
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

CACHE = MemoryBudget(256 << 20)
"""The memory for the decoded pictures of all datasets of the process."""

Prepare = Callable[[Path, tuple[int, ...]], NDArray[np.uint8]]
"""Prepares the picture in a file for a network, given its shape (C, H, W)."""

Progress = Callable[[int, int], object]
"""Called with the number of pictures done, and of all pictures."""

_BLOCK = 64 << 20  # bytes of memory that are reserved at once

T = TypeVar("T")
R = TypeVar("R")


class PictureFiles:
    """Pictures in files, as `digitpad.data.dataset.LazyImages`.

    Parameters
    ----------
    paths
        The files.
    shape
        Shape of a prepared picture, (C, H, W), see `prepare_picture`.
    marks
        For each file, bytes that identify it: its fingerprint.
    stamps
        For each file, its stamp when it was examined; None for files that need not stay as they are.
    decoded
        Pictures that are decoded already, by their place in `paths`.
    lease
        The memory of the decoded pictures, with that of `decoded` taken already; None for an empty one of `CACHE`.
    read
        Prepares the picture in a file.

    Raises
    ------
    DigitpadError
        By indexing, if a file cannot be read any more, or has changed.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        shape: tuple[int, ...],
        marks: Sequence[bytes],
        *,
        stamps: Sequence[FileStamp] | None = None,
        decoded: Mapping[int, NDArray[np.uint8]] | None = None,
        lease: Lease | None = None,
        read: Prepare = read_picture,
    ) -> None:
        changes = None if stamps is None else [(stamp.size, stamp.changed) for stamp in stamps]
        kept = dict(decoded or {})
        self._files = _Files(tuple(paths), tuple(shape), tuple(marks), changes, kept, lease or CACHE.lease(), read)
        self._indices = np.arange(len(paths))

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        return len(self._indices), *self._files.shape

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """uint8."""
        return np.dtype(np.uint8)

    @property
    def ndim(self) -> int:
        """4."""
        return len(self.shape)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The file of each picture."""
        return tuple(self._files.paths[index] for index in self._indices.tolist())

    @property
    def cached_bytes(self) -> int:
        """Memory of the pictures that are kept, of this and of all other parts of the same files, in bytes."""
        return self._files.cached_bytes

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: Any, /) -> Any:
        """Return the picture of an index, uint8 (C, H, W), or those of a slice or an array of indices, (K, C, H, W)."""
        chosen = self._indices[index]
        if chosen.ndim == 0:
            return self._files.read(chosen[np.newaxis])[0]
        return self._files.read(chosen)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all pictures, uint8 (N, C, H, W)."""
        pixels: NDArray[Any] = self[:]
        return pixels if dtype is None else pixels.astype(dtype)

    def part(self, indices: NDArray[np.int64]) -> Self:
        """Return some of the pictures, without decoding them; they share their cache with all others."""
        other = object.__new__(type(self))
        other._files, other._indices = self._files, self._indices[indices]
        return other

    def file_of(self, index: int) -> Path | None:
        """Return the file of a picture."""
        return self._files.paths[int(self._indices[index])]

    def fingerprint(self) -> bytes:
        """Return the SHA-256 of the fingerprints of the files, in their order."""
        digest = hashlib.sha256()
        for index in self._indices.tolist():
            digest.update(self._files.marks[index])
        return digest.digest()


class _Files:
    """Files with a cache of their decoded pictures, which any number of threads may use."""

    def __init__(
        self,
        paths: tuple[Path, ...],
        shape: tuple[int, ...],
        marks: tuple[bytes, ...],
        stamps: Sequence[tuple[int, int]] | None,
        kept: dict[int, NDArray[np.uint8]],
        lease: Lease,
        read: Prepare,
    ) -> None:
        self.paths, self.shape, self.marks = paths, shape, marks
        self._stamps, self._read = stamps, read
        self._bytes = math.prod(shape)
        self._kept = kept
        self._free: list[NDArray[np.uint8]] = []
        self._lease = lease
        self._lock = threading.Lock()

    @property
    def cached_bytes(self) -> int:
        return len(self._kept) * self._bytes

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the pictures of some files, (K, C, H, W)."""
        result = np.empty((len(indices), *self.shape), np.uint8)
        missing: list[tuple[int, int]] = []
        for place, index in enumerate(indices.tolist()):
            kept = self._kept.get(index)
            if kept is None:
                missing.append((place, index))
            else:
                result[place] = kept

        def decode(item: tuple[int, int]) -> None:
            place, index = item
            result[place] = self._decoded(index)

        in_threads(decode, missing)
        with self._lock:
            for place, index in missing:
                if index not in self._kept:
                    if not self._lease.take(self._bytes):
                        break
                    room = self._room()
                    room[...] = result[place]
                    # Other threads look for it without the lock, so it is complete by now.
                    self._kept[index] = room
        return result

    def _room(self) -> NDArray[np.uint8]:
        """Return memory for a picture: part of a large block, which the system takes back when nothing uses it."""
        if not self._free:
            count = max(1, min(_BLOCK // self._bytes, len(self.paths) - len(self._kept)))
            # Memory that is never written to is never used.
            self._free = list(np.empty((count, *self.shape), np.uint8))
        return self._free.pop()

    def _decoded(self, index: int) -> NDArray[np.uint8]:
        self._check_unchanged(index)
        try:
            return self._read(self.paths[index], self.shape)
        except DigitpadError:
            # It may have been cut short between the check and the reading.
            self._check_unchanged(index)
            raise

    def _check_unchanged(self, index: int) -> None:
        path = self.paths[index]
        if self._stamps is not None and _size_and_change(path) not in {None, self._stamps[index]}:
            raise DigitpadError(_("{path} has changed since the data were opened; open them again.").format(path=path))


def _size_and_change(path: Path) -> tuple[int, int] | None:
    """Return the size and the time of the last change of a file; None for a missing one, reported when it is read."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def in_threads(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return the results of a function for many items, computed by as many threads as there are processors.

    Parameters
    ----------
    work
        The function. What it raises is raised here, and ends the work; so does Ctrl-C.
    items
        The items.
    """
    results: dict[int, R] = {}
    errors: list[BaseException] = []
    places = iter(range(len(items)))
    ended = threading.Semaphore(0)

    # Not a ThreadPoolExecutor: it makes an object for the calling thread, which for a thread of Qt is never removed.
    def run() -> None:
        with _Reported(errors, ended):
            # `next` of a range is one operation of the interpreter, so no two threads get the same place.
            while not errors and (place := next(places, None)) is not None:
                results[place] = work(items[place])

    threads = max(1, min(len(items), os.cpu_count() or 1))
    for number in range(1, threads):
        threading.Thread(target=run, name=f"digitpad-pictures-{number}", daemon=True).start()
    run()
    try:
        for _thread in range(threads):
            ended.acquire()
    except KeyboardInterrupt as error:
        errors.append(error)
        raise
    if errors:
        raise errors[0]
    return [results[place] for place in range(len(items))]


class _Reported:
    """Reports that the work of a thread has ended, and what was raised in it."""

    def __init__(self, errors: list[BaseException], ended: threading.Semaphore) -> None:
        self._errors, self._ended = errors, ended

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        if error is not None:
            self._errors.append(error)
        self._ended.release()
        return True
