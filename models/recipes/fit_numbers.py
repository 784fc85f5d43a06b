"""Fit the weights of `digitpad/reading/number_weights.py`, one for each feature of a segment or a pair.

    python models/recipes/fit_numbers.py INK.jsonl [--model M] [--samples 300] [--seed 0]

Numbers are composed of digits by the first 15 writers of an ink collection and of MNIST's training digits (the other
writers are for the evaluation, see `whole_numbers.py`). The weights maximize the likelihood of the known texts in a
conditional random field, by gradient ascent: any segmentation that spells the text is right.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hidden_segmentations import Sample, Samples
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
from digitpad.reading.numbers import NumberReader
from digitpad.reading.parts import PicturePieces
from digitpad.reading.pieces import Pieces
from digitpad.reading.recognizer import Recognizer
from digitpad.reading.signs import find_signs
from digitpad.reading.strokes import InkPieces


def sample_of(pieces: Pieces, recognizer: Recognizer, text: str) -> Sample | None:
    """Return all readings of some pieces; None if no path spells the text."""
    layout = pieces.layout
    signs = find_signs(layout)
    runs = sorted(set(possible_runs(layout)) - set(signs))
    labels, features = dict(signs), {run: sign_features(sign) for run, sign in signs.items()}
    if runs:
        digits, nothing = recognizer.answers(pieces.pictures(runs)[:, np.newaxis])
        for run, digit, none in zip(runs, digits, nothing, strict=True):
            labels[run] = recognizer.labels[int(digit.argmax())]
            features[run] = segment_features(layout, run, labels[run], float(np.exp(digit.max()) * (1 - none)))
    lattice = Lattice(layout, features)
    sample = Sample(lattice, tuple(labels[run] for run in lattice.runs), text)
    return sample if sample.is_spelled else None


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
        sample = sample_of(pieces, recognizer, made.text)
        if sample is None:
            lost += 1
        else:
            samples.append(sample)
    print(f"{len(samples)} samples of ink, {lost} without a path that spells the text", file=sys.stderr)
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
        pieces = PicturePieces(made.ink, NumberReader(recognizer).are_digits)
        if len(pieces.layout) <= 1:
            lost += length > 1
            continue
        sample = sample_of(pieces, recognizer, made.text)
        if sample is None:
            lost += 1
        else:
            samples.append(sample)
    print(f"{len(samples)} samples of pictures, {lost} without a path that spells the text", file=sys.stderr)
    return samples


def fit(samples: Sequence[Sample], steps: int, decay: float) -> NDArray[np.float64]:
    """Return the weights that maximize the likelihood of the texts (Adam; `decay` pulls weights towards 0)."""
    together = Samples(samples)
    weights = np.zeros(len(SEGMENT_FEATURES) + len(PAIR_FEATURES))
    weights[0] = 1.0
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        likelihood, gradient = together.log_likelihood(weights)
        gradient = gradient - decay * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.98 * square + 0.02 * gradient**2
        rate = 0.3 * 0.5 * (1 + np.cos(np.pi * step / steps))
        weights += rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.98**step)) + 1e-8)
        if step % 20 == 0:
            print(step, round(likelihood, 4), file=sys.stderr)
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
