"""Measure the responsiveness of the window while it trains `standard` on MNIST, and its speed over the command line.

    python tests/benchmarks/training_window.py --json window.json

Each measurement is a separate process: the command line and the real window take turns, off-screen and on a screen of
Xvfb (if installed). All tabs of the window have been opened. During the first epochs the Train tab is visible; in the
last one the pen draws on the canvas without a pause, with sixty movements per second. The training speed is reported
for both. The gaps of the event loop are measured by the window's own heartbeat. `--epochs 50 --rounds 1` shows whether
memory stays level, and `--turn` what another switch interval of Python's threads would change.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from benchmarking import Figure, Target, finish, settle_environment
from virtual_screen import has_virtual_screen, virtual_screen

_SLOWEST_STROKES = 0.95
_LEVEL_AFTER = 3  # epochs


def speed_target(doing: str, platform: str) -> Target:
    """Return the figure of the speed while the window is watched or drawn in."""
    return Target(f"training in the window over the command line while {doing}, {platform}", 0.85, at_least=True)


#: The lines of the speed table.
TARGETS = tuple(speed_target(doing, "offscreen") for doing in ("watching", "drawing"))


def main() -> None:
    """Measure, print, and write JSON if requested; or run as one of the measured processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=4, help="passes over the images (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="use so many images only (default: all)")
    parser.add_argument("--rounds", type=int, default=2, help="how often all take their turn (default: %(default)s)")
    parser.add_argument("--turn", type=float, help="thread switch interval in milliseconds (default: the window's own)")
    parser.add_argument("--pinned", action="store_true", help="leave OpenBLAS's settings as they are")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--here", choices=("window", "command line"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.epochs < 3:
        parser.error("--epochs must be at least 3: the first warms up, and the last one is spent drawing")
    if options.here:
        if options.here == "window":
            print(json.dumps(_measure_window(options.epochs, options.limit, options.turn)))
        else:
            print(json.dumps(_measure_command_line(options.epochs, options.limit)))
        return
    settle_environment(pinned=options.pinned)
    platforms = ["offscreen", *(["xcb"] if has_virtual_screen() else [])]
    rounds: list[dict[str, Any]] = []
    for number in range(options.rounds):
        found: dict[str, Any] = {}
        for name in ("command line", *platforms):
            found[name] = _start(name, options.epochs, options.limit, options.turn)
            print(f"round {number + 1}, {name}: {json.dumps(found[name])}", flush=True)
        rounds.append(found)
    finish(figures_of(rounds), {"rounds": rounds}, options.json)


def figures_of(rounds: list[dict[str, Any]]) -> list[Figure]:
    """Return the figures with targets: the worst gaps, strokes and sizes, and the median speeds."""
    figures = []
    for platform in [name for name in rounds[0] if name != "command line"]:
        windows = [found[platform] for found in rounds]
        for work, key, bound, unit in (
            ("longest gap of the event loop", "longest_gap_ms", 100, "ms"),
            ("99th percentile of the gaps", "p99_gap_ms", 33, "ms"),
            ("stroke to prediction, 95th percentile", "stroke_p95_ms", 33, "ms"),
            ("peak memory, every tab opened", "peak_mb", 600, "MB"),
            ("growth of memory after the third epoch", "growth_percent", 5, "%"),
        ):
            values = [window[key] for window in windows if window[key] is not None]
            if values:
                figures.append(Figure(f"{work}, {platform}", max(values), bound, at_least=False, unit=unit))
        for doing in ("watching", "drawing"):
            ratios = [found["command line"]["epoch_s"] / found[platform][f"{doing}_epoch_s"] for found in rounds]
            figures.append(speed_target(doing, platform).figure(statistics.median(ratios)))
    return figures


def _start(name: str, epochs: int, limit: int | None, turn: float | None) -> dict[str, Any]:
    """Run one measurement in a separate process."""
    command = [sys.executable, __file__, "--epochs", str(epochs)]
    command += ["--here", name if name == "command line" else "window"]
    command += [] if limit is None else ["--limit", str(limit)]
    command += [] if turn is None else ["--turn", str(turn)]
    with _screen() if name == "xcb" else _no_screen() as display:
        environment = os.environ | {"QT_QPA_PLATFORM": name if name != "command line" else "offscreen"} | display
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def _no_screen() -> Iterator[dict[str, str]]:
    yield {}


@contextmanager
def _screen() -> Iterator[dict[str, str]]:
    with virtual_screen() as display:
        yield {"DISPLAY": display}


