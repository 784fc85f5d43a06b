"""The process that conducts a sweep for the window: the command line's `digitpad sweep --resume`.

It is a process of its own, because Dask's threads and the record of many trials would slow the window down, and because
an error in it must not end the window. The two talk through the folder of the sweep alone.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QProcess

from digitpad.errors import DigitpadError
from digitpad.extras import is_installed
from digitpad.sweeps.cluster import EXTRA
from digitpad.sweeps.store import Sweep

_ERRORS = "errors.txt"
_MOST_LETTERS = 2000


def obstacle() -> str:
    """Return why sweeps cannot be started from this window, in a sentence; "" if they can."""
    command = f"pip install 'digitpad[{EXTRA}]'"
    if getattr(sys, "frozen", False):
        return QCoreApplication.translate(
            "SweepProcess",
            "This program does not include Dask, which sweeps need. Install digitpad with {command} and start sweeps "
            "with `digitpad sweep`; they are shown here.",
        ).format(command=command)
    if not all(map(is_installed, ("distributed", "dask", "cryptography"))):
        return QCoreApplication.translate(
            "SweepProcess", "Sweeps need Dask; install it with {command}, then start digitpad again."
        ).format(command=command)
    return ""


def conduct(sweep: Sweep) -> None:
    """Start the process; it goes on until the sweep has ended or is stopped.

    Raises
    ------
    DigitpadError
        If it cannot be started.
    """
    process = QProcess()
    process.setProgram(sys.executable)
    process.setArguments(["-m", "digitpad", "sweep", "--json", "--resume", str(sweep.folder)])
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(str(sweep.folder / _ERRORS))
    # PySide declares a pair of success and process number, and returns success alone.
    result: object = process.startDetached()
    if not (result[0] if isinstance(result, tuple) else result):
        raise DigitpadError(
            QCoreApplication.translate(
                "SweepProcess", "The process for the sweep could not be started ({reason})."
            ).format(reason=process.errorString())
        )


def last_error(folder: Path) -> str:
    """Return what the process of a sweep has complained of; "" for nothing."""
    try:
        text = (folder / _ERRORS).read_text(encoding="utf-8", errors="replace")[-_MOST_LETTERS:]
    except OSError:
        return ""
    lines = [line.removeprefix("digitpad: ") for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
