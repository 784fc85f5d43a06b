"""Files that are written whole or not at all.

A file is written under a temporary name beside its final place and moved in with `os.replace`, so that a full
disk, an error or a kill in the middle never leaves half a file, nor harms the one that was there.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

#: The names that `atomic_write` gives to files that it has not moved into place yet.
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.tmp", re.DOTALL)


@contextlib.contextmanager
def atomic_write(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a binary file that appears at `path` only once its block has ended without an error.

    Parameters
    ----------
    path
        The final place. Its folder must exist; a file already there is replaced.
    durable
        Whether to wait until the file is on the disk. Without it nothing waits, and a power cut may empty the file.

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
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        if path.is_dir():
            raise DigitpadError(_("{path} is a folder, not a file; name a file inside it.").format(path=path))
        # An administrator's program could put a file in the place of a device, and break the machine.
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
        with contextlib.suppress(OSError):  # There may be nothing to remove, nor a folder to remove it from.
            temporary.unlink()


def check_name(path: Path) -> None:
    """Check that a path can be one at all.

    Raises
    ------
    DigitpadError
        If it has a NUL in it, or characters that no name of a file here has.
    """
    try:
        os.fsencode(path)
        usable = "\0" not in str(path)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise DigitpadError(_("{path!a} is not a valid file name; choose another.").format(path=str(path)))


def remove_unfinished(folder: Path) -> None:
    """Remove what `atomic_write` has left in a folder when its program was killed in the middle.

    Parameters
    ----------
    folder
        A folder that nobody else writes to now; it need not exist. What cannot be removed stays.
    """
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _UNFINISHED.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    path.unlink()
