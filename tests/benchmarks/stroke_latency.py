"""Measure the latency from a pen movement to the bars.

    python tests/benchmarks/stroke_latency.py [--model M] [--moves 600] [--json FILE]

A mouse move is sent to the canvas of the real window, and the clock stops when the bars have been painted with the
result. Off-screen, and on the X screen of DISPLAY, if any; each in a separate process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def main() -> None:
    """Measure all available platforms, or one in a child process."""
    parser = argparse.ArgumentParser(description="Time from a mouse move to the bars painted.")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--moves", type=int, default=600)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_measure(options.model, options.moves)))
        return
    platforms = ["offscreen", *(["xcb"] if os.environ.get("DISPLAY") else [])]
    results: dict[str, dict[str, float]] = {}
    for platform in platforms:
        command = [sys.executable, __file__, "--here", "--moves", str(options.moves)]
        command += ["--model", options.model] if options.model else []
        environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"QT_QPA_PLATFORM": platform}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        results[platform] = json.loads(done.stdout)
    print(f"{'platform':<10} {'moves':>6} {'median':>9} {'95 %':>9} {'worst':>9} {'processor':>9}")
    for platform, result in results.items():
        cells = [f"{result[name]:.1f} ms" for name in ("median_ms", "p95_ms", "worst_ms", "median_cpu_ms")]
        print(f"{platform:<10} {result['moves']:>6.0f} {' '.join(f'{cell:>9}' for cell in cells)}")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def _measure(model: str | None, moves: int) -> dict[str, float]:
    from PySide6.QtCore import QEvent, QObject, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings

    class Painted(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.count += 1
            return super().eventFilter(watched, event)

    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Theme("light"), Settings(Path(folder) / "bench.ini"))
        window.resize(1280, 800)
        window.show()
        if not window.use_model(model):
            message = window.messages.message
            raise SystemExit(message.text if message is not None else "no model")
        application.processEvents()
        canvas, bars, painted = window.draw_tab.canvas, window.draw_tab.bars, Painted()
        bars.installEventFilter(painted)

        def send(kind: QEvent.Type, place: tuple[float, float]) -> None:
            button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
            held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
            position = QPointF(*place)
            none = Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(
                canvas, QMouseEvent(kind, position, canvas.mapToGlobal(position), button, held, none)
            )

        times, busy = [], []
        for number in range(moves):
            # Strokes of 60 points: an eight, drawn over and over.
            angle = 2 * np.pi * (number % 60) / 50
            place = (330 + 120 * float(np.sin(2 * angle)), 320 - 200 * float(np.cos(angle)))
            if number % 60 == 0:
                canvas.clear()
                send(QEvent.Type.MouseButtonPress, place)
                application.processEvents()
                continue
            count = painted.count
            before, working = time.perf_counter(), time.process_time()
            send(QEvent.Type.MouseMove, place)
            while painted.count == count:
                application.processEvents()
            # The filter sees the event before the bars paint: the turn that paints has ended by now.
            times.append(1000 * (time.perf_counter() - before))
            busy.append(1000 * (time.process_time() - working))
            if number % 60 == 59:
                send(QEvent.Type.MouseButtonRelease, place)
        window.close()
    values = np.array(times)
    return {
        "moves": len(times),
        "median_ms": float(np.median(values)),
        "p95_ms": float(np.percentile(values, 95)),
        "worst_ms": float(values.max()),
        "median_cpu_ms": float(np.median(busy)),
    }


if __name__ == "__main__":
    main()
