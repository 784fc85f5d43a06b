"""Measure the accuracy on pen ink of unseen writers, by 5-fold cross-validation over the writers.

    python tests/benchmarks/writer_folds.py [--folds 1 2 3 4 5] [--epochs 6] [--mnist 60000] [--threads 2]

Each fold trains a network from scratch, like the first run of the default model, but for fewer epochs and without the
ink of every fifth writer, and reads that ink with the pipeline of the window. Weights are not averaged or calibrated.
The folds are those of `models/recipes/train_digitpad.py --fold`, which trains with the mix of the next default model.
"""

import argparse

import numpy as np
from numpy.typing import NDArray

from digitpad.data.augmentation import Augmentation
from digitpad.data.dataset import Dataset, normalize
from digitpad.data.joining import join
from digitpad.data.sources import open_dataset
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, Sequential
from digitpad.nn.functional import softmax
from digitpad.training.events import EpochCompleted
from digitpad.training.network_fit import fit_network
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer

AUGMENTATION = "rotation=12,shift=1.2,scale=0.12,shear=10,elastic=0.7,thickness=0.6,blur=0.4"
_FOLDS = 5
_THRESHOLD = 0.6  # the default model's


def main() -> None:
    """Train the requested folds and print the accuracy of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, nargs="+", default=list(range(1, _FOLDS + 1)))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--mnist", type=int, default=60_000, help="digits of MNIST to learn from (default: all)")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    ink = open_dataset("pen")
    mnist, *others = (open_dataset(name) for name in ("mnist", "styles", "non-digits"))
    mnist = mnist.subset(np.random.default_rng(0).permutation(len(mnist))[: options.mnist])
    settings = TrainingSettings(
        epochs=options.epochs,
        batch_size=128,
        learning_rate=0.004,
        schedule="one-cycle",
        augmentation=Augmentation.parse(AUGMENTATION),
        threads=options.threads,
    )
    right, refused, wanted = [], [], []
    for fold in options.folds:
        left_out = np.array([int(writer) % _FOLDS == fold % _FOLDS for writer in ink.origins["writer"]])
        known, unknown = ink.subset(np.flatnonzero(~left_out)), ink.subset(np.flatnonzero(left_out))
        network = train(join([mnist, known, known, *others]), settings)
        shares = softmax(np.concatenate([network.forward(part) for part in _batches(unknown)]))
        hits = shares[:, :10].argmax(axis=1) == unknown.labels
        rejected = shares[:, 10] >= _THRESHOLD
        print(f"fold {fold}: {hits.mean():.2%} of {len(unknown)} right, {rejected.mean():.2%} refused")
        worst = min(range(10), key=lambda digit: float(hits[unknown.labels == digit].mean()))
        print(f"    worst: {worst}, {hits[unknown.labels == worst].mean():.2%}", flush=True)
        right.append(hits)
        refused.append(rejected)
        wanted.append(unknown.labels)
    hits, labels = np.concatenate(right), np.concatenate(wanted)
    classes = " ".join(f"{digit}:{hits[labels == digit].mean():.2%}" for digit in range(10))
    print(f"together: {hits.mean():.2%} of {len(hits)} right, {np.concatenate(refused).mean():.2%} refused  {classes}")


def train(data: Dataset, settings: TrainingSettings) -> Sequential:
    """Train the default model's network on all of the data."""
    network = build_network(fit_network(ARCHITECTURES["reader"], data).architecture, settings.seed)
    for event in Trainer(network, data, None, settings).run():
        if isinstance(event, EpochCompleted):
            print(f"    epoch {event.epoch}: loss {event.train_loss:.4f}, {event.seconds:.0f} s", flush=True)
    return network


def _batches(data: Dataset) -> list[NDArray[np.float32]]:
    return [normalize(data.images[start : start + 250]) for start in range(0, len(data), 250)]


if __name__ == "__main__":
    main()
