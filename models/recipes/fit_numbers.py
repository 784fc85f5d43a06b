"""Fit the weights of `digitpad/reading/number_weights.py`, one for each feature of a segment or a pair.

    python models/recipes/fit_numbers.py INK.jsonl [--model M] [--samples 300] [--seed 0]

Numbers are composed of digits by the first 15 writers of an ink collection and of MNIST's training digits (the other
writers are for the evaluation, see `whole_numbers.py`). The weights maximize the likelihood of the known segmentations
in a conditional random field, by gradient ascent.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.data.synthetic.numbers import (
    PENS,
    TUNING_WRITERS,
    Spacing,
    drawn_number,
    ink_number,
    picture_number,
    read_writers,
)
from digitpad.models.model_file import load_model
from digitpad.reading.lattice import (
    PAIR_FEATURES,
    SEGMENT_FEATURES,
    Lattice,
    possible_runs,
    segment_features,
    sign_features,
)
from digitpad.reading.numbers import belief
from digitpad.reading.parts import PicturePieces
from digitpad.reading.pieces import Pieces, Run
from digitpad.reading.recognizer import Recognizer
from digitpad.reading.signs import find_signs
from digitpad.reading.strokes import InkPieces


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A lattice and its correct path."""

    lattice: Lattice
    right: tuple[int, ...]


def lattice_of(pieces: Pieces, recognizer: Recognizer, extra: Sequence[Run] = ()) -> Lattice:
    """Return all readings of some pieces; `extra` runs are always included."""
    layout = pieces.layout
    signs = find_signs(layout)
    runs = sorted({*possible_runs(layout), *extra} - set(signs))
    predictions = recognizer.recognize_all(pieces.pictures(runs))
    features = {
        run: segment_features(layout, run, one.label, belief(one)) for run, one in zip(runs, predictions, strict=True)
    }
    return Lattice(layout, features | {run: sign_features(sign) for run, sign in signs.items()})


def right_runs(owners: Sequence[int]) -> tuple[Run, ...] | None:
    """Return the runs of pieces of one digit each; None if the pieces of a digit are not neighbours."""
    starts = [0, *(i + 1 for i, (one, other) in enumerate(pairwise(owners)) if one != other), len(owners)]
    if len(starts) - 1 != len(set(owners)):
        return None
    return tuple(pairwise(starts))


def ink_samples(path: Path, recognizer: Recognizer, count: int, rng: np.random.Generator) -> list[Sample]:
    """Make numbers of ink, a third with each spacing, and the same number of single digits."""
    writers = read_writers(path)
    spacings: tuple[Spacing, ...] = ("apart", "touching", "joined")
    samples, lost = [], 0
    for number in range(2 * count):
        drawings = writers[int(rng.choice(TUNING_WRITERS))]
        length = 1 if number >= count else int(rng.integers(2, 8))
        digits = [drawings[index] for index in rng.integers(0, len(drawings), length)]
        made = ink_number(digits, spacings[number % 3], rng, signs=number < count)
        pieces = InkPieces(made.strokes, canvas=made.canvas)
        if len(pieces.layout) == 1:
            continue
        owners = [pieces.owner(place, made.owners) for place in range(len(pieces.layout))]
        right = right_runs(owners)
        if right is None or len(right) != len(made.text):
            lost += 1
            continue
        lattice = lattice_of(pieces, recognizer, right)
        samples.append(Sample(lattice, tuple(lattice.runs.index(run) for run in right)))
    print(f"{len(samples)} samples of ink, {lost} that cannot be taken apart rightly", file=sys.stderr)
    return samples


