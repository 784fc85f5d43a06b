"""Measure the class board with 30 pages that draw at once: gaps of the window, answers, and what the board shows.

    python tests/benchmarks/board.py --json board.json

The real window with the real server runs in a process of its own, off-screen, with the board open. The pages are
WebSocket clients in a second process, which draw the bundled pen ink as fast as the page does: a drawing follows when
the last one has been answered, after 60 ms or twice the time of the answer. They share the processor with the window,
as phones would not.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from benchmarking import Figure, finish, settle_environment
from numpy.typing import NDArray
from websockets.asyncio.client import connect

from digitpad.data.pen import pen_drawings

_LEAST_PAUSE, _LONGEST_PAUSE = 0.06, 1.0  # seconds between an answer and the next drawing, as in `connection.js`
_POINTS = 3  # points of the pen between two drawings
_BETWEEN = 3  # points that a phone sends for each of the pen ink


def main() -> None:
    """Measure, print, and write JSON if requested; or run as the window that is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=30, help="pages that draw (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they draw (default: %(default)s)")
    parser.add_argument("--pinned", action="store_true", help="leave OpenBLAS's settings as they are")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        _run_window(options.seconds)
        return
    settle_environment(pinned=options.pinned)
    finish(*_measure(options.pages, options.seconds), options.json)


def figures_of(pages: int, answers: list[float], window: dict[str, Any]) -> list[Figure]:
    """Return the figures with targets.

    Parameters
    ----------
    pages
        Number of pages that drew.
    answers
        Seconds from each drawing to its answer.
    window
        What the window has measured.
    """
    slow = 1000 * statistics.quantiles(answers, n=20)[-1]
    return [
        Figure("longest gap of the window's event loop", window["longest_gap_ms"], 100, at_least=False, unit="ms"),
        Figure("drawing to answer on a page, 95th percentile", slow, 100, at_least=False, unit="ms"),
        Figure("pages with a drawing and an answer on the board", window["shown"], pages, at_least=True),
    ]


def _measure(pages: int, seconds: float) -> tuple[list[Figure], dict[str, Any]]:
    """Start the window, draw on its page, and return the figures and all measurements."""
    command = [sys.executable, __file__, "--here", "--seconds", str(seconds)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as window:
        if window.stdin is None or window.stdout is None:
            raise SystemExit("The window has no pipes.")
        address = window.stdout.readline().strip()
        answers = asyncio.run(_draw_everywhere(address.replace("http:", "ws:") + "socket", pages, seconds))
        window.stdin.write("end\n")
        window.stdin.flush()
        measured: dict[str, Any] = json.loads(window.stdout.readline())
    details = {"window": measured, "answers": len(answers), "median_ms": 1000 * statistics.median(answers)}
    return figures_of(pages, answers, measured), details


async def _draw_everywhere(address: str, pages: int, seconds: float) -> list[float]:
    """Draw on many pages at once, and return the seconds from each drawing to its answer."""
    drawings = pen_drawings()
    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_draw(address, [one.strokes for one in drawings[page::pages][:200]], end))
            for page in range(pages)
        ]
    return [answer for task in tasks for answer in task.result()]


async def _draw(address: str, inks: list[tuple[NDArray[np.float32], ...]], end: float) -> list[float]:
    answers: list[float] = []
    number = 0
    async with connect(address) as page:
        while True:
            for strokes in inks:
                for part in growing(strokes):
                    number += 1
                    sent = time.monotonic()
                    if sent > end:
                        return answers
                    ink = {"type": "ink", "n": number, "strokes": part, "width": 500, "height": 500}
                    await page.send(json.dumps(ink))
                    while json.loads(await page.recv()).get("n") != number:
                        continue
                    took = time.monotonic() - sent
                    answers.append(took)
                    await asyncio.sleep(min(max(2 * took, _LEAST_PAUSE), _LONGEST_PAUSE))


def growing(strokes: tuple[NDArray[np.float32], ...]) -> Iterator[list[list[list[float]]]]:
    """Yield a drawing as it grows, with as many points as a phone sends."""
    dense = []
    for stroke in strokes:
        place = np.linspace(0, len(stroke) - 1, max(2, _BETWEEN * len(stroke)))
        known = np.arange(len(stroke))
        dense.append(np.stack([np.interp(place, known, stroke[:, axis]) for axis in (0, 1)], axis=1).round(1).tolist())
    for last in range(len(dense)):
        for count in range(_BETWEEN * _POINTS, len(dense[last]) + _BETWEEN * _POINTS, _BETWEEN * _POINTS):
            yield [*dense[:last], dense[last][:count]]


def _run_window(seconds: float) -> None:
    """Share the page, print its address, and print what was measured when a line arrives."""
    from digitpad import paths

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths.user_data_dir = paths.user_config_dir = paths.user_log_dir = lambda: home
        _serve_in_window(home, seconds)


def _serve_in_window(home: Path, seconds: float) -> None:
    from PySide6.QtCore import QObject, QSocketNotifier, QTimer

    from digitpad.gui.board.sharing import Stage
    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workers.garbage import GarbageCollector
    from digitpad.gui.workers.heartbeat import Heartbeat
    from digitpad.gui.workspace.settings import Settings

    class Measurement(QObject):
        """Waits for the server and for the end."""

        def __init__(self) -> None:
            super().__init__()
            self.window = MainWindow(Theme("light", application), Settings(home / "window.json"))
            self.window.resize(1280, 800)
            self.window.show()
            self.window.use_model("digitpad")
            self.process_began = self.thread_began = 0.0
            self.classroom = self.window.class_board
            self.classroom.sharing.changed.connect(self.tell)
            self.classroom.sharing.failed.connect(self.fail)
            self.classroom.open_board()
            self.classroom.start_here(0)
            self.beat = Heartbeat(self)
            self.notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
            self.notifier.activated.connect(self.end)

        def tell(self) -> None:
            if self.classroom.sharing.stage is Stage.ON:
                self.process_began, self.thread_began = time.process_time(), time.thread_time()
                # The first pages arrive while the window settles.
                QTimer.singleShot(round(1000 * min(2.0, seconds / 4)), self.beat.start)
                print(self.classroom.sharing.address, flush=True)

        def fail(self, error: str) -> None:
            raise SystemExit(error)

        def end(self) -> None:
            self.notifier.setEnabled(False)
            self.beat.stop()
            board = self.classroom.board
            people = () if board is None else board.grid.people
            measured = {
                "longest_gap_ms": self.beat.longest,
                "p99_gap_ms": self.beat.percentile(99),
                "process_cpu_s": time.process_time() - self.process_began,
                "window_cpu_s": time.thread_time() - self.thread_began,
                "shown": sum(one.answer is not None for one in people),
            }
            print(json.dumps(measured), flush=True)
            self.window.close()

    application = make_application()
    collector = GarbageCollector(application)
    collector.start()
    measurement = Measurement()
    application.exec()
    collector.stop()
    del measurement


if __name__ == "__main__":
    main()
