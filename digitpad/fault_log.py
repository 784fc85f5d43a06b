"""What happens when the fault is ours: the details go to a log, and the person learns where it is."""

import logging
import tempfile
from pathlib import Path

from digitpad import paths

LOG_NAME = "digitpad.log"


def open_log() -> tuple[logging.Logger, Path | None]:
    """Open the log for what is about to be reported.

    Returns
    -------
    (Logger, Path or None)
        Where to report, and the file that it appends to: in the user's log folder, or in the folder for temporary
        files if that cannot be written; None (and a logger that writes nothing) if neither can.
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
            handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace", delay=False)
        except OSError:
            continue
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
        return logger, path
    logger.addHandler(logging.NullHandler())
    return logger, None
