"""Measure the latency from a pen movement to the Features tab: all visible maps, the bars and the saliency.

    python tests/benchmarks/features_latency.py [--model M] [--moves 600] [--why gradient] [--json FILE]

A mouse move is sent to the small canvas of the real window, and the clock stops when the maps, the bars and the picture
with its saliency have been painted with the result. Off-screen, and on the X screen of DISPLAY, if any; each in a
separate process. `--training` does the same while a network of the same architecture is trained.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from digitpad.gui.features.tab import FeaturesTab
    from digitpad.gui.shell.main_window import MainWindow

_BOUNDS = {"still": (8.0, 16.0), "training": (33.0, 33.0)}
_STROKE = 60  # points


def main() -> None:
    """Measure all available platforms, or one in a child process."""
    parser = argparse.ArgumentParser(description="Time from a mouse move to maps, bars and saliency painted.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--moves", type=int, default=600)
    parser.add_argument("--why", default="gradient", choices=["none", "gradient", "gradcam"])
    parser.add_argument("--training", action="store_true", help="train a network beside it")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_measure(options.model, options.moves, options.why, training=options.training)))
        return
    platforms = ["offscreen", *(["xcb"] if os.environ.get("DISPLAY") else [])]
    results: dict[str, dict[str, float]] = {}
    for platform in platforms:
        command = [sys.executable, __file__, "--here", "--moves", str(options.moves), "--why", options.why]
        command += ["--model", options.model] if options.model else []
        command += ["--training"] if options.training else []
        environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"QT_QPA_PLATFORM": platform}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        results[platform] = json.loads(done.stdout)
    median, most = _BOUNDS["training" if options.training else "still"]
    print(f"{'platform':<10} {'moves':>6} {'median':>9} {'95 %':>9} {'worst':>9}   (target {median:g} and {most:g} ms)")
    for platform, result in results.items():
        cells = [f"{result[name]:.1f} ms" for name in ("median_ms", "p95_ms", "worst_ms")]
        print(f"{platform:<10} {result['moves']:>6.0f} {cells[0]:>9} {cells[1]:>9} {cells[2]:>9}")
        print(f"    processor time a move       {result['median_cpu_ms']:8.2f} ms")
        parts = {name: value for name, value in result.items() if name.startswith("part_")}
        for name, value in parts.items():
            print(f"    {name.removeprefix('part_'):<28} {value:6.2f} ms")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def _measure(model: str | None, moves: int, why: str, *, training: bool) -> dict[str, float]:
    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings

    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Theme("light"), Settings(Path(folder) / "bench.ini"))
        window.resize(1280, 800)
        window.show()
        if not window.use_model(model):
            message = window.messages.message
            raise SystemExit(message.text if message is not None else "no model")
        tab = _open(application, window)
        tab.explain_with(why)
        tab.side.show_drawing(on=True)
        application.processEvents()
        with _trained() if training else nullcontext():
            times, busy = _draw(application, tab, moves)
        parts = _parts(tab, why)
        window.close()
    values = np.array(times)
    return {
        "moves": len(times),
        "median_ms": float(np.median(values)),
        "p95_ms": float(np.percentile(values, 95)),
        "worst_ms": float(values.max()),
        "median_cpu_ms": float(np.median(busy)),
        **{f"part_{name}": value for name, value in parts.items()},
    }


def _open(application: "QApplication", window: "MainWindow") -> "FeaturesTab":
    from PySide6.QtWidgets import QTabBar

    from digitpad.gui.features.tab import FeaturesTab

    tabs = window.findChild(QTabBar, "tabStrip")
    if tabs is None:
        raise SystemExit("the window has no tabs")
    names = [tabs.tabText(index) for index in range(tabs.count())]
    tabs.setCurrentIndex(names.index("Features"))
    application.processEvents()
    tab = window.findChild(FeaturesTab)
    if tab is None:
        raise SystemExit("the Features tab was not built")
    return tab


def _draw(application: "QApplication", tab: "FeaturesTab", moves: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds from each move until everything is painted, and the processor time."""
    from PySide6.QtCore import QEvent, QObject, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    class Painted(QObject):
        """Counts paint events since the last query."""

        def __init__(self, watched: list[QObject]) -> None:
            super().__init__()
            self.wanted = set(map(id, watched))
            self.seen: set[int] = set()
            for thing in watched:
                thing.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.seen.add(id(watched))
            return False

    pad = tab.side.pad
    # The picture with the saliency is behind the canvas while one draws; it is the first layer of the maps then.
    painted = Painted([tab.maps.viewport(), tab.side.bars, tab.side.answer])

    def send(kind: QEvent.Type, place: tuple[float, float]) -> None:
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        position = QPointF(*place)
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(pad, QMouseEvent(kind, position, pad.mapToGlobal(position), button, held, none))

    times, busy = [], []
    for number in range(moves):
        # Strokes of 60 points: an eight, drawn over and over.
        angle = 2 * np.pi * (number % _STROKE) / 50
        place = (116 + 50 * float(np.sin(2 * angle)), 116 - 80 * float(np.cos(angle)))
        if number % _STROKE == 0:
            pad.clear()
            send(QEvent.Type.MouseButtonPress, place)
            application.processEvents()
            continue
        painted.seen.clear()
        before, working = time.perf_counter(), time.process_time()
        send(QEvent.Type.MouseMove, place)
        while painted.seen < painted.wanted:
            application.processEvents()
        # The filter sees the event before the widget paints: the turn that paints has ended by now.
        times.append(1000 * (time.perf_counter() - before))
        busy.append(1000 * (time.process_time() - working))
        if number % _STROKE == _STROKE - 1:
            send(QEvent.Type.MouseButtonRelease, place)
    return times, busy


@contextmanager
def _trained() -> Iterator[None]:
    """Train a network in a separate thread at the same time, as the Train tab does."""
    from digitpad.training.live import LiveRun
    from digitpad.training.plan import RunPlan
    from digitpad.training.runs import RunStore

    with tempfile.TemporaryDirectory() as folder:
        live = LiveRun.start(RunPlan.quick(), RunStore(Path(folder)))
        done = threading.Event()

        def train() -> None:
            for _ in live.events():
                if done.is_set():
                    live.stop()

        thread = threading.Thread(target=train)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _parts(tab: "FeaturesTab", why: str) -> dict[str, float]:
    """Return the milliseconds of each part of a frame."""
    from digitpad.data.rasterize import ink_to_image
    from digitpad.explain.frame import Inspector
    from digitpad.reading.recognizer import Recognizer

    strokes = [stroke.points for stroke in tab.side.pad.sketch.page.strokes]
    image = ink_to_image(strokes)
    model = tab.model
    if model is None:
        return {}
    inspector, recognizer = Inspector.of(model), Recognizer(model)
    viewport = tab.maps.viewport()

    def paint() -> None:
        tab.maps.forget_colours()
        viewport.repaint()

    return {
        "ink to picture": _time(lambda: ink_to_image(strokes)),
        "reading": _time(lambda: recognizer.recognize_pixels(image)),
        "all activations": _time(lambda: inspector.inspect(image)),
        "activations and gradients": _time(lambda: inspector.inspect(image, gradients=True)) if why != "none" else 0.0,
        "colouring and painting maps": _time(paint),
        "painting bars": _time(tab.side.bars.repaint),
        "arithmetic of a cell": _time(lambda: tab.maps.go_to(tab.maps.cell) if tab.maps.cell is not None else None),
    }


def _time(work: Callable[[], object], rounds: int = 30) -> float:
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - before))
    return float(np.median(times))


if __name__ == "__main__":
    main()
