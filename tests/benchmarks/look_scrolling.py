"""Measure how long the window stands still while all 70,000 images of MNIST scroll by.

    python tests/benchmarks/look_scrolling.py [--data mnist] [--steps 600] [--json FILE]

The grid of Look is scrolled from top to bottom in even steps, each of which is painted before the next. A step is
measured in seconds that pass, and in processor time of the GUI thread, which does not depend on what else the machine
does; a timer that fires every 5 ms gives the gaps of the event loop. With `--wheel` the grid moves by half a row at a
time, from the top, instead.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from digitpad.gui.data.look.page import LookPage
from digitpad.gui.shell.app import make_application
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.heartbeat import Heartbeat
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.workspace import Workspace


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Scrolling through a dataset in Look.")
    parser.add_argument("--data", default="mnist", help="dataset (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--wheel", action="store_true", help="scroll row by row")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = measure(options.data, options.steps, by_row=options.wheel)
    for name, value in result.items():
        print(f"{name:<36} {value:10.2f}")
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def measure(data: str, steps: int, *, by_row: bool = False) -> dict[str, float]:
    """Return the times of the steps, and the gaps of the event loop, in milliseconds."""
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Settings(Path(folder) / "bench.ini"))
        page = LookPage(Theme("light"), workspace)
        page.resize(1248, 680)
        if data != "mnist":
            page.data.open(data)
        page.show()
        _wait(lambda: page.images_card.shows_grid and page.classes.finished == len(page.classes.counts), page)
        beat, took, busy = Heartbeat(), [], []
        bar = page.grid.verticalScrollBar()
        stops = np.linspace(0, bar.maximum(), steps).astype(int)
        if by_row:
            stops = np.minimum(np.arange(steps) * bar.singleStep(), bar.maximum())
        _turn()
        beat.start()
        for stop in stops.tolist():
            start, processor = time.perf_counter(), time.thread_time()
            bar.setValue(stop)
            page.grid.viewport().repaint()
            took.append(1000 * (time.perf_counter() - start))
            busy.append(1000 * (time.thread_time() - processor))
            _turn()
        beat.stop()
        images = page.images
        page.shut_down()
        page.deleteLater()
        workspace.shut_down()
    return {
        "images": 0 if images is None else len(images),
        "step, median ms": float(np.median(took)),
        "step, 99th percentile ms": float(np.percentile(took, 99)),
        "step, longest ms": max(took),
        "processor time, median ms": float(np.median(busy)),
        "processor time, longest ms": max(busy),
        "event loop, 99th percentile ms": beat.percentile(99),
        "event loop, longest gap ms": beat.longest,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _turn() -> None:
    """Let the event loop run for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(1, loop.quit)
    loop.exec()


def _wait(ready: Callable[[], bool], page: LookPage) -> None:
    while not ready():
        if not page.work.is_busy and page.images is None:
            raise RuntimeError(page.state.text)
        _turn()


if __name__ == "__main__":
    main()
