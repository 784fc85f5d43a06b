"""Measure the time from the start of the process to the first paint of the window.

    python tests/benchmarks/first_paint.py [--runs 9] [--json FILE]

Each run is a separate process. The first one warms the disk cache and does not count. Off-screen, and on the X screen
of DISPLAY, if any. "settled" is the time at which the model is loaded and a drawing can be read.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_PROGRAM = """
import sys, time
from pathlib import Path
from digitpad import paths
folder = Path(sys.argv[1])
paths.user_config_dir = paths.user_data_dir = paths.user_log_dir = lambda: folder
from PySide6.QtCore import QEvent, QObject, QTimer
from digitpad.gui.shell import app
from digitpad.gui.shell.main_window import MainWindow

class Watch(QObject):
    painted = None
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and Watch.painted is None:
            QTimer.singleShot(0, self.note)
            Watch.painted = 0.0
        return False
    def note(self):
        Watch.painted = time.time()

watch = Watch()
show = MainWindow.show
def show_and_watch(window):
    window.draw_tab.canvas.installEventFilter(watch)
    show(window)
MainWindow.show = show_and_watch
first = MainWindow.use_first_model
def first_and_leave(window, wanted=None):
    first(window, wanted)
    # The answer to the page is asked for in the next turn of the loop; after it, all is as it will be.
    QTimer.singleShot(1, lambda: (print(Watch.painted, time.time()), window.close()))
MainWindow.use_first_model = first_and_leave
app.run()
"""


def main() -> None:
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(description="Time from process start to the window's first paint.")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    platforms = ["offscreen", *(["xcb"] if os.environ.get("DISPLAY") else [])]
    results = {platform: _measure(platform, options.runs) for platform in platforms}
    print(f"{'platform':<10} {'first paint, median':>20} {'worst':>9} {'settled, median':>17}")
    for platform, result in results.items():
        cells = [f"{1000 * result[name]:.0f} ms" for name in ("first_paint", "first_paint_worst", "settled")]
        print(f"{platform:<10} {cells[0]:>20} {cells[1]:>9} {cells[2]:>17}")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def _measure(platform: str, runs: int) -> dict[str, float]:
    paints, settled = [], []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs + 1):
            start = time.time()
            done = subprocess.run(
                [sys.executable, "-c", _PROGRAM, folder],
                capture_output=True,
                text=True,
                check=True,
                env=os.environ | {"QT_QPA_PLATFORM": platform},
            )
            painted, ready = map(float, done.stdout.split())
            if run:
                paints.append(painted - start)
                settled.append(ready - start)
    return {
        "first_paint": statistics.median(paints),
        "first_paint_worst": max(paints),
        "settled": statistics.median(settled),
        "runs": runs,
    }


if __name__ == "__main__":
    main()
