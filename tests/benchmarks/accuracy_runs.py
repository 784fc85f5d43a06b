"""Compare the time from process start to 98% and 99% accuracy on MNIST's test digits with PyTorch.

Both train `standard` with the `quick` recipe: the same initial weights, the same batches in the same order, the same
learning rate at every step. Every run is a separate process, and the clock starts before Python does. digitpad loads,
checks and splits its data and builds its network itself; for PyTorch all of this is prepared. The clock stops twenty
times per run while the test digits are evaluated. The recipe was not tuned on them.

    python tests/benchmarks/time_to_accuracy.py --json accuracy.json --plot accuracy.svg

needs PyTorch (extra `benchmark`).
"""

import argparse
import importlib
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accuracy_plot import Curve, draw
from benchmarking import Figure, arguments, finish, settle_environment
from training_speed import torch_sequential

NETWORK, RECIPE = "standard", "quick"
LEVELS = (0.98, 0.99)
LOOKS = 20
_READ_AT_ONCE = 500

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: (seconds, accuracy on the test digits) at every evaluation."""

    library: str
    seed: int
    points: Points


def main() -> None:
    """Measure, print a table, write JSON and a plot if requested; or run as one of the measured processes."""
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--plot", type=Path, help="file for the plot, SVG")
    parser.add_argument("--contender", choices=("digitpad", "PyTorch"), help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--begun", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--prepared", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender is not None:
        contend = digitpad_points if options.contender == "digitpad" else pytorch_points
        points = contend(Stopwatch(options.begun), options.seed, options.threads, options.prepared)
        sys.stdout.write(json.dumps(points))
        return
    settle_environment(pinned=options.pinned)
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.rounds):
            prepared = Path(folder) / f"{seed}.npz"
            prepare(prepared, seed)
            # The order within a pair alternates.
            order = ("digitpad", "PyTorch") if seed % 2 == 0 else ("PyTorch", "digitpad")
            for library in order:
                runs.append(measure(library, seed, options.threads, prepared))
                print(describe(runs[-1]), flush=True)
    summary = summarize(runs)
    print()
    for library, values in summary.items():
        print(f"  {library:10} " + "   ".join(f"{key} {_seconds(value)}" for key, value in values.items()))
    if options.plot is not None:
        curves = [Curve(run.library, [(seconds, 100 * share) for seconds, share in run.points]) for run in runs]
        options.plot.write_text(draw(curves), encoding="utf-8")
    figures = [
        Figure(
            f"seconds from process start to {level:.0%} with the `{RECIPE}` recipe, over PyTorch's",
            over(summary["digitpad"][f"{level:.0%}"], summary["PyTorch"][f"{level:.0%}"]),
            1.0,
            at_least=False,
        )
        for level in LEVELS
    ]
    finish(figures, {"median_seconds": summary, "runs": [asdict(run) for run in runs]}, options.json)


def measure(library: str, seed: int, threads: int, prepared: Path) -> Run:
    """Start a process that trains with one library, and return its results.

    Raises
    ------
    SystemExit
        If it fails.
    """
    # The system clock, because the monotonic clock is not shared between processes on all platforms.
    words = ["--contender", library, "--seed", str(seed), "--threads", str(threads), "--prepared", str(prepared)]
    command = [sys.executable, __file__, *words, "--begun", repr(time.time())]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"Training with {library} failed; what it said is above.")
    return Run(library, seed, [(seconds, share) for seconds, share in json.loads(finished.stdout)])


class Stopwatch:
    """Counts seconds since `begun`, without the periods in which it was paused."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self._left_out = 0.0

    @property
    def seconds(self) -> float:
        """The elapsed seconds."""
        return time.time() - self.begun - self._left_out

    def stopped(self, work: Callable[[], float]) -> float:
        """Call a function while the watch is paused, and return its result."""
        at = time.time()
        result = work()
        self._left_out += time.time() - at
        return result


def looks(steps: int) -> set[int]:
    """Return the steps after which the test digits are evaluated, counted from 1."""
    return {math.ceil(steps * look / LOOKS) for look in range(1, LOOKS + 1)}


