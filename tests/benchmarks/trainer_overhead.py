"""Measure the overhead of the trainer over the network's steps, and the longest wait for an event.

    python tests/benchmarks/trainer_overhead.py [--architecture standard] [--seconds 4] [--rounds 3]

Four methods alternate in one run: plain steps of `ParallelNetwork` and optimizer on prepared batches; the trainer; the
trainer with layer diagnostics; and a run that is also saved in a folder. The processor time per step is compared,
because it depends little on other load. The longest time between two events, in wall time and processor time, is the
longest delay after a click on Pause.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digitpad.training.events import Event
    from digitpad.training.plan import RunPlan


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", default="standard", help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each way and round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Run all methods alternately, and print the time of a step with each."""
    from digitpad.nn import ARCHITECTURES
    from digitpad.training.live import LiveRun, prepare
    from digitpad.training.plan import RunPlan
    from digitpad.training.runs import RunStore
    from digitpad.training.settings import TrainingSettings

    settings = TrainingSettings(epochs=1000, optimizer="nesterov", learning_rate=0.001, threads=options.threads)
    plan = RunPlan(ARCHITECTURES[options.architecture], limit=12_000, validation=5_000, settings=settings)
    ways: dict[str, Callable[[], Iterator[Event]]] = {
        "trainer": lambda: prepare(plan, diagnose=False).run(),
        "trainer, layers looked at": lambda: prepare(plan, diagnose=True).run(),
        "run in a folder, layers looked at": lambda: LiveRun.start(plan, RunStore(folder), diagnose=True).events(),
    }
    steps: dict[str, list[float]] = {name: [] for name in ("bare steps", *ways)}
    longest: dict[str, tuple[float, float]] = dict.fromkeys(ways, (0.0, 0.0))
    for _ in range(options.rounds):
        steps["bare steps"].append(bare(plan, options.seconds))
        for name, begin in ways.items():
            step, wait, work = follow(begin(), options.seconds)
            steps[name].append(step)
            longest[name] = max(longest[name][0], wait), max(longest[name][1], work)
    base = statistics.median(steps["bare steps"])
    for name, times in steps.items():
        step = statistics.median(times)
        waits = ""
        if name in longest:
            wait, work = longest[name]
            waits = f", longest wait {wait * 1000:5.1f} ms, of them {work * 1000:5.1f} computing"
        print(f"{name:36} {step * 1000:7.3f} ms a step, {step / base:5.3f} of bare steps{waits}")


def bare(plan: "RunPlan", seconds: float) -> float:
    """Return the seconds of a plain step."""
    import numpy as np

    from digitpad.models.architecture_file import build_network
    from digitpad.nn import CrossEntropyLoss, ParallelNetwork
    from digitpad.training.building import build_optimizer

    network = build_network(plan.architecture, 0)
    rng = np.random.default_rng(0)
    batches = [(rng.standard_normal((64, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 64)) for _ in range(16)]
    loss, optimizer = CrossEntropyLoss(), build_optimizer(plan.settings, network.parameters())
    with ParallelNetwork(network, plan.settings.threads or 1) as parallel:
        times = []
        begun = time.perf_counter()
        for images, labels in itertools.cycle(batches):
            before = time.process_time()
            parallel.training_step(images, labels, loss)
            optimizer.step(parallel.run)
            times.append(time.process_time() - before)
            if time.perf_counter() - begun > seconds:
                return statistics.fmean(times[5:])
    raise RuntimeError("there are no batches")


def follow(events: "Iterator[Event]", seconds: float) -> tuple[float, float, float]:
    """Return the processor time per step between events within epochs, and the longest wait by both clocks."""
    from digitpad.training.events import LayersMeasured, StepCompleted

    spent, longest, most, steps = 0.0, 0.0, 0.0, 0
    next(events)
    begun = before = time.perf_counter()
    computed = time.process_time()
    for event in events:
        now = time.perf_counter()
        wait, work = now - before, time.process_time() - computed
        if isinstance(event, StepCompleted):
            steps += 1
        if steps > 5:
            longest, most = max(longest, wait), max(most, work)
            spent += work if isinstance(event, StepCompleted | LayersMeasured) else 0.0
        if now - begun > seconds:
            break
        before, computed = time.perf_counter(), time.process_time()
    return spent / (steps - 5), longest, most


if __name__ == "__main__":
    main()