def picture_samples(path: Path, recognizer: Recognizer, count: int, rng: np.random.Generator) -> list[Sample]:
    """Make numbers of MNIST's training digits and of ink, half of them touching, and as many single digits."""
    mnist, writers = load_mnist("train"), read_writers(path)
    samples, lost = [], 0
    for number in range(2 * count):
        length = 1 if number >= count else int(rng.integers(2, 8))
        touching = number % 2 == 1
        if number % 4 < 2:
            drawings = writers[int(rng.choice(TUNING_WRITERS))]
            digits = [drawings[index] for index in rng.integers(0, len(drawings), length)]
            ink = ink_number(digits, "touching" if touching else "apart", rng)
            made = drawn_number(ink, float(rng.uniform(*PENS)), rng)
        else:
            chosen = rng.integers(0, len(mnist), length)
            labels = [int(label) for label in mnist.labels[chosen]]
            made = picture_number(mnist.pixels[chosen, 0], labels, rng, touching=touching)
        pieces = PicturePieces(made.ink)
        if len(pieces.layout) <= 1:
            lost += length > 1
            continue
        right = right_runs([pieces.owner(place, made.owners) for place in range(len(pieces.layout))])
        if right is None or len(right) != length:
            lost += 1
            continue
        lattice = lattice_of(pieces, recognizer, right)
        samples.append(Sample(lattice, tuple(lattice.runs.index(run) for run in right)))
    print(f"{len(samples)} samples of pictures, {lost} that cannot be taken apart rightly", file=sys.stderr)
    return samples


def log_likelihood(sample: Sample, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the log-probability of the correct path, and its gradient: observed minus expected features."""
    lattice = sample.lattice
    split = len(SEGMENT_FEATURES)
    own, between = lattice.segments @ weights[:split], lattice.pairs @ weights[split:]
    first = np.array([run[0] == 0 for run in lattice.runs])
    end = lattice.runs[-1][1]
    last = np.array([run[1] == end for run in lattice.runs])
    ahead = np.where(first, own, -np.inf)
    for (before, after), score in zip(lattice.edges, between.tolist(), strict=True):
        ahead[after] = np.logaddexp(ahead[after], ahead[before] + score + own[after])
    behind = np.where(last, 0.0, -np.inf)
    for (before, after), score in zip(reversed(lattice.edges), reversed(between.tolist()), strict=True):
        behind[before] = np.logaddexp(behind[before], behind[after] + score + own[after])
    total = float(np.logaddexp.reduce(ahead[last]))
    gradient = np.zeros(len(weights))
    nodes = np.exp(ahead + behind - total)
    gradient[:split] = lattice.segments[list(sample.right)].sum(axis=0) - nodes @ lattice.segments
    likely = own[list(sample.right)].sum()
    if lattice.edges:
        a, b = np.array(lattice.edges).T
        gradient[split:] = -np.exp(ahead[a] + between + own[b] + behind[b] - total) @ lattice.pairs
        place = {edge: number for number, edge in enumerate(lattice.edges)}
        used = [place[pair] for pair in pairwise(sample.right)]
        gradient[split:] += lattice.pairs[used].sum(axis=0)
        likely += between[used].sum()
    return float(likely - total), gradient


def fit(samples: Sequence[Sample], steps: int, decay: float) -> NDArray[np.float64]:
    """Return the weights that maximize the likelihood of the correct paths (Adam; `decay` pulls weights towards 0)."""
    weights = np.zeros(len(SEGMENT_FEATURES) + len(PAIR_FEATURES))
    weights[0] = 1.0
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        results = [log_likelihood(sample, weights) for sample in samples]
        gradient = np.mean([one for _, one in results], axis=0) - decay * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.98 * square + 0.02 * gradient**2
        rate = 0.3 * 0.5 * (1 + np.cos(np.pi * step / steps))
        weights += rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.98**step)) + 1e-8)
        if step % 20 == 0:
            print(step, round(float(np.mean([one for one, _ in results])), 4), file=sys.stderr)
    return weights


def main() -> None:
    """Fit the weights and print them."""
    parser = argparse.ArgumentParser(description="Fit the weights that numbers are read with.")
    parser.add_argument("ink", type=Path)
    parser.add_argument("--model", action="append", default=[], help="may be given several times")
    parser.add_argument("--what", action="append", choices=["ink", "pictures"], help="default: both")
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--decay", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    recognizers = [Recognizer(load_model(model)) for model in options.model or [None]]
    for what in options.what or ["ink", "pictures"]:
        samples = []
        for recognizer in recognizers:
            rng = np.random.default_rng(options.seed)
            if what == "ink":
                samples += ink_samples(options.ink, recognizer, options.samples, rng)
            else:
                samples += picture_samples(options.ink, recognizer, options.samples, rng)
        weights = fit(samples, options.steps, options.decay)
        print(f"_{what.upper()} = {{")
        for name, weight in zip((*SEGMENT_FEATURES, *PAIR_FEATURES), weights.tolist(), strict=True):
            print(f'    "{name}": {weight:.2f},')
        print("}")


if __name__ == "__main__":
    main()
