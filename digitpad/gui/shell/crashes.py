"""Crash reports for when the process dies and no Python code can run: the stack of every thread.

Python's fault handler writes it into a file in the user's log folder. The next window finds it and reports it once.
"""

import faulthandler
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from digitpad import __version__, paths

#: File name while a window is open; the file of a crashed one becomes a report.
_RUNNING, _REPORT = ".running", ".txt"
#: How the fault handler's output starts.
_FATAL = "Fatal Python error"


class CrashRecorder:
    """Writes the stacks of this process to a file if it crashes.

    Parameters
    ----------
    folder
        The folder; None uses the user's log folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or paths.user_log_dir()
        self._path: Path | None = None
        self._file: IO[str] | None = None
        self._others = False

    def start(self) -> None:
        """Start; if the folder is not writable, there will be no report."""
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
        """Stop normally; no report is kept."""
        if self._file is None or self._path is None:
            return
        faulthandler.disable()
        if self._others and sys.stderr is not None:
            # Restore fault handling on the terminal if it was enabled.
            faulthandler.enable()
        self._file.close()
        self._path.unlink(missing_ok=True)
        self._file = self._path = None

    def new_reports(self) -> list[Path]:
        """Return the reports of crashed processes since the last call, the oldest first."""
        reports = []
        for path in sorted(self._folder.glob(f"crash-*{_RUNNING}")):
            if path == self._path or _is_alive(path):
                continue
            try:
                if _FATAL in path.read_text(encoding="utf-8", errors="replace"):
                    reports.append(path.replace(path.with_suffix(_REPORT)))
                else:
                    # The process was killed or the power failed: the file is empty.
                    path.unlink()
            except OSError:
                # Another window was faster, or (on Windows) the process that writes it still runs.
                continue
        return reports


def _is_alive(path: Path) -> bool:
    """Return whether the process whose number is in a file name is running."""
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
