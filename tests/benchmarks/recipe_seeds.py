"""Measure how much the accuracy of the default model depends on the seed of its training.

    python tests/benchmarks/recipe_seeds.py FOLDER [--seeds 0 1 2] [--images 1200000] [--json FILE]

Each seed is a training of `models/recipes/train_digitpad.py`: another choice of validation digits, first weights and
batches. MNIST's test digits are read by each network once, when all have been trained; nothing is chosen by them.

FOLDER keeps the networks: a training that has ended is not repeated, and one that was interrupted continues.
"""

import argparse
from pathlib import Path

import numpy as np
from benchmarking import Target, finish
from digit_figures import of_ten_classes
from writer_folds import PrintingLink, trained

from digitpad.data.mnist import load_mnist
from digitpad.evaluation import evaluate
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer

MEAN = Target("MNIST's test digits read right, mean of three seeds", 99.6, at_least=True, unit="%", digits=2)
SPREAD = Target("the same, standard deviation of the seeds", 0.05, at_least=False, unit="points", digits=3)
TARGETS = (MEAN, SPREAD)


def main() -> None:
    """Train with all seeds, read the test digits, and print the mean and the spread."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the trainings")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--images", type=int, default=1_200_000, help="in all batches of a training together")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    models = {seed: trained_with(seed, options.folder / f"seed{seed}", options.images) for seed in options.seeds}
    digits = of_ten_classes(load_mnist("test"))
    shares = {}
    for seed, path in models.items():
        recognizer = Recognizer(load_model(path))
        shares[seed] = 100 * float(evaluate(recognizer, digits).accuracy)
        refused = float((recognizer.refusals(digits.pixels) >= recognizer.threshold).mean())
        print(f"seed {seed}: {shares[seed]:.2f} % of {len(digits)} right, {refused:.2%} refused", flush=True)
    values = list(shares.values())
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    print(f"mean {np.mean(values):.2f} %, standard deviation {spread:.3f} points")
    finish([MEAN.figure(float(np.mean(values))), SPREAD.figure(spread)], {"seeds": shares}, options.json)


def trained_with(seed: int, folder: Path, images: int) -> Path:
    """Train with a seed, unless that was done before; return the model's file. It fails as `trained` does."""
    words = ["--seed", str(seed), "--images", str(images)]
    known = {"seed": seed, "images": images}
    return trained(folder, words, known, lambda line: PrintingLink().tell({"line": line}))


if __name__ == "__main__":
    main()
