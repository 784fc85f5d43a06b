"""The log for bugs in digitpad: it records the details, and the user is told where it is."""

import logging
import os
import stat
import tempfile
from io import TextIOWrapper
from pathlib import Path

from digitpad import paths

LOG_NAME = "digitpad.log"

#: In a folder that others can write to, the name of the log may belong to a link or a pipe.
_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def open_log() -> tuple[logging.Logger, Path | None]:
    """Open the log for the error about to be reported.

    Returns
    -------
    (Logger, Path or None)
        The logger, and the file that it appends to: in the user's log folder, or in the folder for temporary files if
        the former is not writable; None (and a logger that writes nothing) if neither is writable.
    """
    logger = logging.getLogger("digitpad.faults")
    logger.propagate = False
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    for folder in (paths.user_log_dir(), Path(tempfile.gettempdir())):
        path = folder / LOG_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handler = _OwnFileHandler(path, encoding="utf-8", errors="backslashreplace", delay=False)
        except OSError:
            continue
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
        return logger, path
    logger.addHandler(logging.NullHandler())
    return logger, None


class _OwnFileHandler(logging.FileHandler):
    """Appends only to a regular file that belongs to the user."""

    def _open(self) -> TextIOWrapper:
        number = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _AS_IT_IS, 0o600)
        found = os.fstat(number)
        owner = getattr(os, "getuid", lambda: found.st_uid)()
        if not stat.S_ISREG(found.st_mode) or found.st_uid != owner or found.st_nlink > 1:
            os.close(number)
            raise PermissionError(f"{self.baseFilename} is not a file of this user's own")
        return os.fdopen(number, "a", encoding=self.encoding, errors=self.errors)
