"""Measure the accuracy on pen ink of unseen writers, by 5-fold cross-validation over the writers.

    python tests/benchmarks/writer_folds.py [--folds 1 2 3 4 5] [--epochs 6] [--mnist 60000] [--threads 2] [--workers 5]

Each fold trains a network from scratch, like the first run of the default model, but for fewer epochs and without the
ink of every fifth writer, and reads that ink with the pipeline of the window. Weights are not averaged or calibrated.
The folds are those of `models/recipes/train_digitpad.py --fold`, which trains with the mix of the next default model.
With --workers the folds are trained at the same time by the workers of a sweep, each with one thread (extra `sweep`).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.data.augmentation import Augmentation
from digitpad.data.dataset import Dataset, normalize
from digitpad.data.joining import join
from digitpad.data.sources import open_dataset
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, Sequential
from digitpad.nn.functional import softmax
from digitpad.sweeps.cluster import local_pool
from digitpad.sweeps.pool import Link, Raised, Returned, Told
from digitpad.training.events import EpochCompleted
from digitpad.training.folds import WRITER, Fold, left_out
from digitpad.training.network_fit import fit_network
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

AUGMENTATION = "rotation=12,shift=1.2,scale=0.12,shear=10,elastic=0.7,thickness=0.6,blur=0.4"
_FOLDS = 5
_THRESHOLD = 0.6  # the default model's


@dataclass(frozen=True, slots=True)
class FoldTask:
    """What is trained for a fold.

    Attributes
    ----------
    fold
        Number of the fold, from 1.
    epochs, mnist
        Number of epochs, and of digits of MNIST to learn from.
    threads
        Threads that share a batch; None for all processors.
    """

    fold: int
    epochs: int
    mnist: int
    threads: int | None


@dataclass(frozen=True, slots=True)
class FoldResult:
    """The answers to the ink of a fold.

    Attributes
    ----------
    labels
        int64 (N,): the digits.
    hits, rejected
        bool (N,): what was read correctly, and as "not a digit".
    """

    labels: NDArray[np.int64]
    hits: NDArray[np.bool_]
    rejected: NDArray[np.bool_]


class PrintingLink:
    """Prints what a fold tells, where no worker is between."""

    is_stopping = False

    def tell(self, value: dict[str, object]) -> None:
        """Print an epoch."""
        words: dict[str, Any] = value
        print("    epoch {epoch}: loss {loss:.4f}, {seconds:.0f} s".format(**words), flush=True)


def main() -> None:
    """Train the requested folds and print the accuracy of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, nargs="+", default=list(range(1, _FOLDS + 1)))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--mnist", type=int, default=60_000, help="digits of MNIST to learn from (default: all)")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--workers", type=int, help="folds to train at the same time (default: one after the other)")
    options = parser.parse_args()
    threads = options.threads if options.workers is None else options.threads or 1
    tasks = [FoldTask(fold, options.epochs, options.mnist, threads) for fold in options.folds]
    results = {}
    for task, result in one_by_one(tasks) if options.workers is None else at_once(tasks, options.workers):
        results[task.fold] = result
        print(f"fold {task.fold}: {result.hits.mean():.2%} of {len(result.hits)} right, ", end="")
        print(f"{result.rejected.mean():.2%} refused")
        worst = min(range(10), key=lambda digit: float(result.hits[result.labels == digit].mean()))
        print(f"    worst: {worst}, {result.hits[result.labels == worst].mean():.2%}", flush=True)
    hits = np.concatenate([results[fold].hits for fold in options.folds])
    labels = np.concatenate([results[fold].labels for fold in options.folds])
    refused = np.concatenate([results[fold].rejected for fold in options.folds])
    classes = " ".join(f"{digit}:{hits[labels == digit].mean():.2%}" for digit in range(10))
    print(f"together: {hits.mean():.2%} of {len(hits)} right, {refused.mean():.2%} refused  {classes}")


def one_by_one(tasks: list[FoldTask]) -> Iterator[tuple[FoldTask, FoldResult]]:
    """Train the folds one after the other."""
    for task in tasks:
        yield task, train_fold(task, PrintingLink())


def at_once(tasks: list[FoldTask], workers: int) -> Iterator[tuple[FoldTask, FoldResult]]:
    """Train the folds with the workers of a sweep, and yield each when it has ended."""
    with local_pool(workers) as pool:
        for message in pool.run(train_fold, tasks):
            match message:
                case Told():
                    print(f"    fold {tasks[message.index].fold}: epoch {message.value['epoch']}", flush=True)
                case Returned():
                    yield tasks[message.index], message.value
                case Raised():
                    raise SystemExit(f"fold {tasks[message.index].fold}: {message.reason}")


def train_fold(task: FoldTask, link: Link) -> FoldResult:
    """Train without the ink of a fold, and read that ink."""
    ink = open_dataset("pen")
    mnist, *others = (open_dataset(name) for name in ("mnist", "styles", "non-digits"))
    mnist = mnist.subset(np.random.default_rng(0).permutation(len(mnist))[: task.mnist])
    out = left_out(ink.origins[WRITER], Fold(task.fold, _FOLDS), ink.name)
    known, unknown = ink.subset(np.flatnonzero(~out)), ink.subset(np.flatnonzero(out))
    settings = TrainingSettings(
        epochs=task.epochs,
        batch_size=128,
        learning_rate=0.004,
        schedule="one-cycle",
        augmentation=Augmentation.parse(AUGMENTATION),
        threads=task.threads,
    )
    network = train(join([mnist, known, known, *others]), settings, link)
    shares = softmax(np.concatenate([network.forward(part) for part in _batches(unknown)]))
    return FoldResult(unknown.labels, shares[:, :10].argmax(axis=1) == unknown.labels, shares[:, 10] >= _THRESHOLD)


def train(data: Dataset, settings: TrainingSettings, link: Link) -> Sequential:
    """Train the default model's network on all of the data."""
    network = build_network(fit_network(ARCHITECTURES["reader"], data).architecture, settings.seed)
    for event in Trainer(network, data, None, settings).run():
        if isinstance(event, EpochCompleted):
            link.tell({"epoch": event.epoch, "loss": event.train_loss, "seconds": event.seconds})
    return network


def _batches(data: Dataset) -> list[NDArray[np.float32]]:
    return [normalize(data.images[start : start + 250]) for start in range(0, len(data), 250)]


if __name__ == "__main__":
    main()
