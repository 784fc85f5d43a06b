"""Measure how fast the frozen program shows its window, and whether it trains as fast as the installed one.

    python tests/benchmarks/frozen_program.py dist/digitpad/digitpad [--single dist/digitpad-0.1.0-linux-x86_64]

The window is observed from outside, on a screen of Xvfb, whose pixels are in a file: the first paint is the time at
which three tenths of them are no longer black. For a cold start, the program's files are removed from the page cache.
Training is `digitpad train` with both programs alternately, from the end of the first epoch to the end of the last.
"""

import argparse
import json
import mmap
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from benchmarking import Figure, Target, finish
from virtual_screen import virtual_screen

_SIDES = (1400, 900)
_LEAST_PAINTED = 0.3  # of the screen's pixels: the window covers more than half of it
_PATIENCE = 60.0  # seconds

WARM, COLD, SINGLE_FILE = (
    Target(f"first paint of the program frozen as a {kind}", bound, at_least=False, unit="ms")
    for kind, bound in (("folder, warm", 500), ("folder, cold", 1000), ("single file, warm", 2000))
)
FROZEN_TRAINING = Target("training, frozen over installed", 0.95, at_least=True)
#: The lines of the speed table.
TARGETS = (WARM, COLD, FROZEN_TRAINING)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the program in the folder that packaging/build.py makes")
    parser.add_argument("--single", type=Path, help="the program in a single file")
    parser.add_argument("--starts", type=int, default=10, help="starts of each kind (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="trainings of each program (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=3, help="of each training (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    if options.epochs < 2:
        parser.error("--epochs must be at least 2: the first one warms up")
    installed = [sys.executable, "-m", "digitpad"]
    kinds: list[tuple[str, Sequence[str], Path | None, Target | None]] = [
        ("installed, warm", installed, None, None),
        ("folder, warm", [str(options.program)], None, WARM),
        ("folder, cold", [str(options.program)], options.program.parent, COLD),
    ]
    if options.single is not None:
        kinds.append(("single file, warm", [str(options.single)], None, SINGLE_FILE))
    figures: list[Figure] = []
    data: dict[str, Any] = {}
    for name, command, forgotten, target in kinds:
        seconds = [_first_paint(command, forgotten) for _ in range(options.starts + 1)][1:]
        data[f"first paint, {name}"] = seconds
        print(f"first paint, {name}: {', '.join(f'{value:.2f}' for value in seconds)} s", flush=True)
        if target is not None:
            figures.append(target.figure(1000 * statistics.median(seconds)))
    turns = [
        (_epoch_seconds(installed, options.epochs), _epoch_seconds([str(options.program)], options.epochs))
        for _ in range(options.rounds)
    ]
    print(f"an epoch, installed and frozen: {', '.join(f'{own:.2f} and {other:.2f}' for own, other in turns)} s")
    data["epochs"] = [list(turn) for turn in turns]
    speed = statistics.median(own / other for own, other in turns)
    figures.append(FROZEN_TRAINING.figure(speed))
    finish(figures, data, options.json)


def _first_paint(command: Sequence[str], forgotten: Path | None) -> float:
    """Return the seconds from the start of a program to its first paint; `forgotten` files are read from the disk."""
    if forgotten is not None:
        _forget(forgotten)
    with _screen() as (display, painted), tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PATH": os.environ["PATH"]}
        begun = time.perf_counter()
        process = subprocess.Popen(list(command), env=environment, stderr=subprocess.DEVNULL)
        try:
            while painted() < _LEAST_PAINTED:
                if process.poll() is not None or time.perf_counter() - begun > _PATIENCE:
                    raise SystemExit(f"{command[0]} showed no window; start it by hand to see why.")
                time.sleep(0.005)
            return time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def _screen() -> Iterator[tuple[str, Any]]:
    """Start a screen; yield its name, and a function that returns the share of pixels that are not black."""
    with tempfile.TemporaryDirectory() as folder, virtual_screen(*_SIDES, "-br", "-fbdir", folder) as display:
        with (Path(folder) / "Xvfb_screen0").open("rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        # The pixels, four bytes each, are at the end of the file.
        pixels = np.frombuffer(memory, np.uint32, offset=len(memory) - 4 * _SIDES[0] * _SIDES[1])
        # One pixel in a thousand is enough, and takes no time from the program.
        yield display, lambda: float(np.mean((pixels[::997] & 0xFFFFFF) != 0))


def _forget(folder: Path) -> None:
    """Remove the files of a folder from the page cache."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def _epoch_seconds(command: Sequence[str], epochs: int) -> float:
    """Return the time per epoch after the first."""
    with tempfile.TemporaryDirectory() as home:
        words = ["train", "--recipe", "quick", "--epochs", str(epochs), "--limit", "20000", "--device", "cpu"]
        words += ["--json", "--output", f"{home}/m.safetensors"]
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        process = subprocess.Popen([*command, *words], env=environment, stdout=subprocess.PIPE, text=True)
        moments = [time.perf_counter() for line in process.stdout or () if "epoch" in json.loads(line)]
        if process.wait() != 0:
            raise SystemExit(f"{command[0]} train failed; what it said is above.")
    return (moments[epochs - 1] - moments[0]) / (epochs - 1)


if __name__ == "__main__":
    main()
