"""IDX files, the format of MNIST: a four-byte magic number, the dimensions, then the numbers.

The dimensions in the header are compared with the actual data before memory is allocated, so a wrong header does no
harm. A gzipped file is recognized by its first bytes, not by its name.
"""

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(name): code for code, name in _DTYPES.items()}
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_LARGEST = 640 << 20  # bytes; the largest dataset in this format (EMNIST by class) has 547 million
_MOST_DIMENSIONS = 32


def read_idx(path: Path | str) -> NDArray[Any]:
    """Read an IDX file, gzipped or plain.

    Parameters
    ----------
    path
        The file. Its name does not matter.

    Returns
    -------
    NDArray
        A writable array with the shape and type of the file (uint8, int8, int16, int32, float32 or float64), in native
        byte order.

    Raises
    ------
    DigitpadError
        If the file is missing, unreadable, not an IDX file, truncated, damaged, or longer than its header specifies.
    """
    path = Path(path)
    if path.is_dir():
        raise DigitpadError(_("{path} is a folder, not an IDX file; name a file inside it.").format(path=path))
    try:
        with open_regular(path) as raw:
            zipped = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            if not zipped:
                return _parse(raw, path)
            with gzip.open(raw, "rb") as file:
                return _parse(file, path)
    except FileNotFoundError as error:
        raise DigitpadError(_("{path} does not exist; check the name.").format(path=path)) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DigitpadError(
            _("{path} is a damaged gzip file ({reason}); download or copy it again.").format(path=path, reason=error)
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check the file and its permissions.").format(path=path, reason=reason)
        ) from error


def write_idx(path: Path | str, array: NDArray[Any]) -> None:
    """Write an array as an IDX file, gzipped if the name ends in `.gz`.

    Parameters
    ----------
    path
        The output file; an existing file is replaced atomically.
    array
        An array of type uint8, int8, int16, int32, float32 or float64, in any byte order.

    Raises
    ------
    DigitpadError
        If IDX does not support the array's type, or the file cannot be written.
    """
    path = Path(path)
    if array.dtype.newbyteorder(">") not in _CODES:
        known = ", ".join(np.dtype(name).newbyteorder("=").name for name in _DTYPES.values())
        raise DigitpadError(
            _("{path} was not written: IDX has no type for {kind} numbers; convert them to one of {known}.").format(
                path=path, kind=array.dtype, known=known
            )
        )
    content = encode_idx(array)
    if path.suffix == ".gz":
        # Without a time stamp, so that the same numbers give the same file.
        content = gzip.compress(content, mtime=0)
    with atomic_write(path) as file:
        file.write(content)


def encode_idx(array: NDArray[Any]) -> bytes:
    """Return the uncompressed contents of the IDX file of an array.

    Parameters
    ----------
    array
        See `write_idx`.

    Returns
    -------
    bytes
        Header and numbers.

    Raises
    ------
    KeyError
        If IDX does not support the array's type.
    """
    return _header(array) + np.asarray(array, dtype=array.dtype.newbyteorder(">")).tobytes()


def checksum(array: NDArray[Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the uncompressed contents of the IDX file of an array.

    Parameters
    ----------
    array
        See `write_idx`. An array of bytes is not copied.

    Raises
    ------
    KeyError
        If IDX does not support the array's type.
    """
    digest = hashlib.sha256(_header(array))
    digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder(">")).data)
    return digest.hexdigest()


def _header(array: NDArray[Any]) -> bytes:
    code = _CODES[array.dtype.newbyteorder(">")]
    return struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)


def _parse(file: BinaryIO | gzip.GzipFile, path: Path) -> NDArray[Any]:
    """Read an IDX file from an open, uncompressed stream."""
    magic = file.read(4)
    if not magic:
        raise DigitpadError(_("{path} is empty; download or copy it again.").format(path=path))
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES:
        raise DigitpadError(
            _("{path} is not an IDX file (it starts with {magic}); choose a file like train-images-idx3-ubyte.").format(
                path=path, magic=magic.hex(" ")
            )
        )
    dtype, rank = np.dtype(_DTYPES[magic[2]]), magic[3]
    if rank > _MOST_DIMENSIONS:
        raise DigitpadError(
            _(
                "{path} declares {rank} dimensions in its header, more than any dataset has; check "
                "that it is an IDX file."
            ).format(path=path, rank=rank)
        )
    lengths = file.read(4 * rank)
    if len(lengths) < 4 * rank:
        raise DigitpadError(_("{path} ends in the middle of its header; download or copy it again.").format(path=path))
    shape = struct.unpack(f">{rank}I", lengths)
    words = " x ".join(map(str, shape)) or "1"
    # Zeros are omitted, since the other dimensions of an empty array may be wrong, too.
    if dtype.itemsize * math.prod(n for n in shape if n) > _LARGEST:
        raise DigitpadError(
            _(
                "{path} declares {words} numbers in its header, more than digitpad reads; check that it is an IDX file."
            ).format(path=path, words=words)
        )
    expected = dtype.itemsize * math.prod(shape)
    content = _read_at_most(file, expected + 1)
    if len(content) < expected:
        raise DigitpadError(
            _(
                "{path} is truncated: its header declares {words} numbers ({expected} bytes), but "
                "it contains {count} bytes; download or copy it again."
            ).format(path=path, words=words, expected=expected, count=len(content))
        )
    if len(content) > expected:
        raise DigitpadError(
            _(
                "{path} continues after the {words} numbers that its header declares; it is damaged "
                "or not an IDX file. Download or copy it again."
            ).format(path=path, words=words)
        )
    # In place, so that the numbers of a large file are not in memory twice.
    numbers = np.frombuffer(content, dtype=dtype).reshape(shape)
    return numbers if numbers.dtype.isnative else numbers.byteswap(inplace=True).view(dtype.newbyteorder("="))


def _read_at_most(file: BinaryIO | gzip.GzipFile, limit: int) -> bytearray:
    """Read up to `limit` bytes; allocate memory only for the bytes that exist."""
    content = bytearray()
    while len(content) < limit:
        chunk = file.read(min(_CHUNK, limit - len(content)))
        if not chunk:
            break
        content += chunk
    return content