def seconds_to(points: Points, level: float) -> float:
    """Return when a run first reached `level`; infinity if never."""
    return next((seconds for seconds, share in points if share >= level), math.inf)


def summarize(runs: Sequence[Run]) -> dict[str, dict[str, float | None]]:
    """Return, for both libraries, the median seconds to each level and to the end, and the median accuracy there."""
    summary: dict[str, dict[str, float | None]] = {}
    for library in ("digitpad", "PyTorch"):
        own = [run.points for run in runs if run.library == library]
        values = {f"{level:.0%}": statistics.median(seconds_to(points, level) for points in own) for level in LEVELS}
        values["end"] = statistics.median(points[-1][0] for points in own)
        values["accuracy at the end"] = statistics.median(points[-1][1] for points in own)
        # JSON has no infinity.
        summary[library] = {key: value if math.isfinite(value) else None for key, value in values.items()}
    return summary


def over(ours: float | None, theirs: float | None) -> float:
    """Return the ratio of two times; None stands for never."""
    if ours is None:
        return 1e9
    return 0.0 if theirs is None else ours / theirs


def describe(run: Run) -> str:
    """Return one line about a run."""
    seconds, share = run.points[-1]
    reached = ", ".join(f"{level:.0%} after {seconds_to(run.points, level):.1f} s" for level in LEVELS)
    return f"{run.library:10} seed {run.seed}: {reached}; {share:.2%} after {seconds:.1f} s"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.4g}"


def prepare(path: Path, seed: int) -> None:
    """Write the data that PyTorch needs to train as digitpad does; digitpad's process computes it itself.

    Parameters
    ----------
    path
        File for NumPy's arrays: images and labels, the order of every epoch, initial weights, learning rates.
    seed
        Seed of the run.
    """
    import numpy as np

    from digitpad.data.mnist import load_mnist
    from digitpad.models.architecture_file import build_network
    from digitpad.nn import ARCHITECTURES
    from digitpad.seeding import Purpose, generator
    from digitpad.training.building import build_optimizer, build_scheduler
    from digitpad.training.preparation import choose_images

    settings = quick_settings(seed, 1)
    network = build_network(ARCHITECTURES[NETWORK], seed)
    training, _ = choose_images(load_mnist("train"), limit=None, validation=None, seed=seed)
    test = load_mnist("test")
    orders = [
        generator(seed, Purpose.ORDER, epoch).permutation(len(training)) for epoch in range(1, settings.epochs + 1)
    ]
    steps = settings.epochs * math.ceil(len(training) / settings.batch_size)
    schedule = build_scheduler(settings, build_optimizer(settings, network.parameters()), steps)
    arrays: dict[str, Any] = {f"weights.{name}": value for name, value in network.state_dict().items()}
    arrays |= {"images": training.images, "labels": training.labels}
    arrays |= {"test_images": test.images, "test_labels": test.labels}
    arrays |= {"orders": np.stack(orders), "rates": [schedule.learning_rate_at(step) for step in range(steps)]}
    arrays |= {"batch_size": settings.batch_size, "optimizer": str(settings.optimizer), "momentum": settings.momentum}
    arrays["label_smoothing"] = settings.label_smoothing
    np.savez(path, allow_pickle=False, **arrays, plan=json.dumps(ARCHITECTURES[NETWORK].layers))


def quick_settings(seed: int, threads: int) -> Any:
    """Return the settings of a run with the recipe."""
    from digitpad.training.recipes import find_recipe
    from digitpad.training.settings import TrainingSettings

    recipe = find_recipe(RECIPE)
    return TrainingSettings(
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        optimizer=recipe.optimizer,
        momentum=recipe.momentum,
        schedule=recipe.schedule,
        label_smoothing=recipe.label_smoothing,
        seed=seed,
        threads=threads,
    )


