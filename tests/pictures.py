"""Pictures that several tests need."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG that declares a size but contains no pixels; the time does not depend on the size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (head, b"IDAT" + zlib.compress(b""), b"IEND")
    framed = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def photograph(rng: np.random.Generator, channel: int, size: tuple[int, int] = (60, 44)) -> PIL.Image.Image:
    """Return a made-up photograph of a width and height: patches of many colours, of which one channel is brightest."""
    coarse = rng.integers(0, 140, (5, 6, 3), dtype=np.uint8)
    coarse[:, :, channel] += 110
    return PIL.Image.fromarray(coarse).resize(size, PIL.Image.Resampling.BICUBIC)


def photograph_folder(folder: Path, names: Sequence[str], each: int, seed: int = 0) -> Path:
    """Write a folder of photographs with one folder for each class, in which another channel is brightest."""
    rng = np.random.default_rng(seed)
    for channel, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            photograph(rng, channel % 3).save(folder / name / f"{number:03}.jpg", quality=92)
    return folder
