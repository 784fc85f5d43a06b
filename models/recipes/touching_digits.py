"""Digits that were cut from numbers whose digits touch: most have lost a bit, or have a bit of a neighbour.

A network that has only seen whole digits takes such a piece for something else, and so do readers of whole numbers. The
cuts are those of `digitpad.reading.parts`, and the digits those of MNIST and of pen ink drawn with thin to thick pens.
"""

from collections.abc import Sequence

import numpy as np

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.ink import Drawing
from digitpad.data.synthetic.numbers import (
    PENS,
    PictureNumber,
    Spacing,
    by_writer,
    drawn_number,
    ink_number,
    picture_number,
)
from digitpad.reading.lattice import possible_runs
from digitpad.reading.parts import PicturePieces

CLASSES = (*DIGITS, NO_DIGIT)
_LONGEST = 4
#: A piece shows a digit if at least these shares of it are of the digit, and of the digit in it; it shows none if less
#: than the last is of one digit.
_OWN, _WHOLE, _MIXED = 0.85, 0.9, 0.7


def touching_digits(mnist: Dataset, drawings: Sequence[Drawing], numbers: int, rng: np.random.Generator) -> Dataset:
    """Make numbers, half of MNIST's digits and half of pen ink, and return their pieces.

    Parameters
    ----------
    mnist
        Digits of MNIST.
    drawings
        Pen ink with writers and labels.
    numbers
        Number of numbers.
    rng
        The source of chance.

    Returns
    -------
    Dataset
        The images of digits, and at most half as many of pieces of two digits, which show no digit.
    """
    writers = list(by_writer(drawings).values())
    digits, labels, mixed = [], [], []
    for number in range(numbers):
        made = _of_mnist(mnist, rng) if number % 2 else _of_ink(writers, rng)
        pieces = PicturePieces(made.ink)
        runs = possible_runs(pieces.layout)
        if len(pieces.layout) < 2 or not runs:
            continue
        whole = pieces.owned((0, len(pieces.layout)), made.owners)
        for run, picture in zip(runs, pieces.pictures(runs), strict=True):
            counts = pieces.owned(run, made.owners)
            owner = int(counts.argmax())
            share = counts[owner] / max(int(counts.sum()), 1)
            image = np.rint(picture * 255).astype(np.uint8)
            if share >= _OWN and counts[owner] >= _WHOLE * whole[owner]:
                digits.append(image)
                labels.append(int(made.text[owner]))
            elif share < _MIXED:
                mixed.append(image)
    kept = rng.permutation(len(mixed))[: len(digits) // 2].tolist()
    images = np.stack([*digits, *(mixed[index] for index in kept)])[:, np.newaxis]
    targets = np.array([*labels, *[len(DIGITS)] * len(kept)], np.int64)
    return Dataset.of("pieces of numbers", images, targets, CLASSES)


def _of_mnist(mnist: Dataset, rng: np.random.Generator) -> PictureNumber:
    chosen = rng.integers(0, len(mnist), int(rng.integers(2, _LONGEST + 1)))
    labels = [int(label) for label in mnist.labels[chosen]]
    return picture_number(mnist.pixels[chosen, 0], labels, rng, touching=True)


def _of_ink(writers: Sequence[Sequence[Drawing]], rng: np.random.Generator) -> PictureNumber:
    own = writers[int(rng.integers(len(writers)))]
    digits = [own[index] for index in rng.integers(0, len(own), int(rng.integers(2, _LONGEST + 1)))]
    spacing: Spacing = "joined" if rng.random() < 0.2 else "touching"
    return drawn_number(ink_number(digits, spacing, rng), float(rng.uniform(*PENS)), rng)
