"""Atomic file writes: a file is written completely or not at all.

A file is written under a temporary name in the same folder and moved into place with `os.replace`, so that a full disk,
an error or a killed process never leaves half a file or damages the existing one.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

#: Names of the temporary files that `atomic_write` has not moved into place yet.
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.tmp", re.DOTALL)


@contextlib.contextmanager
def atomic_write(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a binary file that appears at `path` only when the `with` block ends without an error.

    Parameters
    ----------
    path
        The output file. Its folder must exist; an existing file is replaced.
    durable
        Whether to wait until the file is on the disk. If not, a power failure may leave an empty file.

    Yields
    ------
    BinaryIO
        The temporary file, open for writing.

    Raises
    ------
    DigitpadError
        If `path` is a folder or a device, or the file cannot be created, written or moved into place.
    """
    check_name(path)
    temporary = path.parent / f".{path.name}.{os.urandom(4).hex()}.tmp"
    try:
        if path.is_dir():
            raise DigitpadError(_("{path} is a folder, not a file; name a file inside it.").format(path=path))
        # A process with administrator rights could replace a device by a file, and break the system.
        if path.exists() and not path.is_file():
            raise DigitpadError(_("{path} is a device, not a file; choose another place.").format(path=path))
        with temporary.open("xb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DigitpadError(
            _("{path} could not be written ({reason}); choose another place.").format(path=path, reason=reason)
        ) from error
    finally:
        with contextlib.suppress(OSError):  # The file or its folder may not exist.
            temporary.unlink()


def check_name(path: Path) -> None:
    """Check that a path is valid.

    Raises
    ------
    DigitpadError
        If it contains a NUL, or characters that the file system encoding cannot represent.
    """
    try:
        os.fsencode(path)
        usable = "\0" not in str(path)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise DigitpadError(_("{path!a} is not a valid file name; choose another.").format(path=str(path)))


def remove_unfinished(folder: Path) -> None:
    """Remove temporary files that `atomic_write` left in a folder because its process was killed.

    Parameters
    ----------
    folder
        A folder that no other process is writing to; it need not exist. Files that cannot be removed are kept.
    """
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _UNFINISHED.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    path.unlink()
