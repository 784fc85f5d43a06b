"""Measure what a sweep costs beside its trials: 24 trials of `light` on two processors, and the same runs one by one.

    python tests/benchmarks/sweep_cost.py [--trials 24] [--limit 12000] [--epochs 2] [--workers 2] [--parts]

The target is 1.1 times the time of the single runs divided by the number of workers, from before the workers are
started until the last has ended. Processor time hardly depends on other load, so it is printed, too; the wall times
mean something only on a machine that does nothing else. `--parts` measures the parts that `docs/sweep-scaling.md`
calculates with.
"""

import argparse
import os
import resource
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

TARGET = 1.1


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=24, help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, default=12_000, help="images of a trial (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--parts", action="store_true", help="measure the parts of a sweep instead")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        if options.parts:
            measure_parts(options, Path(folder))
        else:
            measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Train a sweep, then its trials one by one, and print the ratios."""
    from digitpad.sweeps.cluster import local_pool
    from digitpad.sweeps.runner import SweepRunner
    from digitpad.sweeps.store import SweepStore

    info = planned(options, folder)
    sweep = SweepStore(folder / "sweeps").create(info)
    before, begun = processor_time(), time.perf_counter()
    with local_pool(options.workers) as pool:
        for _event in SweepRunner(sweep, pool).events():
            pass
    together, work = time.perf_counter() - begun, processor_time() - before
    print(f"sweep: {len(info.trials)} trials, {together:.1f} s, {work:.1f} s of processor time")
    alone, alone_work = train_alone(sweep, folder / "alone")
    print(f"alone: {len(info.trials)} runs, {alone:.1f} s, {alone_work:.1f} s of processor time")
    wall, processor = together / (alone / options.workers), work / alone_work
    print(f"sweep / (alone / {options.workers}): {wall:.3f} (at most {TARGET}); processor time: {processor:.3f}")


def planned(options: argparse.Namespace, folder: Path) -> Any:
    """Return the record of the sweep, whose runs are kept in `folder`."""
    from dataclasses import replace

    from digitpad.sweeps.planning import SweepRequest, plan_sweep

    space = ("optimizer=adam,sgd", "learning-rate=log:1e-4..1e-1")
    fixed = {"architecture": "light", "limit": options.limit, "epochs": options.epochs, "recipe": "usual"}
    info, _sentence = plan_sweep(SweepRequest(space, fixed, options.trials))
    return replace(info, runs=str(folder / "runs"))


def train_alone(sweep: Any, folder: Path) -> tuple[float, float]:
    """Train the trials one after the other in this process; return seconds and seconds of processor time."""
    from digitpad.sweeps.opened_data import training_samples
    from digitpad.training.film.limits import MEGABYTE, FilmLimits
    from digitpad.training.live import LiveRun
    from digitpad.training.runs import RunStore

    before, begun = processor_time(), time.perf_counter()
    info = sweep.reload()
    for trial in info.trials:
        plan = sweep.run(trial).info.plan
        film = FilmLimits(most_bytes=info.film_size * MEGABYTE)
        live = LiveRun.start(
            plan, RunStore(folder), str(trial.number), diagnose=False, film=film, samples=training_samples(plan)
        )
        for _event in live.events():
            pass
        if live.run.info.validation_loss != trial.validation_loss:
            raise SystemExit(f"trial {trial.number} has another result alone: {live.run.info.validation_loss}")
    return time.perf_counter() - begun, processor_time() - before


def measure_parts(options: argparse.Namespace, folder: Path) -> None:
    """Print the times that a calculation for many workers needs."""
    from dataclasses import replace

    from digitpad.sweeps.cluster import local_pool
    from digitpad.sweeps.opened_data import training_samples
    from digitpad.sweeps.plans import plan_of
    from digitpad.sweeps.record import Trial, TrialStatus, read_sweep, write_sweep

    plan = plan_of({"architecture": "light"})
    print(f"opening MNIST by name: {_timed(partial(_open, plan)):.3f} s of processor time")
    info = planned(options, folder)
    for count in (24, 1000, 10_000):
        trials = tuple(
            Trial(number, {"learning_rate": 0.00123456, "optimizer": "adam"}, TrialStatus.FINISHED, run="x" * 40)
            for number in range(1, count + 1)
        )
        large = replace(info, trials=trials)
        spent = _timed(partial(write_sweep, folder, large, durable=False))
        size = (folder / "sweep.json").stat().st_size / 1e6
        read = _timed(partial(read_sweep, folder))
        print(f"record of {count} trials: {size:.2f} MB, written in {spent:.4f} s, read in {read:.4f} s")
    with local_pool(options.workers) as pool:
        client = pool._client
        samples = training_samples(plan)
        begun = time.perf_counter()
        client.scatter(samples, broadcast=True)
        print(f"MNIST by scatter to {options.workers} workers: {time.perf_counter() - begun:.3f} s")
        begun = time.perf_counter()
        client.run(_open, plan)
        print(f"MNIST by name in {options.workers} workers: {time.perf_counter() - begun:.3f} s")
        count = 2000
        begun, before = time.perf_counter(), time.process_time()
        client.gather(client.map(_nothing, range(count), pure=False))
        spent, work = (time.perf_counter() - begun) / count, (time.process_time() - before) / count
        print(f"a task that does nothing: {1e3 * spent:.2f} ms, {1e3 * work:.2f} ms of processor time in this process")
        begun, before = time.perf_counter(), time.process_time()
        told = sum(message is not None for message in pool.run(_tell, [500] * options.workers))
        spent, work = (time.perf_counter() - begun) / told, (time.process_time() - before) / told
        print(f"a message of a worker: {1e3 * spent:.2f} ms, {1e3 * work:.2f} ms of processor time in this process")


def _open(plan: Any) -> None:
    """Open the data as the first trial of a worker does."""
    from digitpad.sweeps.opened_data import close_samples, training_samples

    close_samples()
    training_samples(plan)


def _nothing(number: int) -> int:
    return number


def _tell(count: int, link: Any) -> None:
    for number in range(count):
        link.tell({"steps": number, "progress": 0.5, "seconds": 1.25})


def _timed(work: Any) -> float:
    """Return the smallest processor time of three calls."""
    spent = []
    for _time in range(3):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def processor_time() -> float:
    """Return the processor time of this process and of the children that have ended, in seconds."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    main()
