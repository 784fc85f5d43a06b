"""Runs a program and measures the peak memory of it and all processes that it starts, together.

On Linux, the proportional set sizes of all of them are added up a hundred times a second, so that pages which several
processes share count once. Elsewhere, it is the peak of the largest process, as the system reports it.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

#: Seconds between two looks.
_EVERY = 0.01

#: A process begins with the memory of the one that started it, so a small one starts the program.
_START = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[2:], check=False).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([usage.ru_utime + usage.ru_stime, usage.ru_maxrss], file)
sys.exit(code != 0)
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A program that has run.

    Attributes
    ----------
    output
        What it wrote to the standard output.
    seconds, processor_seconds
        Its wall time, and the processor time of all its processes.
    megabytes
        The peak memory (10**6 bytes).
    """

    output: str
    seconds: float
    processor_seconds: float
    megabytes: float


def watched(command: Sequence[str]) -> Watched:
    """Run a program.

    Raises
    ------
    SystemExit
        If it fails.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder, "usage.json")
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-S", "-c", _START, str(report), *command], stdout=subprocess.PIPE, text=True
        ) as process:
            peak, ended = [0.0], threading.Event()
            watch = threading.Thread(target=_watch, args=(process.pid, peak, ended))
            watch.start()
            output, _ = process.communicate()
            seconds = time.perf_counter() - begun
            ended.set()
            watch.join()
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed; what it said is above.")
        computing, largest = json.loads(report.read_text())
    # In units of 1024 bytes, on macOS in bytes.
    alone = largest * (1 if sys.platform == "darwin" else 1024) / 1e6
    return Watched(output, seconds, computing, peak[0] or alone)


def _watch(starter: int, peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        peak[0] = max(peak[0], sum(map(_megabytes, _started_by(starter))))


def _started_by(process: int) -> list[int]:
    """Return all processes below one, without itself."""
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            own = [int(word) for word in path.read_text().split()]
        except OSError:  # it has ended
            continue
        found += own
        for one in own:
            found += _started_by(one)
    return found


def _megabytes(process: int) -> float:
    """Return the memory of a process, of which it shares pages with others in equal parts."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) * 1024 / 1e6
