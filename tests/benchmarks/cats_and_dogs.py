"""Train `catdog` on photographs of cats and dogs, and compare accuracy, time and memory with PyTorch.

digitpad trains and evaluates as a user does, with `digitpad train` and `digitpad evaluate`. PyTorch trains the same
network from the same initial weights, on the same photographs and augmented batches, with the same learning rate at
every step. All training photographs are used; the recipe was chosen by a validation part of them, never by the test
photographs. Every run is a process of its own, whose wall time, processor time and peak memory are reported.

    python tests/benchmarks/cats_and_dogs.py FOLDER --json cats.json
    python tests/benchmarks/cats_and_dogs.py FOLDER --recipe photo-plain
    python tests/benchmarks/cats_and_dogs.py FOLDER --without-pytorch

FOLDER contains `training_set` and `test_set`, each with a folder of photographs for each class. Needs PyTorch (extra
`benchmark`), unless it is left out.
"""

import argparse
import importlib
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarking import Figure, arguments, finish, settle_environment
from process_memory import watched
from training_speed import compare, machine, print_table, torch_sequential

NETWORK, BATCH = "catdog", 16
MOST_MEGABYTES = 1000
LEAST_ACCURACY, MOST_SECONDS = 0.82, 360
LEAST_SPEED = 0.8


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes
    ----------
    library, seed
        Who trained, and the seed of the run.
    accuracy
        Share of the test photographs that are classified correctly.
    seconds, processor_seconds
        Wall time of the process that trained, and processor time of all its threads.
    megabytes
        The peak memory of all its processes together.
    """

    library: str
    seed: int
    accuracy: float
    seconds: float
    processor_seconds: float
    megabytes: float


def main() -> None:
    """Measure, print a table, and write JSON if asked; or run as PyTorch's process."""
    parser = arguments(__doc__, rounds=5, seconds=2.0)
    parser.add_argument("folder", type=Path, help="the photographs")
    parser.add_argument("--recipe", default="photo", help="photo or photo-plain (default: %(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="(default: 0 1 2)")
    parser.add_argument("--without-pytorch", action="store_true", help="train with digitpad only")
    parser.add_argument("--twin", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.twin is not None:
        sys.stdout.write(json.dumps(train_with_pytorch(options)))
        return
    settle_environment(pinned=options.pinned)
    print(f"{machine()}\n", flush=True)
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:
            runs.append(run_digitpad(options, seed, Path(folder) / f"{seed}.safetensors"))
            print(describe(runs[-1]), flush=True)
            if not options.without_pytorch:
                runs.append(run_pytorch(options, seed))
                print(describe(runs[-1]), flush=True)
    figures = judge(runs, recipe=options.recipe)
    details: dict[str, Any] = {"recipe": options.recipe, "runs": [asdict(run) for run in runs]}
    if not options.without_pytorch:
        print()
        speed = compare(NETWORK, BATCH, options.threads, options.rounds, options.seconds)
        print_table(NETWORK, speed)
        details["speed"] = speed
        figures.append(Figure("images/s over PyTorch's best", speed["speed_over_pytorch"], LEAST_SPEED, at_least=True))
    finish(figures, details, options.json)


def judge(runs: Sequence[Run], *, recipe: str) -> list[Figure]:
    """Return the figures with targets of some runs, with or without those of PyTorch."""
    ours = [run for run in runs if run.library == "digitpad"]
    theirs = [run.accuracy for run in runs if run.library == "PyTorch"]
    mean = statistics.mean(run.accuracy for run in ours)
    figures = [Figure("peak memory", max(run.megabytes for run in ours), MOST_MEGABYTES, at_least=False, unit="MB")]
    if recipe == "photo":
        slowest = max(run.seconds for run in ours)
        figures.append(Figure("mean accuracy", mean, LEAST_ACCURACY, at_least=True))
        figures.append(Figure("longest training", slowest, MOST_SECONDS, at_least=False, unit="s"))
    if theirs:
        accuracies = [run.accuracy for run in ours]
        spread = max(max(each) - min(each) for each in (accuracies, theirs))
        difference = abs(mean - statistics.mean(theirs))
        figures.append(Figure("difference of mean accuracies, spread", difference, spread, at_least=False))
    return figures


def describe(run: Run) -> str:
    """Return one line about a run."""
    return (
        f"{run.library:10} seed {run.seed}: {run.accuracy:.2%} of the test photographs; {run.seconds:.0f} s, "
        f"{run.processor_seconds:.0f} s of processor time, {run.megabytes:.0f} MB"
    )


def run_digitpad(options: argparse.Namespace, seed: int, model: Path) -> Run:
    """Train and evaluate with digitpad's command line."""
    digitpad = [sys.executable, "-m", "digitpad"]
    words = ["--architecture", NETWORK, "--dataset", str(options.folder), "--recipe", options.recipe, "--no-run"]
    words += ["--validation", "0", "--seed", str(seed), "--threads", str(options.threads), "--output", str(model)]
    run = watched([*digitpad, "train", *words, "--json"])
    read = watched([*digitpad, "evaluate", "--model", str(model), "--dataset", str(options.folder), "--json"])
    accuracy = json.loads(read.output)["accuracy"]
    return Run("digitpad", seed, accuracy, run.seconds, run.processor_seconds, run.megabytes)


def run_pytorch(options: argparse.Namespace, seed: int) -> Run:
    """Train and evaluate with PyTorch in a process of its own."""
    words = [str(options.folder), "--recipe", options.recipe, "--twin", str(seed), "--threads", str(options.threads)]
    run = watched([sys.executable, __file__, *words])
    return Run("PyTorch", seed, json.loads(run.output), run.seconds, run.processor_seconds, run.megabytes)


def train_with_pytorch(options: argparse.Namespace) -> float:
    """Train the twin, and return its accuracy on the test photographs."""
    torch = importlib.import_module("torch")
    from digitpad import nn
    from digitpad.data.sources import open_samples
    from digitpad.models.architecture_file import build_network
    from digitpad.seeding import Purpose, generator
    from digitpad.training.batches import BatchLoader
    from digitpad.training.building import build_optimizer
    from digitpad.training.preparation import augmentation_of
    from digitpad.training.recipes import find_recipe
    from digitpad.training.schedules import build_scheduler
    from digitpad.training.settings import TrainingSettings
    from digitpad.training.tasks import task_of

    seed = options.twin
    settings = TrainingSettings(**find_recipe(options.recipe).settings(), seed=seed)
    plan = nn.ARCHITECTURES[NETWORK]
    training, test = (open_samples(options.folder, split=split, shape=plan.input_shape) for split in ("train", "test"))
    task = task_of(training, (1,))
    network = build_network(plan, seed)
    steps_per_epoch = math.ceil(len(training) / settings.batch_size)
    steps = settings.epochs * steps_per_epoch
    schedule = build_scheduler(settings, build_optimizer(settings, network.parameters()), steps, steps_per_epoch)

    torch.set_num_threads(options.threads)
    # Adam's means of dead units become subnormal and its steps slow; digitpad's optimizers avoid that.
    torch.set_flush_denormal(True)
    model = torch_sequential(torch, plan.layers)
    model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in network.state_dict().items()})
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    loss = torch.nn.BCEWithLogitsLoss()
    augment = augmentation_of(settings)
    loader = BatchLoader(training, settings.batch_size, mean=task.mean, std=task.std, augmentation=augment)
    step = 0
    for epoch in range(1, settings.epochs + 1):
        order = generator(seed, Purpose.ORDER, epoch).permutation(len(training))
        for images, labels in loader.batches(order, epoch=epoch):
            optimizer.param_groups[0]["lr"] = schedule.learning_rate_at(step)
            optimizer.zero_grad(set_to_none=True)
            targets = torch.from_numpy(labels[:, None].astype("float32"))
            loss(model(torch.from_numpy(images)), targets).backward()
            optimizer.step()
            step += 1
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in BatchLoader(test, BATCH, mean=task.mean, std=task.std).batches():
            logits = model(torch.from_numpy(images)).numpy()
            right += int(((logits[:, 0] > 0) == labels).sum())
    return right / len(test)


if __name__ == "__main__":
    main()
