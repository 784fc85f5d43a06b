"""Measure what filming costs a training: the time of whole runs, filmed and not filmed, alternately.

    python tests/benchmarks/film_cost.py [--architecture standard] [--epochs 3] [--threads 1] [--rounds 3]

Whole runs are compared, because most frames are taken in the first steps. Processor time depends little on other load;
wall time is what a user notices. Both are the median of the rounds.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Measure, and print two lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="standard", help="(default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, default=60_000, help="images in all (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Train alternately with and without a film, and print the ratio of the times."""
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
    ways = {"not filmed": FilmLimits(most_bytes=0), "filmed": FilmLimits()}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    work: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(options.rounds):
        # In turn the other one first, so that neither is always measured on the warmer machine.
        for name in sorted(ways, reverse=turn % 2 == 1):
            live = LiveRun.start(plan, store, diagnose=False, film=ways[name])
            begun, computed = time.perf_counter(), time.process_time()
            for _event in live.events():
                pass
            wall[name].append(time.perf_counter() - begun)
            work[name].append(time.process_time() - computed)
            if ways[name].is_on:
                film = Film.open(live.run)
                size = film_size(live.run.folder) / MEGABYTE
                print(f"{len(film.frames)} frames, {size:.0f} MB, exact: {film.frames[-1].is_exact}")
    for name in ways:
        print(
            f"{name:12} {statistics.median(work[name]):8.2f} s of processor time, "
            f"{statistics.median(work[name]) / statistics.median(work['not filmed']):.3f}; "
            f"{statistics.median(wall[name]):8.2f} s, "
            f"{statistics.median(wall[name]) / statistics.median(wall['not filmed']):.3f}"
        )


if __name__ == "__main__":
    main()
