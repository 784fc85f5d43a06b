"""Measure how quickly a film is read: a moment, the life of an answer, classes, points and exact steps.

    python tests/benchmarks/film_views.py [--architecture standard] [--steps 400]

A film of 200 frames is made first. Both clocks are shown: processor time depends little on other load.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any


def main() -> None:
    """Make a film, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="standard", help="(default: %(default)s)")
    parser.add_argument("--steps", type=int, default=400, help="of the training (default: %(default)s)")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Train a run of the given number of steps, and measure."""
    import numpy as np

    from digitpad.evaluation.film.answers import AnswerFilm
    from digitpad.evaluation.film.classes import following_classes, validation_sample
    from digitpad.evaluation.film.points import Plane, layer_points
    from digitpad.nn import ARCHITECTURES
    from digitpad.training.film.limits import FilmLimits
    from digitpad.training.film.reader import Film
    from digitpad.training.film.replay import ExactSteps
    from digitpad.training.live import LiveRun
    from digitpad.training.plan import RunPlan
    from digitpad.training.runs import RunStore
    from digitpad.training.settings import TrainingSettings

    settings = TrainingSettings(epochs=1, batch_size=16, threads=1, device="cpu")
    limit = 1000 + 16 * options.steps
    plan = RunPlan(ARCHITECTURES[options.architecture], limit=limit, validation=1000, settings=settings)
    live = LiveRun.start(plan, RunStore(folder), diagnose=False, film=FilmLimits(most_cost=1e9, patience=1e9))
    for _event in live.events():
        pass
    film = Film.open(live.run)
    print(f"{len(film.frames)} frames of {options.architecture}, exact: {film.frames[-1].is_exact}")
    report("open the film", lambda: Film.open(live.run), 5)
    moments = [timed(partial(film.model, frame)) for frame in film.frames]
    print(f"{'a moment, 95th percentile':32} {1000 * np.percentile([wall for wall, _ in moments], 95):9.2f} ms")
    answers = AnswerFilm(film)
    sample = validation_sample(live.run, film)
    picture = sample.images[[0]][0, 0].astype(np.float32) / 255
    report("life of an answer, first result", lambda: next(answers.lives(picture)), 5)
    report("life of an answer, all frames", lambda: answers.life(picture), 5)
    report("classes of one frame, 500 images", lambda: next(following_classes(film, sample)), 3)
    thousand = validation_sample(live.run, film, count=1000)
    last = film.model(film.frames[-1])
    *_others, layer = [name.rpartition(".")[0] for name in last.network.named_parameters()][:-2]
    points = result(layer_points(last, thousand, layer))
    report(f"points of {layer}, 1,000 images", lambda: result(layer_points(last, thousand, layer)), 3)
    report("their plane", lambda: Plane.fit(points.values), 3)
    exact = ExactSteps(live.run)
    exact.model(options.steps // 2)
    step = iter(range(options.steps // 2 + 1, options.steps))
    report("one exact step forward", lambda: exact.model(next(step)), 5)
    exact.close()


def report(name: str, work: Callable[[], object], rounds: int) -> None:
    """Print the median of both clocks."""
    times = [timed(work) for _ in range(rounds)]
    wall, cpu = (1000 * statistics.median(each) for each in zip(*times, strict=True))
    print(f"{name:32} {wall:9.2f} ms, {cpu:9.2f} ms of processor time")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the wall and the processor time of a call."""
    begun, computed = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - computed


def result(job: Generator[object, None, Any]) -> Any:
    """Return the result of a job."""
    while True:
        try:
            next(job)
        except StopIteration as done:
            return done.value


if __name__ == "__main__":
    main()
