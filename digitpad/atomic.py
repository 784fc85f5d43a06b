"""Files that are written whole or not at all.

A file is written under a temporary name beside its final place and moved in with `os.replace`, so that a full
disk, an error or a kill in the middle never leaves half a file, nor harms the one that was there.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digitpad.errors import DigitpadError


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a binary file that appears at `path` only once its block has ended without an error.

    Parameters
    ----------
    path
        The final place. Its folder must exist; a file already there is replaced.

    Yields
    ------
    BinaryIO
        The temporary file, open for writing.

    Raises
    ------
    DigitpadError
        If `path` is a folder or a device, or the file cannot be created, written or moved into place.
    """
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        if path.is_dir():
            raise DigitpadError(f"{path} is a folder, not a file; name a file inside it.")
        # An administrator's program could put a file in the place of a device, and break the machine.
        if path.exists() and not path.is_file():
            raise DigitpadError(f"{path} is a device, not a file; choose another place.")
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DigitpadError(f"{path} could not be written ({reason}); choose another place.") from error
    finally:
        with contextlib.suppress(OSError):  # There may be nothing to remove, nor a folder to remove it from.
            temporary.unlink()
