"""Measure how a model reads digits that are spoiled in the fifteen ways of MNIST-C.

    python tests/benchmarks/noise_and_clutter.py [--model M] [--dataset D | --test] [--images 10000] [--seed 0]
                                                 [--json FILE]

For each kind: the share of digits whose best answer is right, the share that is refused, and the share that is wrong
and not refused. The images are given to the network as they are, 28x28 pixels with ink 255; a picture file would be
cleaned first. MNIST is the validation part of the model's training on --dataset, or with --test the test set, which
should be evaluated only once, at the end.
"""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from benchmarking import Target, finish
from digit_figures import mnist_held_out, of_ten_classes

from digitpad.data.corruptions import CLUTTER, CORRUPTIONS, corrupted
from digitpad.data.dataset import Dataset
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

_AT_ONCE = 1000

MEAN = Target("MNIST spoiled by noise and clutter, mean of 15 kinds", 90, at_least=True, unit="%", digits=1)
WORST = Target("the same, wrong and not refused, worst kind", 3, at_least=False, unit="%", digits=1)
TARGETS = (MEAN, WORST)


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of spoiled digits: read rightly, refused, and wrong but not refused."""

    right: float
    refused: float
    wrong_unrefused: float


def measure(recognizer: Recognizer, digits: Dataset, kind: str | None, seed: int = 0) -> Figures:
    """Read digits that are spoiled in one way, or not at all.

    Parameters
    ----------
    recognizer
        Reads the digits.
    digits
        Digits with the classes 0 to 9.
    kind
        One of `CORRUPTIONS`; None for the digits as they are.
    seed
        Seed of the corruption; the same seed spoils the digits in the same way for every model.
    """
    right, refused = np.zeros(len(digits), bool), np.zeros(len(digits), bool)
    for start in range(0, len(digits), _AT_ONCE):
        part = slice(start, min(start + _AT_ONCE, len(digits)))
        images = digits.pixels[part]
        if kind is not None:
            images = corrupted(images, kind, np.random.default_rng((seed, start)))
        shares, none = recognizer.answers(images)
        right[part] = shares[:, :10].argmax(axis=1) == digits.labels[part]
        refused[part] = none >= recognizer.threshold if recognizer.refuses else False
    return Figures(float(right.mean()), float(refused.mean()), float((~right & ~refused).mean()))


def main() -> None:
    """Print a line for each kind, and the mean of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--images", type=int, default=10_000, help="at most (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    recognizer = Recognizer(load_model(options.model))
    mnist = load_mnist("test") if options.test else mnist_held_out(recognizer.model, options.dataset)
    digits = of_ten_classes(mnist.subset(np.arange(min(options.images, len(mnist)))))
    print(f"{recognizer.model.name}, {len(digits)} digits of {mnist.name}, refusing from {recognizer.threshold:.0%} on")
    print(f"{'kind':15} {'right':>8} {'refused':>8} {'wrong and not refused':>22}  trained with (by the recipe)")
    kinds: dict[str, Figures] = {}
    for kind in (None, *CORRUPTIONS):
        found = measure(recognizer, digits, kind, options.seed)
        known = "" if kind is None else "yes" if kind in CLUTTER else "no"
        name = kind or "as they are"
        print(f"{name:15} {found.right:8.2%} {found.refused:8.2%} {found.wrong_unrefused:22.2%}  {known}", flush=True)
        if kind is not None:
            kinds[kind] = found
    figures = [
        MEAN.figure(100 * float(np.mean([found.right for found in kinds.values()]))),
        WORST.figure(100 * max(found.wrong_unrefused for found in kinds.values())),
    ]
    finish(figures, {"kinds": {kind: asdict(found) for kind, found in kinds.items()}}, options.json)


if __name__ == "__main__":
    main()
