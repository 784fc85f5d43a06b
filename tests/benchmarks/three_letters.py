"""Measure how long three letters of ten drawings each take from Start to a finished model in the real window.

    python tests/benchmarks/three_letters.py --json letters.json

Each round collects other drawings, presses Start without any other choice, and lets the model read ten fresh drawings
of each letter. Beside the elapsed time stands the processor time per thread: what elapses where nothing else runs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarking import Figure, arguments, finish, settle_environment

sys.path.insert(0, str(Path(__file__).parents[2]))

LETTERS, EACH, FRESH, SECONDS, SHARE = "ABC", 10, 10, 5.0, 0.9
_CANVAS = 400.0


@dataclass(frozen=True, slots=True)
class Round:
    """Elapsed seconds, processor seconds per thread, and the share of fresh drawings that is read right."""

    elapsed: float
    processor: float
    accuracy: float


def main() -> None:
    """Measure, print, and write JSON if requested."""
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here is not None:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asdict(train_letters(Path(folder), options.here, options.threads))))
        return
    settle_environment(pinned=options.pinned)
    rounds = []
    for seed in range(options.rounds):
        rounds.append(_in_a_process(seed, options.threads))
        print(f"round {seed + 1}: {rounds[-1]}", flush=True)
    figures = [
        Figure(f"{clock} seconds from Start to the model", _median(rounds, clock), SECONDS, at_least=False)
        for clock in ("elapsed", "processor")
    ]
    figures.append(Figure("fresh drawings read right", _median(rounds, "accuracy"), SHARE, at_least=True))
    finish(figures, {"rounds": [asdict(one) for one in rounds]}, options.json)


def _in_a_process(seed: int, threads: int) -> Round:
    command = [sys.executable, __file__, "--here", str(seed), "--threads", str(threads)]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        raise SystemExit("The training failed; what it said is above.")
    return Round(**json.loads(finished.stdout))


def _median(rounds: list[Round], name: str) -> float:
    return statistics.median(float(getattr(one, name)) for one in rounds)


def train_letters(home: Path, seed: int, threads: int) -> Round:
    """Train on new drawings in the window, and read others."""
    import numpy as np
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QPushButton

    from digitpad import paths
    from digitpad.data.ink import write_ink
    from digitpad.gui.shell.app import make_application
    from digitpad.gui.shell.main_window import MainWindow
    from digitpad.gui.training.train_tab import TrainTab
    from digitpad.gui.widgets.theme import Theme
    from digitpad.gui.workspace.settings import Settings
    from digitpad.reading.recognizer import Recognizer

    paths.user_data_dir = paths.user_config_dir = paths.user_log_dir = lambda: home
    rng = np.random.default_rng(seed)
    ink = home / "letters.jsonl"
    write_ink(ink, _drawings(EACH, rng))
    application = make_application()
    window = MainWindow(Theme("light"), Settings(home / "window.ini"))
    window.resize(1280, 800)
    window.show()
    window.use_first_model()
    tab = window.go_to("Train")
    assert isinstance(tab, TrainTab)
    tab.setup.use_data(str(ink))
    while tab.note.is_reading:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    start = tab.findChild(QPushButton, "trainMain")
    assert start is not None
    elapsed, processor = time.perf_counter(), time.process_time()
    start.click()
    while tab.session.is_on:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    elapsed, processor = time.perf_counter() - elapsed, (time.process_time() - processor) / threads
    run = tab.session.run
    assert run is not None
    reader = Recognizer(run.model())
    window.close()
    fresh = _drawings(FRESH, rng)
    read = [reader.recognize_ink(one.strokes, canvas=_CANVAS).label for one in fresh]
    right = sum(found == one.label for found, one in zip(read, fresh, strict=True))
    return Round(elapsed, processor, right / len(fresh))


def _drawings(each: int, rng: Any) -> list[Any]:
    import numpy as np

    from digitpad.data.ink import Drawing
    from tests.drawn_letters import drawn_letter

    def drawing(letter: str) -> Drawing:
        strokes = tuple(np.array(one, np.float32) * np.float32(_CANVAS) for one in drawn_letter(letter, rng))
        return Drawing(strokes, _CANVAS, _CANVAS, letter)

    return [drawing(letter) for letter in LETTERS for _ in range(each)]


if __name__ == "__main__":
    main()
