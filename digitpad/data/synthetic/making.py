"""Makes the datasets of synthetic images."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.mnist import Split, load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.data.rasterize import ink_to_image
from digitpad.data.synthetic import outlines, scribbles, shapes
from digitpad.data.synthetic.digits import SKELETONS as DIGIT_SKELETONS
from digitpad.data.synthetic.figures import make_figure
from digitpad.data.synthetic.fragments import blots, halves, pairs, wrong_cuts
from digitpad.data.synthetic.hand import Strokes, drawn_by_hand
from digitpad.data.synthetic.letters import SKELETONS as LETTER_SKELETONS
from digitpad.data.synthetic.manners import MannerMaker
from digitpad.data.synthetic.skeletons import strokes_of

#: Size of the box of a figure in canvas units. It matters only for dots, whose size is a fraction of the canvas.
_BOX = 300.0
# Number of images of each kind.
_LETTERS, _SHAPES, _OUTLINES, _SCRIBBLES = 5200, 1600, 2000, 2200
_PAIRS, _WRONG_CUTS, _HALVES, _BLOTS = 1200, 1200, 300, 300
_TESTED = 1000
#: Number of images of each digit, from 0 to 9.
_STYLES = (500, 1200, 500, 500, 900, 500, 500, 900, 500, 1200)
_MANNERS, _FIGURES = 6000, 6000


def load_non_digits(split: Split = "train") -> Dataset:
    """Make images of non-digits.

    Parameters
    ----------
    split
        `"train"`: 14,000 images of letters, of shapes, outlines and scribbles for training, of pieces of training
        digits of MNIST, and of blots. `"test"`: 2,000 images of shapes and scribbles for testing. No family is in both.

    Returns
    -------
    Dataset
        uint8 (N, 1, 28, 28), all of the class `NO_DIGIT`; always the same.

    Raises
    ------
    DigitpadError
        If a file of MNIST is missing or is not the original.
    """
    if split == "test":
        rng = np.random.default_rng(8)
        drawings = [*_shapes(shapes.TESTING, _TESTED, rng), *_scribbles(scribbles.TESTING, _TESTED, rng)]
        return _dataset("non-digits test", np.stack(drawings))
    rng = np.random.default_rng(7)
    letters = list(LETTER_SKELETONS.values())
    drawings = [_drawn(_one_of(letters[index % len(letters)], rng), rng) for index in range(_LETTERS)]
    drawings += _shapes(shapes.TRAINING, _SHAPES, rng)
    drawings += _scribbles(outlines.TRAINING, _OUTLINES, rng)
    drawings += _scribbles(scribbles.TRAINING, _SCRIBBLES, rng)
    mnist = load_mnist("train")
    digits, labels = mnist.images[:, 0], mnist.labels
    pictures = [
        pairs(digits, _PAIRS, rng),
        wrong_cuts(digits, _WRONG_CUTS, rng),
        halves(digits, labels, _HALVES, rng),
        blots(_BLOTS, rng),
    ]
    return _dataset("non-digits", np.concatenate([np.stack(drawings), *pictures]))


def load_styles() -> Dataset:
    """Make images of digits in the writing styles of many countries, mostly ones, fours, sevens and nines.

    Returns
    -------
    Dataset
        7,200 digits, uint8 (N, 1, 28, 28); always the same.
    """
    rng = np.random.default_rng(9)
    labels = np.repeat(np.arange(10), _STYLES)
    figures = (_one_of(DIGIT_SKELETONS[DIGITS[label]], rng) for label in labels)
    # With less variation than non-digits: a one that is rotated far enough is a seven.
    drawings = [_picture(drawn_by_hand(figure, rng, turn=10.0, unrest=0.02)) for figure in figures]
    return Dataset.of("styles", _greys(np.stack(drawings)), labels.astype(np.int64))


def load_manners() -> Dataset:
    """Make images of digits in particular manners: pen ink that is changed as in `manners`, and varied.

    Returns
    -------
    Dataset
        6,000 digits, uint8 (N, 1, 28, 28), with the manner as their `source`; always the same.

    Raises
    ------
    DigitpadError
        If the file of the pen ink is missing or is not the original.
    """
    rng = np.random.default_rng(12)
    maker, hand = MannerMaker(pen_drawings()), InkAugmentation()
    images, labels, names = [], [], []
    for _number in range(_MANNERS):
        strokes, digit, name = maker.make(rng)
        images.append(hand.image(strokes, rng))
        labels.append(digit)
        names.append(name)
    return Dataset.of("manners", np.stack(images)[:, np.newaxis], np.array(labels, np.int64), origins={"source": names})


def load_figures() -> Dataset:
    """Make images of figures and letters as they are drawn in a hurry.

    Returns
    -------
    Dataset
        6,000 images of the class `NO_DIGIT`, uint8 (N, 1, 28, 28), with the family as their `source`; always the same.
    """
    rng = np.random.default_rng(13)
    hand = InkAugmentation()
    images, names = [], []
    for _number in range(_FIGURES):
        strokes, name = make_figure(rng)
        images.append(hand.image(strokes, rng))
        names.append(name)
    labels = np.zeros(_FIGURES, np.int64)
    return Dataset.of("figures", np.stack(images)[:, np.newaxis], labels, (NO_DIGIT,), {"source": names})


def _one_of(ways: Sequence[str], rng: np.random.Generator) -> Strokes:
    return strokes_of(ways[int(rng.integers(len(ways)))])


def _shapes(figures: dict[str, Strokes], count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    names = list(figures)
    for index in range(count):
        yield _drawn(figures[names[index % len(names)]], rng)


def _scribbles(
    families: dict[str, Callable[[np.random.Generator], Strokes]], count: int, rng: np.random.Generator
) -> Iterator[NDArray[np.float32]]:
    ways = list(families.values())
    for index in range(count):
        yield _drawn(ways[index % len(ways)](rng), rng)


def _drawn(strokes: Strokes, rng: np.random.Generator) -> NDArray[np.float32]:
    return _picture(drawn_by_hand(strokes, rng))


def _picture(strokes: Strokes) -> NDArray[np.float32]:
    """Return a figure as the input of a network: float32 (28, 28)."""
    return ink_to_image([(_BOX * stroke).astype(np.float32) for stroke in strokes])


def _dataset(name: str, images: NDArray[np.float32]) -> Dataset:
    return Dataset.of(name, _greys(images), np.zeros(len(images), np.int64), (NO_DIGIT,))


def _greys(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(images * 255).astype(np.uint8)[:, np.newaxis]
