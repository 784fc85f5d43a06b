"""What is replayed while a model learns a hand, so that it does not forget what it knows.

A network that is trained on ten drawings alone soon reads everything as one of these. So each batch repeats images of
the kinds that digit networks learn: MNIST, pen ink of many writers, their digits in particular manners, and drawings
that show no digit. Some thousands are enough for a few hundred steps; making them takes seconds, so the window does it
while the user corrects.

Besides, there is much pen ink as it was drawn. Somebody among 30 writers often has the manner that is new to the
network; `hardest` says which of it is replayed.
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
#: Of the pen ink, every second drawing is in use: every eighth is read before and after, and the others may be replayed
#: as they are. Every eighth other one is varied, too.
_IN_USE = 2
_EVERY = 4
_READ_FROM = 2
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
    ink
        Pen ink as it was drawn, of which those drawings are replayed that a network misreads or nearly misreads.
    mnist
        The 10,000 test digits of MNIST, which are never learned from.
    writers
        Pen ink of other writers that is not replayed, as it was drawn.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    ink: Dataset
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
    ink = [
        (number, one) for number, one in enumerate(pen_drawings(every=_IN_USE)) if _writer(one) not in without_writers
    ]
    shown = [one for number, one in ink if number % _EVERY != _READ_FROM]
    read = [one for number, one in ink if number % _EVERY == _READ_FROM]
    known = [one for number, one in ink if number % _EVERY == 0]
    total = _INK + _MANNERS + _FIGURES + _PIECES + _MOVED + _PLAIN + len(shown)
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
    drawn, drawn_labels = [], []
    manners, hand = MannerMaker(known), InkAugmentation()
    for number in range(_INK + _MANNERS + _FIGURES):
        strokes, label = _drawing(number, known, manners, rng)
        drawn.append(hand.image(strokes, rng))
        drawn_labels.append(label)
        if number % _AT_ONCE == 0:
            yield ReplayProgress(done + number, total)
    done += _INK + _MANNERS + _FIGURES
    as_drawn = [np.empty((0, 1, 28, 28), np.uint8)]
    for start in range(0, len(shown), _AT_ONCE):
        as_drawn.append(_drawn(shown[start : start + _AT_ONCE]))
        yield ReplayProgress(done + start, total)
    images = np.concatenate([plain, np.rint(255 * pieces).astype(np.uint8)[:, np.newaxis], np.stack(drawn)[:, None]])
    kinds = [labels, np.full(len(pieces), _NOTHING), np.array(drawn_labels)]
    return Replay(
        images,
        np.concatenate(kinds).astype(np.int64),
        _pen_ink(shown, np.concatenate(as_drawn)),
        load_mnist("test"),
        as_dataset(read, "pen ink"),
    )


def prepare_replay(seed: int = 0, *, without_writers: Collection[int] = ()) -> Replay:
    """Return what `preparing_replay` returns, without a way to stop."""
    return finish(preparing_replay(seed, without_writers=without_writers))


def as_dataset(drawings: list[Drawing], name: str) -> Dataset:
    """Return labelled pen ink as the window reads it."""
    return _pen_ink(drawings, _drawn(drawings), name)


def _pen_ink(drawings: list[Drawing], images: NDArray[np.uint8], name: str = "pen ink") -> Dataset:
    labels = np.array([int(str(one.label)) for one in drawings], np.int64)
    return Dataset.of(name, images, labels, origins={"writer": [str(_writer(one)) for one in drawings]})


def _drawn(drawings: list[Drawing]) -> NDArray[np.uint8]:
    """Return drawings as input of a network, (N, 1, 28, 28)."""
    images = inks_to_images([(one.strokes, one.long_side) for one in drawings])
    return np.rint(images * 255).astype(np.uint8)[:, np.newaxis]


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
