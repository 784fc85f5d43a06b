"""Prepares the files of a dataset for a network: at once, or when they are used.

Small digits are always prepared at once. Pictures are, if the memory for decoded pictures has room for all of them;
otherwise each file is only examined, which finds nearly all broken ones, and decoded when it is used.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Images
from digitpad.data.lazy_pictures import CACHE, PictureFiles, Progress, in_threads
from digitpad.data.picture_files import FileStamp, check_picture, stamp_of
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.data.pictures import read_picture
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError

PrepareFitted = Callable[[Path, tuple[int, ...], str], NDArray[np.uint8]]
"""Prepares the picture in a file for a network, given its shape (C, H, W) and the fit."""

_AT_ONCE = 64  # number of files between two reports of progress

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class PreparedFiles:
    """The images of some files.

    Attributes
    ----------
    images
        uint8 (K, C, H, W), of the K files that can be read.
    kept
        The places of these files among those that were given.
    marks
        Bytes that identify each of these files: from its name, its size and its last bytes.
    """

    images: Images
    kept: list[int]
    marks: list[bytes]


def prepare_digits(
    paths: Sequence[Path],
    folder: Path,
    read: Callable[[Path], NDArray[np.uint8]],
    skipped: SkippedPictures,
    on_progress: Progress,
) -> PreparedFiles:
    """Prepare files as digits.

    Parameters
    ----------
    paths
        The files.
    folder
        The folder that all of them are in; the names inside it count as part of their identity.
    read
        Prepares one file: uint8 (1, H, W).
    skipped
        Receives the files that cannot be read.
    on_progress
        Called with the number of files done, and of all; what it raises ends the work.

    Raises
    ------
    DigitpadError
        If too many files cannot be read, see `SkippedPictures`.
    """

    def prepare(place: int) -> tuple[bytes, NDArray[np.uint8]]:
        path = paths[place]
        return _mark(stamp_of(path), path, folder), read(path)

    done = list(_each(prepare, paths, skipped, on_progress))
    pixels = np.stack([image for _place, (_mark, image) in done])
    return PreparedFiles(pixels, [place for place, _result in done], [mark for _place, (mark, _image) in done])


def prepare_pictures(
    paths: Sequence[Path],
    folder: Path,
    shape: tuple[int, ...],
    skipped: SkippedPictures,
    on_progress: Progress,
    *,
    fit: str = DEFAULT_FIT,
    read: PrepareFitted = read_picture,
    check: Callable[[Path], object] = check_picture,
) -> PreparedFiles:
    """Prepare files as pictures, lazily if they are many.

    Parameters
    ----------
    paths, folder, skipped, on_progress
        See `prepare_digits`.
    shape
        The shape of a prepared picture, (C, H, W).
    fit
        How a picture is fitted to the shape, see `digitpad.data.pictures.prepare_picture`.
    read
        Prepares one file for a shape, with a fit.
    check
        Examines one file without preparing it; raises DigitpadError if it cannot be read.

    Raises
    ------
    DigitpadError
        If too many files cannot be read, see `SkippedPictures`.
    """
    lease = CACHE.lease()
    # One array, because the system takes back all of its memory at once.
    store = np.empty((len(paths), *shape), np.uint8) if lease.take(len(paths) * math.prod(shape)) else None

    def prepare(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        return read(path, shape, fit)

    def examine(place: int) -> FileStamp:
        check(paths[place])
        stamp = stamp_of(paths[place])
        if store is not None:
            store[place] = prepare(paths[place], shape)
        return stamp

    examined = list(_each(examine, paths, skipped, on_progress))
    kept = [place for place, _stamp in examined]
    stamps = [stamp for _place, stamp in examined]
    marks = [_mark(stamp, paths[place], folder) for place, stamp in zip(kept, stamps, strict=True)]
    decoded = {} if store is None else {index: store[place] for index, place in enumerate(kept)}
    files = [paths[place] for place in kept]
    images = PictureFiles(files, shape, marks, stamps=stamps, decoded=decoded, lease=lease, read=prepare)
    return PreparedFiles(images, kept, marks)


def _mark(stamp: FileStamp, path: Path, folder: Path) -> bytes:
    mark = hashlib.sha256(repr((path.relative_to(folder).as_posix(), stamp.size)).encode())
    mark.update(stamp.tail)
    return mark.digest()


def _each(
    work: Callable[[int], _Result], paths: Sequence[Path], skipped: SkippedPictures, on_progress: Progress
) -> Iterator[tuple[int, _Result]]:
    """Yield the place of each readable file, and the result of a function for this place, in order; skip the others."""

    def attempt(place: int) -> _Result | DigitpadError:
        try:
            return work(place)
        except DigitpadError as error:
            return error

    for start in range(0, len(paths), _AT_ONCE):
        some = range(start, min(start + _AT_ONCE, len(paths)))
        for place, result in zip(some, in_threads(attempt, some), strict=True):
            if isinstance(result, DigitpadError):
                skipped.add(paths[place], result)
            else:
                yield place, result
        on_progress(start + len(some), len(paths))
