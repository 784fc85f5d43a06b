"""Measure replay: how soon a moment is painted while scrubbing, and how long the window stands still while playing.

    python tests/benchmarks/scrubbing.py [--run FOLDER] [--moves 200] [--json FILE]

The Features tab is open with a drawing. Scrubbing: the slider asks for a frame, and the clock stops when the maps, the
bars and the slider are painted with it. Playing: all frames at the highest speed, with the gaps of the event loop
counted. Then the time to the first picture of the life of an answer. Off-screen, and under Xvfb if it is installed;
each in a process of its own. Without --run, `standard` is trained on MNIST for three epochs first.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from virtual_screen import has_virtual_screen, virtual_screen

if TYPE_CHECKING:
    from digitpad.gui.features.tab import FeaturesTab
    from digitpad.gui.replay.player import Player
    from digitpad.gui.replay.strip import ReplayStrip
    from digitpad.gui.shell.main_window import MainWindow

_LOOK_AGAIN = 5  # milliseconds
_PAINTED, _GAP, _FIRST = 33.0, 100.0, 300.0  # milliseconds: the targets


def main() -> None:
    """Measure all available platforms, or one in a child process."""
    parser = argparse.ArgumentParser(description="Time from a slider's request to the moment painted.")
    parser.add_argument("--run", type=Path, help="folder of a run with a film (default: one is trained)")
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(_measure(options.run, options.moves)))
        return
    with tempfile.TemporaryDirectory() as folder:
        run = options.run or _train(Path(folder))
        results = {}
        for platform in ("offscreen", *(["xcb"] if has_virtual_screen() else [])):
            with nullcontext(None) if platform == "offscreen" else virtual_screen() as display:
                environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"QT_QPA_PLATFORM": platform}
                environment |= {} if display is None else {"DISPLAY": display}
                command = [sys.executable, __file__, "--here", "--run", str(run)]
                command += ["--moves", str(options.moves)]
                done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            results[platform] = json.loads(done.stdout.splitlines()[-1])
    head = ("platform", "frames", "median", "95 %", "worst", "gap", "first life")
    print("".join(f"{word:>12}" for word in head))
    print(f"{'target':>12}{'':>24}{_PAINTED:>12g}{'':>12}{_GAP:>12g}{_FIRST:>12g}   ms")
    for platform, result in results.items():
        cells = [result[name] for name in ("median_ms", "p95_ms", "worst_ms", "longest_gap_ms", "first_life_ms")]
        print(f"{platform:>12}{result['frames']:>12.0f}" + "".join(f"{cell:>12.1f}" for cell in cells))
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


def _train(folder: Path) -> Path:
    from digitpad.training.live import LiveRun
    from digitpad.training.plan import RunPlan
    from digitpad.training.runs import RunStore

    live = LiveRun.start(RunPlan.quick().with_settings(epochs=3), RunStore(folder))
    for _event in live.events():
        pass
    return live.run.folder


def _measure(run: Path, moves: int) -> dict[str, float]:
    from digitpad.gui.canvas.sample_ink import THREE
    from digitpad.gui.features.tab import FeaturesTab
    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.shell.tour import replay
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings

    make_application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Theme("light"), Settings(Path(folder) / "bench.ini"))
        window.resize(1280, 800)
        window.show()
        window.use_model(None)
        replay(window.draw_tab.canvas, THREE)
        tab = window.go_to("Features")
        if not isinstance(tab, FeaturesTab):
            raise SystemExit("the Features tab was not built")
        _until(lambda: not window.workspace.busy)
        window.workspace.replay_asked.emit(run)
        _until(lambda: window.replay.strip is not None and window.replay.strip.isVisible())
        strip = window.replay.strip
        player = None if strip is None else strip.player
        if strip is None or player is None:
            raise SystemExit("the strip did not open")
        _until(lambda: player.is_settled and not strip.charts.busy)
        times = np.array(_scrub(window, tab, player, moves))
        gaps = _play(player)
        first = _first_life(strip)
        frames = len(player.timeline.frames)
        window.close()
    return {
        "frames": frames,
        "median_ms": float(np.median(times)),
        "p95_ms": float(np.percentile(times, 95)),
        "worst_ms": float(times.max()),
        "longest_gap_ms": gaps,
        "first_life_ms": first,
    }


def _scrub(window: "MainWindow", tab: "FeaturesTab", player: "Player", moves: int) -> list[float]:
    """Return the milliseconds from each request of a frame until maps and bars are painted with it."""
    from PySide6.QtCore import QEvent, QObject

    class Painted(QObject):
        """Notes which widgets were painted since the last answer."""

        def __init__(self, watched: list[QObject]) -> None:
            super().__init__()
            self.wanted = set(map(id, watched))
            self.seen: set[int] = set()
            for thing in watched:
                thing.installEventFilter(self)

        def forget(self, _look: object) -> None:
            """Start again: what was painted before the answer of the moment does not count."""
            self.seen.clear()

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.seen.add(id(watched))
            return False

    painted = Painted([tab.maps.viewport(), tab.side.bars])
    window.workspace.published.connect(painted.forget)
    times = []
    for index in np.random.default_rng(0).integers(0, len(player.timeline.frames), moves).tolist():
        if player.timeline.frames[index].step == player.step:
            continue
        before = time.perf_counter()
        player.go_to_frame(index)
        _until(lambda: player.is_settled and painted.seen >= painted.wanted)
        # The filter sees the event before the widget paints: the turn that paints has ended by now.
        times.append(1000 * (time.perf_counter() - before))
    return times


def _play(player: "Player") -> float:
    """Play all frames at the highest speed; return the longest gap of the event loop in milliseconds."""
    from digitpad.gui.workers.heartbeat import Heartbeat

    player.go_to_frame(0)
    _until(lambda: player.is_settled)
    player.speed = "4"
    heart = Heartbeat()
    heart.start()
    player.play_or_pause()
    _until(lambda: not player.is_playing)
    heart.stop()
    return heart.longest


def _first_life(strip: "ReplayStrip") -> float:
    """Return the milliseconds from choosing the life of the answer to its first picture."""
    strip.charts.choice.choose("none")
    strip.charts.answer.show_life(None)
    before = time.perf_counter()
    strip.charts.choice.choose("answer")
    _until(lambda: strip.charts.answer.life is not None)
    return 1000 * (time.perf_counter() - before)


def _until(done: Callable[[], bool]) -> None:
    """Process events until something is done, and wait for them as the program does: asleep.

    A loop that never sleeps would hold up the thread that loads frames, which needs the interpreter too.
    """
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    # What is done without an event is noticed too.
    clock = QTimer()
    clock.start(_LOOK_AGAIN)
    while not done():
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    clock.stop()


if __name__ == "__main__":
    main()
