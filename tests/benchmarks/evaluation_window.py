"""Measure how fast the window evaluates compared with the library, and whether it stays responsive.

    python tests/benchmarks/evaluation_window.py [--model M] [--rounds 3] [--json FILE]

MNIST's 10,000 test images are read alternately without a window (`digitpad.evaluation.evaluate`) and by the thread of
the tab. A timer in the window fires every 5 ms; the longest interval is the longest time that the window was blocked,
including the display of the results.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer

from digitpad.data.mnist import load_mnist
from digitpad.evaluation import evaluate
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.app import make_application
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.models.model_file import find_model, load_model
from digitpad.reading.recognizer import Recognizer


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Evaluation in the window, beside the command line's.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = measure(options.model, options.rounds)
    for name, value in result.items():
        print(f"{name:<32} {value:10.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def measure(model: str | None, rounds: int) -> dict[str, float]:
    """Return the images per second of both, their ratio, and the gaps of the event loop in milliseconds."""
    images = load_mnist("test")
    reader = Recognizer(load_model(find_model(model)))
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Theme("light"), Settings(Path(folder) / "bench.ini"))
        window.show()
        window.use_model(model)
        tab = window.go_to("Evaluate")
        if not isinstance(tab, EvaluationTab):
            raise TypeError(f"the tab is a {type(tab).__name__}")
        alone, within, gaps = [], [], []
        for _ in range(rounds):
            start = time.perf_counter()
            evaluate(reader, images)
            alone.append(len(images) / (time.perf_counter() - start))
            seconds, ticks = _in_window(tab)
            within.append(len(images) / seconds)
            gaps += np.diff(ticks).tolist()
        window.close()
    return {
        "command line, images/s": statistics.median(alone),
        "window, images/s": statistics.median(within),
        "window over command line": statistics.median(b / a for a, b in zip(alone, within, strict=True)),
        "longest gap, ms": 1000 * max(gaps),
        "99th percentile of gaps, ms": 1000 * float(np.percentile(gaps, 99)),
    }


def _in_window(tab: EvaluationTab) -> tuple[float, list[float]]:
    """Evaluate once; return the seconds from the first to the last image, and the times of the timer."""
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(5)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    loop = QEventLoop()
    tab.finished.connect(loop.quit)
    timer.start()
    tab.start.trigger()
    loop.exec()
    # Work in the next turns of the loop, such as painting, is included.
    QTimer.singleShot(200, loop.quit)
    loop.exec()
    timer.stop()
    tab.finished.disconnect(loop.quit)
    if tab.results.measured is None:
        raise RuntimeError(tab.setup.status.text())
    return tab.results.measured.seconds, ticks


if __name__ == "__main__":
    main()