def _measure_command_line(epochs: int, limit: int | None) -> dict[str, Any]:
    """Return the time per epoch after the first, between two lines of output."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "digitpad", "train", "--recipe", "quick", "--epochs", str(epochs), "--json"]
        command += ["--device", "cpu", "--output", f"{folder}/m.safetensors"]
        command += [] if limit is None else ["--limit", str(limit)]
        home = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), folder)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | home)
        moments = [time.perf_counter() for line in process.stdout or () if "epoch" in json.loads(line)]
        if process.wait() != 0:
            raise SystemExit("digitpad train failed; what it said is above.")
    return {"epoch_s": (moments[epochs - 1] - moments[0]) / (epochs - 1)}


def _measure_window(epochs: int, limit: int | None, turn: float | None) -> dict[str, Any]:
    """Train in the real window; the first epoch is left out of the time, as it is for the command line."""
    from digitpad import paths

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths.user_data_dir = paths.user_config_dir = paths.user_log_dir = lambda: home
        return _train_in_window(home, epochs, limit, turn)


def _train_in_window(home: Path, epochs: int, limit: int | None, turn: float | None) -> dict[str, Any]:
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QTabBar

    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.training.train_tab import TrainTab
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workers.heartbeat import Heartbeat
    from digitpad.gui.workspace.settings import Settings

    application = make_application()
    window = MainWindow(Theme("light"), Settings(home / "window.ini"))
    window.resize(1280, 800)
    window.show()
    window.use_first_model()
    tabs = window.findChild(QTabBar, "tabStrip")
    assert tabs is not None
    for number in [*range(tabs.count()), 1]:
        tabs.setCurrentIndex(number)
        application.processEvents()
    tab = window.findChild(TrainTab)
    assert tab is not None
    tab.editor.change(limit=limit)
    tab.editor.change_settings(epochs=epochs)
    pen = _Pen(window)
    moments: list[float] = []
    sizes: list[float] = []
    heart = Heartbeat(window)

    def note_epoch() -> None:
        record = tab.session.record
        if record is not None and record.epoch is not None and len(moments) < record.epoch.epoch:
            moments.append(time.perf_counter())
            sizes.append(_resident_megabytes())

    # By signal, because the last epoch and the end of the training may both arrive during one pen movement.
    tab.session.ticked.connect(note_epoch)
    tab.start_or_hold()
    if turn is not None:
        sys.setswitchinterval(turn / 1000)
    heart.start()
    while tab.session.is_on:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if len(moments) == epochs - 1:
            tabs.setCurrentIndex(0)
            pen.draw()
    heart.stop()
    if len(moments) != epochs:
        raise SystemExit(f"{len(moments)} of {epochs} epochs were seen; use more images.")
    result = {
        "watching_epoch_s": (moments[-2] - moments[0]) / (epochs - 2),
        "drawing_epoch_s": moments[-1] - moments[-2],
        "longest_gap_ms": heart.longest,
        "p99_gap_ms": heart.percentile(99),
        "beats": heart.beats,
        "stroke_p95_ms": float(np.percentile(pen.times, 100 * _SLOWEST_STROKES)) if pen.times else None,
        "strokes": len(pen.times),
        "peak_mb": _peak_megabytes(),
        "growth_percent": 100 * (sizes[-1] / sizes[_LEVEL_AFTER - 1] - 1) if len(sizes) > _LEVEL_AFTER else None,
        "megabytes": [round(size, 1) for size in sizes],
    }
    window.close()
    return result


class _Pen:
    """Draws an eight repeatedly, and measures the time from each movement to its bars."""

    def __init__(self, window: Any) -> None:
        from PySide6.QtCore import QEvent, QObject

        class Painted(QObject):
            count = 0

            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    self.count += 1
                return super().eventFilter(watched, event)

        self._canvas = window.draw_tab.canvas
        self._painted = Painted(window)
        window.draw_tab.bars.installEventFilter(self._painted)
        self._number = 0
        self._next = 0.0
        self.times: list[float] = []

    def draw(self) -> None:
        """Move the pen if it is due, about sixty times a second."""
        from PySide6.QtCore import QEvent
        from PySide6.QtWidgets import QApplication

        if time.perf_counter() < self._next:
            return
        step = self._number % 60
        angle = 2 * np.pi * step / 50
        place = (330 + 120 * float(np.sin(2 * angle)), 320 - 200 * float(np.cos(angle)))
        if step == 0:
            self._canvas.clear()
            self._send(QEvent.Type.MouseButtonPress, place)
        else:
            before, count = time.perf_counter(), self._painted.count
            self._send(QEvent.Type.MouseMove, place)
            while self._painted.count == count:
                QApplication.processEvents()
            self.times.append(1000 * (time.perf_counter() - before))
        if step == 59:
            self._send(QEvent.Type.MouseButtonRelease, place)
        self._number += 1
        self._next = time.perf_counter() + 1 / 60

    def _send(self, kind: Any, place: tuple[float, float]) -> None:
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        point = QPointF(*place)
        none = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, point, self._canvas.mapToGlobal(point), button, held, none)
        QApplication.sendEvent(self._canvas, event)


def _resident_megabytes() -> float:
    """Return the current memory of this process in megabytes (10**6 bytes); only available on Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _peak_megabytes() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    main()
