"""Measure how the ink of writers that the network has not seen is read: single digits, and whole numbers.

    python tests/benchmarks/writer_folds.py FOLDER [--folds 1 2 3 4 5] [--images 220000] [--workers 5] [--json FILE]

Each fold is a training of `models/recipes/train_digitpad.py --fold`, without the ink of every fifth writer; that ink is
then read with the pipeline of the window. With the default of --images, a training is a tenth as long as that of the
default model, with a higher learning rate. The whole numbers are made of the ink of the writers in each fold that were
not used for tuning (see `whole_numbers.py`).

FOLDER keeps the networks: a training that has ended is not repeated, and one that was interrupted continues. With
--workers the folds are trained at the same time by the workers of a sweep, each with one thread (extra `sweep`).
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarking import Target, finish
from digit_figures import as_dataset, of_ten_classes
from learn_my_hand import FOLDS, fold_of
from numpy.typing import NDArray
from whole_numbers import share_of_ink

from digitpad.data.pen import pen_drawings
from digitpad.data.synthetic.numbers import MEASURING_WRITERS, Spacing, by_writer
from digitpad.evaluation import evaluate
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from digitpad.sweeps.cluster import local_pool
from digitpad.sweeps.pool import Link, Raised, Returned, Told

_RECIPE = Path(__file__).parents[2] / "models" / "recipes" / "train_digitpad.py"

DIGITS_READ = Target("pen ink of writers left out of the training, read right", 99.4, at_least=True, unit="%", digits=2)
WORST_CLASS = Target("the same, worst digit", 98.5, at_least=True, unit="%", digits=2)
NUMBERS_READ: dict[Spacing, Target] = {
    "apart": Target("whole numbers in their ink, digits apart", 96, at_least=True, unit="%", digits=1),
    "touching": Target("whole numbers in their ink, digits touching", 95, at_least=True, unit="%", digits=1),
    "overlapping": Target("whole numbers in their ink, digits overlapping", 92, at_least=True, unit="%", digits=1),
}
TARGETS = (DIGITS_READ, WORST_CLASS, *NUMBERS_READ.values())


@dataclass(frozen=True, slots=True)
class FoldTask:
    """What is trained for a fold.

    Attributes
    ----------
    fold
        Number of the fold, from 1.
    folder
        The folder of its training.
    images
        Number of images in all batches together.
    """

    fold: int
    folder: Path
    images: int


@dataclass(frozen=True, slots=True)
class FoldResult:
    """The answers to the ink of a fold.

    Attributes
    ----------
    labels
        int64 (N,): the digits.
    hits, refused
        bool (N,): what was read correctly, and as "not a digit".
    numbers
        The share of whole numbers that were read correctly, by the spacing of their digits.
    """

    labels: NDArray[np.int64]
    hits: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    numbers: dict[Spacing, float]


class PrintingLink:
    """Prints what a training tells, where no worker is between."""

    is_stopping = False

    def tell(self, value: dict[str, object]) -> None:
        """Print a line of the log."""
        print(f"    {value['line']}", flush=True)


def main() -> None:
    """Train the requested folds, read what they have not seen, and print the accuracy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="for the trainings")
    parser.add_argument("--folds", type=int, nargs="+", default=list(range(1, FOLDS + 1)))
    parser.add_argument("--images", type=int, default=220_000, help="in all batches of a training together")
    parser.add_argument("--numbers", type=int, default=40, help="whole numbers of each kind, for each fold")
    parser.add_argument("--workers", type=int, help="folds to train at the same time (default: one after the other)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    tasks = [FoldTask(fold, options.folder / f"fold{fold}", options.images) for fold in options.folds]
    results = []
    for task, model in one_by_one(tasks) if options.workers is None else at_once(tasks, options.workers):
        result = read_fold(task.fold, model, options.numbers)
        results.append(result)
        print(f"fold {task.fold}: {result.hits.mean():.2%} of {len(result.hits)} right, ", end="")
        print(f"{result.refused.mean():.2%} refused; whole numbers ", end="")
        print(", ".join(f"{spacing} {share:.1%}" for spacing, share in result.numbers.items()), flush=True)
    hits, labels, refused = (
        np.concatenate([getattr(one, name) for one in results]) for name in ("hits", "labels", "refused")
    )
    classes = {digit: float(hits[labels == digit].mean()) for digit in range(10)}
    print(f"together: {hits.mean():.2%} of {len(hits)} right, {refused.mean():.2%} refused")
    print("    " + " ".join(f"{digit}:{share:.2%}" for digit, share in classes.items()))
    figures = [DIGITS_READ.figure(100 * float(hits.mean())), WORST_CLASS.figure(100 * min(classes.values()))]
    figures += [
        target.figure(100 * float(np.mean([one.numbers[spacing] for one in results])))
        for spacing, target in NUMBERS_READ.items()
    ]
    finish(figures, {"classes": classes, "refused": float(refused.mean()), "digits": len(hits)}, options.json)


def one_by_one(tasks: list[FoldTask]) -> Iterator[tuple[FoldTask, Path]]:
    """Train the folds one after the other."""
    for task in tasks:
        yield task, train_fold(task, PrintingLink())


def at_once(tasks: list[FoldTask], workers: int) -> Iterator[tuple[FoldTask, Path]]:
    """Train the folds with the workers of a sweep, and yield each when it has ended."""
    with local_pool(workers) as pool:
        for message in pool.run(train_fold, tasks):
            match message:
                case Told():
                    print(f"    fold {tasks[message.index].fold}: {message.value['line']}", flush=True)
                case Returned():
                    yield tasks[message.index], message.value
                case Raised():
                    raise SystemExit(f"fold {tasks[message.index].fold}: {message.reason}")


def train_fold(task: FoldTask, link: Link) -> Path:
    """Train without the ink of a fold, unless that was done before; return the model's file.

    Raises
    ------
    ValueError
        If the folder has a model of another training.
    subprocess.CalledProcessError
        If the training fails.
    """
    words = ["--fold", str(task.fold), "--images", str(task.images), "--rate", "0.004", "--decay", "0.998"]
    known = {"fold": task.fold, "images": task.images}
    return trained(task.folder, words, known, lambda line: link.tell({"line": line}))


def trained(folder: Path, words: list[str], known: Mapping[str, int], tell: Callable[[str], None]) -> Path:
    """Train with the recipe, unless that was done before; return the model's file.

    Parameters
    ----------
    folder
        The folder of the training.
    words
        The arguments of the recipe, after the folder.
    known
        Settings by which the model of this training is known.
    tell
        Is told the lines of the log that have a figure.

    Raises
    ------
    ValueError
        If the folder has a model of another training.
    subprocess.CalledProcessError
        If the training fails.
    """
    path = folder / "model.safetensors"
    if not path.exists():
        follow([sys.executable, str(_RECIPE), str(folder), *words], tell)
    settings = load_model(path).metadata.training["settings"]
    if any(settings[name] != value for name, value in known.items()):
        raise ValueError(f"{folder} has a model of another training; choose another folder.")
    return path


def follow(command: list[str], tell: Callable[[str], None]) -> None:
    """Run the recipe, and tell the lines of its log that have a figure.

    Raises
    ------
    subprocess.CalledProcessError
        If the training fails.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        for line in training.stdout:
            if "MNIST wrong" in line:
                tell(line.strip())
    if training.returncode:
        raise subprocess.CalledProcessError(training.returncode, command)


def read_fold(fold: int, model: Path, numbers: int) -> FoldResult:
    """Read the ink of the writers that a network has not seen, and whole numbers that are made of it."""
    recognizer = Recognizer(load_model(model))
    unseen = [drawing for drawing in pen_drawings() if fold_of(int(str(drawing.extra["writer"]))) == fold]
    digits = of_ten_classes(as_dataset("pen ink", unseen))
    found = evaluate(recognizer, digits)
    refused = recognizer.refusals(digits.pixels) >= recognizer.threshold
    writers = {writer: ink for writer, ink in by_writer(unseen).items() if writer in MEASURING_WRITERS}
    reader, shares = NumberReader(recognizer), {}
    for spacing in NUMBERS_READ:
        shares[spacing] = share_of_ink(reader, writers, spacing, numbers, np.random.default_rng(fold))["right"]
    return FoldResult(digits.labels, found.correct, refused, shares)


if __name__ == "__main__":
    main()
