"""What is kept when the whole process dies, where no Python code can report any more: the stack of every thread.

Python's own fault handler writes it as its last act, into a file in the user's log folder. The next window finds it
and says so once.
"""

import faulthandler
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from digitpad import __version__, paths

#: While a window is open its file is called so; what is left of one that died becomes a report.
_RUNNING, _REPORT = ".running", ".txt"
#: How the fault handler begins.
_FATAL = "Fatal Python error"


class CrashRecorder:
    """Has the stacks of this process written to a file, should it die.

    Parameters
    ----------
    folder
        Where to; None means the user's log folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.user_log_dir()
        self._path: Path | None = None
        self._file: IO[str] | None = None
        self._others = False

    def start(self) -> None:
        """Begin; where the folder cannot be written, nothing is kept."""
        moment = datetime.now(UTC).astimezone().strftime("%Y-%m-%d-%H%M%S")
        path = self._folder / f"crash-{moment}-{os.getpid()}{_RUNNING}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = path.open("w", encoding="utf-8")
            self._file.write(f"digitpad {__version__}, Python {sys.version}, {sys.platform}, started {moment}\n")
            self._file.flush()
        except OSError:
            return
        self._path = path
        self._others = faulthandler.is_enabled()
        faulthandler.enable(self._file)

    def finish(self) -> None:
        """End in good order: nothing happened, and nothing is kept."""
        if self._file is None or self._path is None:
            return
        faulthandler.disable()
        if self._others and sys.stderr is not None:
            # Whoever had it write to the terminal has that back.
            faulthandler.enable()
        self._file.close()
        self._path.unlink(missing_ok=True)
        self._file = self._path = None

    def new_reports(self) -> list[Path]:
        """Return the reports of processes that died since this was last asked, the oldest first."""
        reports = []
        for path in sorted(self._folder.glob(f"crash-*{_RUNNING}")):
            if path == self._path or _is_alive(path):
                continue
            try:
                if _FATAL in path.read_text(encoding="utf-8", errors="replace"):
                    reports.append(path.replace(path.with_suffix(_REPORT)))
                else:
                    # It was killed from outside, or the power failed: there is nothing to read in it.
                    path.unlink()
            except OSError:
                # Another window was quicker, or (on Windows) the one that writes it is still there.
                continue
        return reports


def _is_alive(path: Path) -> bool:
    """Tell whether the process whose number is in a file's name still runs."""
    number = path.stem.rpartition("-")[2]
    if sys.platform == "win32" or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
