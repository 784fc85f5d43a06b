"""What is replayed while a model learns a hand, so that it does not forget what it knows.

A network that is trained on ten drawings alone soon reads everything as one of these. So each batch repeats images of
the kinds that digit networks learn: MNIST, pen ink of many writers, their digits in particular manners, and drawings
that show no digit. Some thousands are enough for a few hundred steps; making them takes two seconds, so the window does
it while the user corrects.
"""

from collections.abc import Collection, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.adaptation.following import finish
from digitpad.data.augmentation import Augmentation
from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.ink import Drawing
from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.mnist import load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.data.rasterize import inks_to_images
from digitpad.data.synthetic.figures import make_figure
from digitpad.data.synthetic.fragments import halves, pairs, wrong_cuts
from digitpad.data.synthetic.manners import MannerMaker

CLASSES = (*DIGITS, NO_DIGIT)
"""The classes of replayed images."""

#: Numbers of images: MNIST as it is and moved, pen ink, pen ink in particular manners, figures, and pieces of digits.
_PLAIN, _MOVED, _INK, _MANNERS, _FIGURES, _PIECES = 1500, 6000, 500, 300, 260, 140
#: Of the pen ink, every eighth drawing is varied and replayed, and every eighth other one is read before and after.
_EVERY = 8
_READ_FROM = 4
_AT_ONCE = 50
_NOTHING = CLASSES.index(NO_DIGIT)
_PIXELS = Augmentation(rotation=13, shift=1.2, scale=0.12, shear=10, elastic=0.7, thickness=0.9, blur=0.4)


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """Images to replay, and images on which the model is compared before and after.

    Attributes
    ----------
    images, labels
        What is replayed: uint8 (N, 1, 28, 28), and int64 (N,), indices into `CLASSES`.
    mnist
        The 10,000 test digits of MNIST, which are never learned from.
    writers
        Pen ink of other writers that is not replayed, as it was drawn.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    mnist: Dataset
    writers: Dataset


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """How far the preparation is, in images."""

    done: int
    total: int


def preparing_replay(
    seed: int = 0, *, without_writers: Collection[int] = ()
) -> Generator[ReplayProgress, None, Replay]:
    """Prepare the replay; the caller may stop between two groups of images.

    Parameters
    ----------
    seed
        Decides which images are chosen and how they are varied.
    without_writers
        Writers of the pen ink who are left out, because their ink measures what others gain or lose.

    Yields
    ------
    ReplayProgress
        The progress.

    Returns
    -------
    Replay
        The images; the same for the same arguments.

    Raises
    ------
    DigitpadError
        If MNIST or the pen ink is missing or not the original.
    """
    total = _INK + _MANNERS + _FIGURES + _PIECES + _MOVED + _PLAIN
    yield ReplayProgress(0, total)
    rng = np.random.default_rng(seed)
    mnist = load_mnist("train")
    chosen = rng.permutation(len(mnist))[: _PLAIN + _MOVED]
    # Copied, so that the 47 MB of MNIST are released.
    plain = mnist.pixels[chosen]
    digits, labels = mnist.pixels[chosen, 0], mnist.labels[chosen]
    pieces = np.concatenate(
        [pairs(digits, 50, rng), wrong_cuts(digits, 50, rng), halves(digits, labels, _PIECES - 100, rng)]
    )
    plain[_PLAIN:] = _PIXELS.apply(plain[_PLAIN:], rng)
    done = _PLAIN + _MOVED + _PIECES
    yield ReplayProgress(done, total)
    known = [one for one in pen_drawings(every=_EVERY) if _writer(one) not in without_writers]
    drawn, drawn_labels = [], []
    manners, hand = MannerMaker(known), InkAugmentation()
    for number in range(_INK + _MANNERS + _FIGURES):
        strokes, label = _drawing(number, known, manners, rng)
        drawn.append(hand.image(strokes, rng))
        drawn_labels.append(label)
        if number % _AT_ONCE == 0:
            yield ReplayProgress(done + number, total)
    images = np.concatenate([plain, np.rint(255 * pieces).astype(np.uint8)[:, np.newaxis], np.stack(drawn)[:, None]])
    kinds = [labels, np.full(len(pieces), _NOTHING), np.array(drawn_labels)]
    read = [one for one in pen_drawings(every=_EVERY, start=_READ_FROM) if _writer(one) not in without_writers]
    writers = as_dataset(read, "pen ink")
    return Replay(images, np.concatenate(kinds).astype(np.int64), load_mnist("test"), writers)


def prepare_replay(seed: int = 0, *, without_writers: Collection[int] = ()) -> Replay:
    """Return what `preparing_replay` returns, without a way to stop."""
    return finish(preparing_replay(seed, without_writers=without_writers))


def as_dataset(drawings: list[Drawing], name: str) -> Dataset:
    """Return labelled pen ink as the window reads it."""
    images = np.rint(inks_to_images([(one.strokes, one.long_side) for one in drawings]) * 255).astype(np.uint8)
    labels = np.array([int(str(one.label)) for one in drawings], np.int64)
    writers = [str(_writer(one)) for one in drawings]
    return Dataset.of(name, images[:, np.newaxis], labels, origins={"writer": writers})


def _drawing(
    number: int, known: list[Drawing], manners: MannerMaker, rng: np.random.Generator
) -> tuple[list[NDArray[np.floating]], int]:
    """Return strokes and the class of a drawing: first pen ink, then manners, then figures."""
    if number < _INK:
        drawing = known[int(rng.integers(len(known)))]
        return list(drawing.strokes), int(str(drawing.label))
    if number < _INK + _MANNERS:
        strokes, digit, _name = manners.make(rng)
        return list(strokes), digit
    return list(make_figure(rng)[0]), _NOTHING


def _writer(drawing: Drawing) -> int:
    return int(str(drawing.extra["writer"]))
