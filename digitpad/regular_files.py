"""Reads files safely: a path may name an endless pipe, a device, or a file larger than the memory.

A file is checked to be a regular file before its first byte is read, and is read up to a limit.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from digitpad.atomic import check_name
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

#: Without this flag, opening a pipe would block until a writer opens it. Windows has neither such pipes nor the flag.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises
    ------
    DigitpadError
        If `path` is a device, a pipe or a socket, or a link to one, or is not a valid path.
    OSError
        If it does not exist, is a folder, or cannot be opened.
    """
    check_name(path)
    file = os.fdopen(os.open(path, os.O_RDONLY | _BINARY | _AT_ONCE), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise DigitpadError(_("{path} is a device or a pipe, not a file; choose another.").format(path=path))
    return file


def read_regular(path: Path, *, most_bytes: int) -> bytes:
    """Return the contents of a regular file.

    Parameters
    ----------
    path
        The file.
    most_bytes
        Maximum size.

    Raises
    ------
    DigitpadError
        If it is not a regular file, or larger.
    OSError
        If it cannot be opened or read.
    """
    with open_regular(path) as file:
        contents = file.read(most_bytes + 1)
    if len(contents) > most_bytes:
        size = f"{most_bytes / (1 << 20):g}"
        raise DigitpadError(_("{path} is larger than {size} MB; choose another file.").format(path=path, size=size))
    return contents
