"""Measure what the networks for lessons read of MNIST's test digits in the first seconds after Start.

    python tests/benchmarks/lesson_networks.py --json lessons.json

Two ways of training are measured, with the recipe `quick`: that of the command line, and the real window, off-screen,
by its Start button. The clock runs from Start, with the opening of the data. Beside the elapsed time stands the
processor time per thread: what elapses where nothing else runs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarking import Figure, arguments, finish, settle_environment

if TYPE_CHECKING:
    from digitpad.gui.training.thread import NetworkCopy
    from digitpad.nn import Sequential

NETWORKS = ("tiny", "mlp")
SECONDS, LEVEL = 3.0, 0.95
_LOOK_EVERY = 40  # steps


@dataclass(frozen=True, slots=True)
class Point:
    """The accuracy on the test digits after some elapsed seconds and some processor seconds per thread."""

    elapsed: float
    processor: float
    accuracy: float


class Clock:
    """Measures the elapsed and the processor time of this process, without the periods in which it was stopped."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._elapsed, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return the elapsed seconds, and the processor seconds per thread."""
        return time.perf_counter() - self._elapsed, (time.process_time() - self._processor) / self._threads

    def leave_out(self, since: tuple[float, float]) -> None:
        """Leave out the time since a reading."""
        elapsed, processor = self.read()
        self._elapsed += elapsed - since[0]
        self._processor += (processor - since[1]) * self._threads


def main() -> None:
    """Measure, print, and write JSON if requested."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--here", nargs=2, metavar=("NETWORK", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here is not None:
        name, seed = options.here
        print(json.dumps([asdict(point) for point in _window_points(name, int(seed), options.threads)]))
        return
    settle_environment(pinned=options.pinned)
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for way, measure in (("command line", command_line_points), ("window", window_points)):
        for name in NETWORKS:
            runs = [measure(name, seed, options.threads) for seed in range(options.rounds)]
            details[f"{name}, {way}"] = [[asdict(point) for point in run] for run in runs]
            for clock in ("elapsed", "processor"):
                accuracy = statistics.median(accuracy_after(run, clock) for run in runs)
                reached = statistics.median(seconds_to(run, clock) for run in runs)
                figure = f"{accuracy:.2%} after {SECONDS:g} s, {LEVEL:.0%} after {reached:.2f} s"
                print(f"{name}, {way}, {clock} time: {figure}", flush=True)
                if name == "tiny":
                    work = f"seconds from Start to {LEVEL:.0%}, {name}, {way}, {clock} time"
                    figures.append(Figure(work, reached, SECONDS, at_least=False))
    finish(figures, details, options.json)


def accuracy_after(points: Sequence[Point], clock: str) -> float:
    """Return the accuracy at the last look within `SECONDS`; 0 if there was none."""
    return max((point.accuracy for point in points if getattr(point, clock) <= SECONDS), default=0.0)


def seconds_to(points: Sequence[Point], clock: str) -> float:
    """Return when a run first reached `LEVEL`; a thousand seconds if never."""
    return next((float(getattr(point, clock)) for point in points if point.accuracy >= LEVEL), 1000.0)


def command_line_points(name: str, seed: int, threads: int) -> list[Point]:
    """Train as the command line does."""
    return list(_command_line_points(name, seed, threads))


def _command_line_points(name: str, seed: int, threads: int) -> Iterator[Point]:
    from digitpad.training.events import StepCompleted
    from digitpad.training.live import prepare

    accuracy_of(None)
    clock = Clock(threads)
    trainer = prepare(_plan(name, seed, threads), diagnose=False)
    for event in trainer.run():
        if isinstance(event, StepCompleted) and event.step % _LOOK_EVERY == 0:
            moment = clock.read()
            yield Point(*moment, accuracy_of(trainer.network))
            if min(moment) > SECONDS:
                return
            clock.leave_out(moment)


def window_points(name: str, seed: int, threads: int) -> list[Point]:
    """Train in the real window, in a process of its own."""
    command = [sys.executable, __file__, "--here", name, str(seed), "--threads", str(threads)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        raise SystemExit("The training in the window failed; what it said is above.")
    return [Point(**point) for point in json.loads(finished.stdout)]


def _window_points(name: str, seed: int, threads: int) -> list[Point]:
    """Train in the real window; the copies of the network that it shows are evaluated afterwards."""
    from digitpad import paths

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths.user_data_dir = paths.user_config_dir = paths.user_log_dir = lambda: home
        return _train_in_window(home, name, seed, threads)


def _train_in_window(home: Path, name: str, seed: int, threads: int) -> list[Point]:
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QPushButton

    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.training.train_tab import TrainTab
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings

    application = make_application()
    window = MainWindow(Theme("light"), Settings(home / "window.ini"))
    window.resize(1280, 800)
    window.show()
    window.use_first_model()
    tab = window.go_to("Train")
    assert isinstance(tab, TrainTab)
    tab.editor.reset(_plan(name, seed, threads))
    application.processEvents()
    start = tab.findChild(QPushButton, "trainMain")
    assert start is not None
    copies: list[tuple[tuple[float, float], NetworkCopy]] = []
    clock = Clock(threads)
    tab.session.published.connect(lambda copy: copies.append((clock.read(), copy)))
    start.click()
    while tab.session.is_on and min(clock.read()) < SECONDS + 1:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    window.close()
    return [Point(*moment, accuracy_of(copy.recognizer.model.network)) for moment, copy in copies]


def _plan(name: str, seed: int, threads: int) -> Any:
    from dataclasses import replace

    from digitpad.nn import ARCHITECTURES
    from digitpad.training.plan import RunPlan

    plan = replace(RunPlan.quick(), architecture=ARCHITECTURES[name])
    return plan.with_settings(seed=seed, threads=threads, device="cpu")


@cache
def _test_digits() -> Any:
    from digitpad.data.dataset import normalize
    from digitpad.data.mnist import load_mnist

    digits = load_mnist("test")
    return normalize(digits.pixels), digits.labels


def accuracy_of(network: "Sequential | None") -> float:
    """Return the accuracy of a network on the test digits; None only opens them."""
    from digitpad.nn import ParallelNetwork

    images, labels = _test_digits()
    if network is None:
        return 0.0
    with ParallelNetwork(network, 1) as reader:
        return float((reader.predict(images).argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
