"""Measure how the window keeps up with a network for photographs: pointing at its maps, and drawing over a photograph.

    python tests/benchmarks/picture_window.py [--strokes 60] [--json FILE]

The network is an untrained `catdog`, and the photograph is made up, as neither changes the work. Pointing is
measured as the processor time of the window's thread until maps, panel and picture have been painted; drawing as the
longest turn of its event loop while the network reads in the worker, and as the readings per second.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from digitpad.gui.features.tab import FeaturesTab
    from digitpad.gui.shell.main_window import MainWindow

_CELLS = 40  # pointed at in each layer
_FRAME = 1000 / 60  # milliseconds


def main() -> None:
    """Measure, and print a line for each layer and for drawing."""
    parser = argparse.ArgumentParser(description="Frames of the window with a network for photographs.")
    parser.add_argument("--strokes", type=int, default=60, help="points of the stroke drawn over the photograph")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from digitpad.gui.shell.app import make_application

    application = make_application()
    with tempfile.TemporaryDirectory() as name:
        window = _open(application, Path(name))
        tab = _features(application, window)
        hovers = {layer.name: _hover(application, tab, layer.name) for layer in tab.maps.layers}
        turn, speed = _draw(application, window, tab, options.strokes)
        window.close()
    print(f"{'layer':<10} {'median':>9} {'worst':>9}   (target {_FRAME:.1f} ms)")
    for layer, (median, worst) in hovers.items():
        print(f"{layer:<10} {median:6.1f} ms {worst:6.1f} ms")
    print(f"drawing: longest turn {turn:.1f} ms (target {_FRAME:.1f} ms), {speed:.1f} readings a second")
    if options.json is not None:
        result = {"hover_ms": hovers, "longest_turn_ms": turn, "readings_per_second": speed}
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def _open(application: "QApplication", folder: Path) -> "MainWindow":
    """Open the window with an untrained network and a photograph."""
    import PIL.Image

    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings
    from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, save_model
    from digitpad.nn import ARCHITECTURES, build

    rng = np.random.default_rng(0)
    plan = ARCHITECTURES["catdog"]
    prepared = Preprocessing.of_pictures(plan.input_shape, (0.5, 0.45, 0.4), (0.25, 0.25, 0.25))
    model = Model(build(plan, rng=rng), plan, ModelMetadata(("cats", "dogs"), prepared))
    save_model(folder / "catdog.safetensors", model)
    coarse = PIL.Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    coarse.resize((1600, 1200), PIL.Image.Resampling.BICUBIC).save(folder / "photograph.jpg")
    window = MainWindow(Theme("light"), Settings(folder / "bench.ini"))
    window.resize(1280, 800)
    window.show()
    window.use_model(folder / "catdog.safetensors")
    window.draw_tab.files.open_path(folder / "photograph.jpg")
    _settle(application, window)
    return window


def _features(application: "QApplication", window: "MainWindow") -> "FeaturesTab":
    from digitpad.gui.features.tab import FeaturesTab

    tab = window.go_to("Features")
    if not isinstance(tab, FeaturesTab):
        raise SystemExit("the Features tab was not built")
    _settle(application, window)
    return tab


def _settle(application: "QApplication", window: "MainWindow") -> None:
    while window.draw_tab.files.busy or window.workspace.busy:
        application.processEvents()
        time.sleep(0.001)
    application.processEvents()


def _hover(application: "QApplication", tab: "FeaturesTab", name: str) -> tuple[float, float]:
    """Return the median and the largest processor time, in milliseconds, of pointing at cells of a layer."""
    from digitpad.explain.dependencies import Cell

    shape = tab.maps.shape_of(name)
    if shape is None:
        raise SystemExit(f"{name} is not shown")
    tab.maps.go_to(Cell(name, 0, 0, 0))
    application.processEvents()
    times = []
    for number in range(1, _CELLS + 1):
        before = time.thread_time()
        tab.maps.look_at(Cell(name, number % shape[0], 7 * number % shape[1], 5 * number % shape[2]))
        application.processEvents()
        times.append(1000 * (time.thread_time() - before))
    return float(np.median(times)), max(times)


def _draw(application: "QApplication", window: "MainWindow", tab: "FeaturesTab", points: int) -> tuple[float, float]:
    """Return the longest turn of the event loop, in milliseconds of processor time, and the readings per second."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    from digitpad.gui.workspace.look import Look

    looks: list[object] = []
    window.workspace.published.connect(looks.append)
    pad = tab.side.pad
    tab.side.show_drawing(on=True)
    application.processEvents()
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * points, QEvent.Type.MouseButtonRelease]
    turns, start = [], time.perf_counter()
    for number, kind in enumerate(kinds):
        place = QPointF(40 + 100 * number / len(kinds), 70 + 30 * np.sin(number / 5))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        button = none if kind == QEvent.Type.MouseMove else left
        event = QMouseEvent(kind, place, pad.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
        before = time.thread_time()
        application.sendEvent(pad, event)
        until = time.perf_counter() + 0.02
        while time.perf_counter() < until:
            application.processEvents()
            turns.append(1000 * (time.thread_time() - before))
            time.sleep(0.001)
            before = time.thread_time()
    took = time.perf_counter() - start
    readings = sum(isinstance(look, Look) and look.prediction is not None for look in looks)
    _settle(application, window)
    return max(turns), readings / took


if __name__ == "__main__":
    main()
