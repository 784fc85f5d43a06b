"""Measure what filming costs a training: two whole runs, one filmed and one not, that take turns.

    python tests/benchmarks/film_cost.py [--architecture standard] [--epochs 3] [--threads 1] [--steps 20]

Whole runs are compared, because most frames are taken in the first steps. They take turns after a few steps each, so
that other load meets both alike. Processor time depends little on other load; wall time is what a user notices. The
limit of a film is in processor time of the training thread, so each run has a thread of its own, as in the window.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="standard", help="(default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, default=60_000, help="images in all (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--steps", type=int, default=20, help="of each turn (default: %(default)s)")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Train both runs in turns, and print the ratio of their times."""
    from digitpad.nn import ARCHITECTURES
    from digitpad.training.film.limits import MEGABYTE, FilmLimits, film_size
    from digitpad.training.film.reader import Film
    from digitpad.training.live import LiveRun
    from digitpad.training.plan import RunPlan
    from digitpad.training.runs import RunStore
    from digitpad.training.settings import TrainingSettings

    settings = TrainingSettings(epochs=options.epochs, threads=options.threads, device="cpu")
    plan = RunPlan(ARCHITECTURES[options.architecture], limit=options.limit, validation=0, settings=settings)
    store = RunStore(folder)
    plain = LiveRun.start(plan, store, diagnose=False, film=FilmLimits(most_bytes=0))
    filmed = LiveRun.start(plan, store, diagnose=False)
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        turns = {"plain": (first, plain.events()), "filmed": (second, filmed.events())}
        wall, work = dict.fromkeys(turns, 0.0), dict.fromkeys(turns, 0.0)
        going = True
        while going:
            for name, (thread, events) in turns.items():
                begun, computed = time.perf_counter(), time.process_time()
                going = thread.submit(take, events, options.steps).result()
                wall[name] += time.perf_counter() - begun
                work[name] += time.process_time() - computed
    film = Film.open(filmed.run)
    size = film_size(filmed.run.folder) / MEGABYTE
    print(f"{len(film.frames)} frames, {size:.0f} MB, exact: {film.frames[-1].is_exact}")
    for name in turns:
        print(
            f"{name:8} {work[name]:8.2f} s of processor time, {work[name] / work['plain']:.3f}; "
            f"{wall[name]:8.2f} s, {wall[name] / wall['plain']:.3f}"
        )


def take(events: Iterator[object], steps: int) -> bool:
    """Take some steps of a run, and return whether it goes on."""
    from digitpad.training.events import StepCompleted

    for event in events:
        if isinstance(event, StepCompleted):
            steps -= 1
            if not steps:
                return True
    return False


if __name__ == "__main__":
    main()
