"""Images that are made of other images when they are used: several sets as one, and sets stored in another orientation.

At least one of the sets is decoded when it is used, so that the whole would not fit into memory as an array.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Images, LazyImages
from digitpad.data.orientation import turn


class JoinedImages:
    """Several sets of images of one shape, one after the other, as `digitpad.data.dataset.LazyImages`.

    Parameters
    ----------
    parts
        The sets, at least one.
    """

    def __init__(self, parts: Sequence[Images]) -> None:
        self._parts = tuple(parts)
        self._starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
        self._indices = np.arange(self._starts[-1])

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        return len(self._indices), *self._parts[0].shape[1:]

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """uint8."""
        return np.dtype(np.uint8)

    @property
    def ndim(self) -> int:
        """4."""
        return len(self.shape)

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, index: Any, /) -> Any:
        """Return the image of an index, uint8 (C, H, W), or those of a slice or an array of indices, (K, C, H, W)."""
        chosen = self._indices[index]
        if chosen.ndim == 0:
            return self._read(chosen[np.newaxis])[0]
        return self._read(chosen)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all images, uint8 (N, C, H, W)."""
        pixels = self._read(self._indices)
        return pixels if dtype is None else pixels.astype(dtype)

    def part(self, indices: NDArray[np.int64]) -> Self:
        """Return some of the images, without decoding them."""
        other = object.__new__(type(self))
        other._parts, other._starts, other._indices = self._parts, self._starts, self._indices[indices]
        return other

    def fingerprint(self) -> bytes:
        """Return the SHA-256 of the images of arrays, the fingerprints of lazy ones, and the order of all."""
        digest = hashlib.sha256(np.ascontiguousarray(self._indices, dtype="<i8").data)
        for part in self._parts:
            digest.update(np.ascontiguousarray(part).data if isinstance(part, np.ndarray) else part.fingerprint())
        return digest.digest()

    def file_of(self, index: int) -> Path | None:
        """Return the file of an image; None if it has none of its own."""
        place = int(self._indices[index])
        number = int(np.searchsorted(self._starts, place, side="right")) - 1
        part = self._parts[number]
        return None if isinstance(part, np.ndarray) else part.file_of(place - int(self._starts[number]))

    def _read(self, chosen: NDArray[np.int64]) -> NDArray[np.uint8]:
        result = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        numbers = np.searchsorted(self._starts, chosen, side="right") - 1
        for number in np.unique(numbers).tolist():
            here = numbers == number
            result[here] = self._parts[number][chosen[here] - self._starts[number]]
        return result


class TurnedImages:
    """Lazy images with rows and columns, or ink and background, exchanged, as `digitpad.data.dataset.LazyImages`.

    Parameters
    ----------
    images
        The images as they are stored.
    turns
        As `digitpad.data.orientation.turn` takes them.
    """

    def __init__(self, images: LazyImages, turns: Sequence[str]) -> None:
        self._images = images
        self._turns = tuple(turns)

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W)."""
        count, channels, height, width = self._images.shape
        return (count, channels, width, height) if self._turns.count("transpose") % 2 else self._images.shape

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """uint8."""
        return np.dtype(np.uint8)

    @property
    def ndim(self) -> int:
        """4."""
        return self._images.ndim

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: Any, /) -> Any:
        """Return the image of an index, uint8 (C, H, W), or those of a slice or an array of indices, (K, C, H, W)."""
        return turn(self._images[index], self._turns)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return all images, uint8 (N, C, H, W)."""
        pixels: NDArray[Any] = self[:]
        return pixels if dtype is None else pixels.astype(dtype)

    def part(self, indices: NDArray[np.int64]) -> Self:
        """Return some of the images, without decoding them."""
        return type(self)(self._images.part(indices), self._turns)

    def fingerprint(self) -> bytes:
        """Return the SHA-256 of the fingerprint of the stored images and of the exchanges."""
        return hashlib.sha256(repr(self._turns).encode() + self._images.fingerprint()).digest()

    def file_of(self, index: int) -> Path | None:
        """Return the file of an image; None if it has none of its own."""
        return self._images.file_of(index)


def joined_images(parts: Sequence[Images]) -> Images:
    """Return several sets of images of one shape as one: an array if all of them are arrays, otherwise lazy images."""
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    return np.concatenate(arrays) if len(arrays) == len(parts) else JoinedImages(parts)


def turned_images(images: Images, turns: Sequence[str]) -> Images:
    """Return images with rows and columns, or ink and background, exchanged (see `turn`); lazy images stay lazy."""
    return turn(images, turns) if isinstance(images, np.ndarray) else TurnedImages(images, turns)