def digitpad_points(watch: Stopwatch, seed: int, threads: int, _prepared: Path) -> Points:
    """Train as `digitpad train --recipe quick` does, and return the accuracy at every evaluation."""
    from digitpad.data.dataset import normalize
    from digitpad.data.mnist import load_mnist
    from digitpad.models.architecture_file import build_network
    from digitpad.nn import ARCHITECTURES, ParallelNetwork
    from digitpad.training.events import StepCompleted, TrainingStarted
    from digitpad.training.preparation import choose_images
    from digitpad.training.trainer import Trainer

    training, _ = choose_images(load_mnist("train"), limit=None, validation=None, seed=seed)
    network = build_network(ARCHITECTURES[NETWORK], seed)
    trainer = Trainer(network, training, None, quick_settings(seed, threads))
    points: Points = []
    wanted: set[int] = set()
    test: list[Any] = []

    def accuracy() -> float:
        if not test:
            digits = load_mnist("test")
            test.extend((normalize(digits.pixels), digits.labels, ParallelNetwork(network, threads)))
        images, labels, reader = test
        return float((reader.predict(images).argmax(axis=1) == labels).mean())

    for event in trainer.run():
        if isinstance(event, TrainingStarted):
            wanted = looks(event.epochs * event.batches)
        elif isinstance(event, StepCompleted) and event.step in wanted:
            seconds = watch.seconds
            points.append((seconds, watch.stopped(accuracy)))
    return points


def pytorch_points(watch: Stopwatch, _seed: int, threads: int, prepared: Path) -> Points:
    """Train with PyTorch, channels-last, which is its fastest layout; return the accuracy at every evaluation."""
    import numpy as np

    torch = importlib.import_module("torch")
    torch.set_num_threads(threads)
    torch.manual_seed(_seed)
    data = np.load(prepared)
    images, labels = torch.from_numpy(data["images"]), torch.from_numpy(data["labels"])
    orders, rates, size = torch.from_numpy(data["orders"]), data["rates"], int(data["batch_size"])
    model = torch_sequential(torch, json.loads(str(data["plan"])))
    weights = {name: torch.from_numpy(data[f"weights.{name}"]) for name in model.state_dict()}
    model.load_state_dict(weights)
    model.to(memory_format=torch.channels_last)
    optimizer = torch_optimizer(torch, model, str(data["optimizer"]), float(data["momentum"]))
    loss = torch.nn.CrossEntropyLoss(label_smoothing=float(data["label_smoothing"]))

    def normalized(some: Any) -> Any:
        batch = some.to(torch.float32).contiguous(memory_format=torch.channels_last)
        return batch.mul_(1 / (255 * 0.3081)).sub_(0.1307 / 0.3081)

    def accuracy() -> float:
        digits, answers = torch.from_numpy(data["test_images"]), data["test_labels"]
        model.eval()
        with torch.no_grad():
            read = [model(normalized(some)).argmax(dim=1) for some in digits.split(_READ_AT_ONCE)]
        model.train()
        return float((torch.cat(read).numpy() == answers).mean())

    points: Points = []
    wanted = looks(len(rates))
    batches = (chosen for order in orders for chosen in order.split(size))
    for step, (chosen, rate) in enumerate(zip(batches, rates, strict=True), start=1):
        optimizer.param_groups[0]["lr"] = float(rate)
        optimizer.zero_grad(set_to_none=True)
        loss(model(normalized(images[chosen])), labels[chosen]).backward()
        optimizer.step()
        if step in wanted:
            seconds = watch.seconds
            points.append((seconds, watch.stopped(accuracy)))
    return points


def torch_optimizer(torch: Any, model: Any, name: str, momentum: float) -> Any:
    """Return PyTorch's optimizer of that name, in its fused form.

    Raises
    ------
    ValueError
        If there is no counterpart here.
    """
    match name:
        case "adam":
            return torch.optim.Adam(model.parameters(), fused=True)
        case "adamw":
            return torch.optim.AdamW(model.parameters(), fused=True)
        case "sgd" | "nesterov":
            return torch.optim.SGD(model.parameters(), momentum=momentum, nesterov=name == "nesterov", fused=True)
        case other:
            raise ValueError(f"PyTorch's counterpart of {other} is not told here.")


if __name__ == "__main__":
    main()
