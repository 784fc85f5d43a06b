"""PNG files of millions of rows, reduced while they are decompressed.

Pillow keeps a pointer and at least four bytes for each row, so a picture one pixel wide takes a gigabyte and seconds.
Rows that are stored without a filter need no decoder: they are averaged strip by strip as they leave zlib.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import PIL.Image

_SIGNATURE = 8  # bytes
_MODES = {0: "L", 2: "RGB"}
_PIECE = 1 << 16  # bytes of compressed data read at once


def reduced_tall_png(file: BinaryIO, longest: int) -> PIL.Image.Image | None:
    """Return a PNG of many rows, averaged over squares so that it is at most `longest` pixels high.

    Parameters
    ----------
    file
        A PNG file, higher than wide by at least `longest`.
    longest
        The largest height of the result; its width is one pixel.

    Returns
    -------
    PIL.Image.Image or None
        In mode L or RGB. None if its rows need a decoder: they are filtered, interlaced or not of 8 bits, have a
        palette or are transparent.

    Raises
    ------
    ValueError
        If the file is damaged or truncated.
    """
    file.seek(_SIGNATURE)
    kind, size = _next_chunk(file)
    width, height, bits, colour, _compression, _filter, interlace = struct.unpack(">IIBBBBB", file.read(size))
    mode = _MODES.get(colour)
    if kind != b"IHDR" or mode is None or bits != 8 or interlace:
        return None
    file.seek(4, 1)
    factor = -(-height // longest)
    stride = 1 + width * len(mode)  # each row begins with the number of its filter type
    means = []
    left = height
    try:
        for strip in _strips(file, factor * stride):
            rows = np.frombuffer(strip, np.uint8, count=min(left, len(strip) // stride) * stride).reshape(-1, stride)
            if rows[:, 0].any():
                return None
            if len(rows):
                means.append(rows[:, 1:].reshape(-1, len(mode)).mean(axis=0, dtype=np.float64))
            left -= len(rows)
            if not left:
                break
    except _NeedsDecoderError:
        return None
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if left:
        raise ValueError(f"{left} rows are missing")
    levels = np.rint(np.array(means)).astype(np.uint8)
    return PIL.Image.frombytes(mode, (1, len(levels)), levels.tobytes())


class _NeedsDecoderError(Exception):
    """The rows cannot be read without a decoder."""


def _next_chunk(file: BinaryIO) -> tuple[bytes, int]:
    """Return the kind of the next chunk and the length of its data."""
    head = file.read(8)
    if len(head) < 8:
        raise ValueError("the file ends too early")
    return head[4:], int.from_bytes(head[:4], "big")


def _strips(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the decompressed rows in strips of `size` bytes; the last one may be shorter."""
    inflate = zlib.decompressobj()
    strip = bytearray()
    for piece in _compressed(file):
        waiting = piece
        while waiting:
            strip += inflate.decompress(waiting, size - len(strip))
            waiting = inflate.unconsumed_tail
            if len(strip) == size:
                yield bytes(strip)
                strip.clear()
            elif inflate.eof:
                break
    yield bytes(strip) + inflate.flush()


def _compressed(file: BinaryIO) -> Iterator[bytes]:
    """Yield the compressed data, in pieces."""
    while True:
        kind, size = _next_chunk(file)
        if kind == b"tRNS":
            raise _NeedsDecoderError
        if kind == b"IEND":
            return
        if kind != b"IDAT":
            file.seek(size, 1)
        else:
            while size:
                piece = file.read(min(size, _PIECE))
                if not piece:
                    raise ValueError("the file ends too early")
                size -= len(piece)
                yield piece
        file.seek(4, 1)  # skips the checksum, since zlib has its own
