"""Pictures that several tests need."""

import struct
import zlib


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG that declares a size but contains no pixels; the time does not depend on the size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (head, b"IDAT" + zlib.compress(b""), b"IEND")
    framed = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
