"""The images that the default model learns from: a mix of several sources, generated for each batch.

Two thirds are MNIST's digits, moved and bent as images. The rest is pen ink whose strokes are varied, partly in
particular manners, and images that show no digit: figures, letters, signs and pieces of digits. Some images of every
kind are spoiled by noise and clutter. A batch depends only on the seed and its number, so a training can continue from
any step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from touching_digits import touching_digits

from digitpad.data.augmentation import Augmentation
from digitpad.data.corruptions import cluttered
from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.ink import Drawing
from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.mnist import load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.data.synthetic import load_non_digits, load_styles
from digitpad.data.synthetic.figures import make_figure
from digitpad.data.synthetic.manners import MannerMaker
from digitpad.seeding import Purpose, generator
from digitpad.training.preparation import choose_images

CLASSES = (*DIGITS, NO_DIGIT)
FOLDS = 5
#: Number of MNIST's training digits that are kept for the choice of settings and for the temperature.
VALIDATION = 5000
#: Numbers whose digits touch, which are cut into pieces.
NUMBERS = 3000
_NOTHING = CLASSES.index(NO_DIGIT)


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of a batch; the rest is MNIST.

    Attributes
    ----------
    ink, manners, styles
        Pen ink, pen ink in particular manners, and digits from skeletons.
    pieces, figures
        Images without a digit: those of `load_non_digits`, and hand-drawn figures and letters.
    touching
        Pieces of numbers whose digits touch, two thirds of them digits.
    clutter
        Part of all images that is spoiled.
    """

    ink: float = 0.11
    manners: float = 0.04
    styles: float = 0.02
    pieces: float = 0.045
    figures: float = 0.07
    touching: float = 0.07
    clutter: float = 0.12

    @property
    def settled(self) -> "Shares":
        """The parts of the last batches: less pen ink, no manners, and more of MNIST."""
        return replace(self, ink=0.4 * self.ink, manners=0.0)

    def counts(self, size: int) -> dict[str, int]:
        """Return the number of images of each part in a batch."""
        names = ("ink", "manners", "styles", "pieces", "figures", "touching")
        return {name: round(getattr(self, name) * size) for name in names}


@dataclass(frozen=True, slots=True)
class Mix:
    """Makes batches.

    Attributes
    ----------
    mnist, validation
        The digits of MNIST to learn from, and those that are kept.
    drawings, left_out
        The pen ink to learn from, and that of the writers who are left out.
    settles_at
        Number of the first batch with `Shares.settled`; None for none.
    pixels, settled_pixels
        How images are moved and bent, and how in the batches with `Shares.settled`: less, so that the network ends with
        images that are more like real ones.
    """

    mnist: Dataset
    validation: Dataset
    drawings: Sequence[Drawing]
    left_out: Sequence[Drawing]
    styles: Dataset
    pieces: Dataset
    touching: Dataset
    manners: MannerMaker
    shares: Shares
    seed: int
    settles_at: int | None = None
    pixels: Augmentation = field(
        default_factory=lambda: Augmentation.parse(
            "rotation=13,shift=1.2,scale=0.12,shear=10,elastic=0.7,thickness=0.9,blur=0.4"
        )
    )
    settled_pixels: Augmentation = field(
        default_factory=lambda: Augmentation.parse(
            "rotation=9,shift=1,scale=0.09,shear=7,elastic=0.5,thickness=0.6,blur=0.3"
        )
    )
    ink: InkAugmentation = field(default_factory=InkAugmentation)

    @classmethod
    def open(
        cls,
        seed: int,
        fold: int | None = None,
        shares: Shares | None = None,
        settles_at: int | None = None,
        numbers: int = NUMBERS,
    ) -> "Mix":
        """Open all data.

        Parameters
        ----------
        seed
            Seed of the choice of validation images and of all batches.
        fold
            Leave out the ink of every fifth writer, from 1 to 5, to measure what unseen writers write; None for none.
        shares
            The parts of a batch.
        settles_at
            Number of the first batch with `Shares.settled`; None for none.
        numbers
            Number of numbers whose digits touch, which are cut into pieces.
        """
        parts = shares or Shares()
        mnist, validation = choose_images(load_mnist("train"), limit=None, validation=VALIDATION, seed=seed)
        drawings = pen_drawings()
        known = [drawing for drawing in drawings if fold is None or fold_of(drawing) != fold]
        left_out = [drawing for drawing in drawings if fold is not None and fold_of(drawing) == fold]
        return cls(
            mnist,
            validation,
            known,
            left_out,
            load_styles(),
            load_non_digits(),
            touching_digits(mnist, known, numbers if parts.touching else 1, generator(seed, Purpose.DATA, 1)),
            MannerMaker(known),
            parts,
            seed,
            settles_at,
        )

    def batch(self, number: int, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the images uint8 (size, 1, 28, 28) and labels (size,) of a batch, numbered from 0."""
        rng = generator(self.seed, Purpose.AUGMENTATION, number)
        has_settled = self.settles_at is not None and number >= self.settles_at
        counts = (self.shares.settled if has_settled else self.shares).counts(size)
        chosen = self._mnist_of(number, size)
        styles = rng.integers(len(self.styles), size=counts["styles"])
        pieces = rng.integers(len(self.pieces), size=counts["pieces"])
        touching = rng.integers(len(self.touching), size=counts["touching"])
        still = [self.mnist.pixels[chosen], self.styles.pixels[styles], self.pieces.pixels[pieces]]
        pixels = self.settled_pixels if has_settled else self.pixels
        moved = pixels.apply(np.concatenate([*still, self.touching.pixels[touching]]), rng)
        drawn, drawn_labels = self._drawn(counts, rng)
        images = np.concatenate([moved, drawn])
        labels = np.concatenate(
            [
                self.mnist.labels[chosen],
                self.styles.labels[styles],
                np.full(len(pieces), _NOTHING),
                self.touching.labels[touching],
                np.array(drawn_labels),
            ]
        )
        spoiled = np.flatnonzero(rng.random(size) < self.shares.clutter)
        images[spoiled] = cluttered(images[spoiled], rng)
        return images, labels.astype(np.int64)

    def _mnist_of(self, number: int, size: int) -> NDArray[np.int64]:
        """Return the digits of MNIST in a batch: each of them is used once before any is used again."""

        def used_before(batch: int) -> int:
            settled = 0 if self.settles_at is None else max(batch - self.settles_at, 0)
            first, last = (size - sum(one.counts(size).values()) for one in (self.shares, self.shares.settled))
            return (batch - settled) * first + settled * last

        rounds, places = np.divmod(np.arange(used_before(number), used_before(number + 1)), len(self.mnist))
        orders = {one: _order(self.seed, one, len(self.mnist)) for one in set(rounds.tolist())}
        return np.array([orders[one][place] for one, place in zip(rounds.tolist(), places.tolist(), strict=True)])

    def _drawn(self, counts: dict[str, int], rng: np.random.Generator) -> tuple[NDArray[np.uint8], list[int]]:
        """Draw changed ink, manners and figures: images (n, 1, 28, 28), and their labels."""
        ink, labels = [], []
        for index in rng.integers(len(self.drawings), size=counts["ink"]).tolist():
            ink.append(self.drawings[index].strokes)
            labels.append(int(str(self.drawings[index].label)))
        for _number in range(counts["manners"]):
            strokes, digit, _manner = self.manners.make(rng)
            ink.append(tuple(strokes))
            labels.append(digit)
        for _number in range(counts["figures"]):
            ink.append(tuple(make_figure(rng)[0]))
            labels.append(_NOTHING)
        images = [self.ink.image(strokes, rng) for strokes in ink]
        return np.array(images, np.uint8).reshape(-1, 1, *self.mnist.images.shape[2:]), labels


@lru_cache(maxsize=2)
def _order(seed: int, number: int, count: int) -> NDArray[np.int64]:
    """Return a random order of MNIST's digits, for each time that they are gone through."""
    return generator(seed, Purpose.ORDER, number).permutation(count)


def fold_of(drawing: Drawing) -> int:
    """Return the fold, from 1, that leaves out the writer of a drawing."""
    return int(str(drawing.extra["writer"])) % FOLDS or FOLDS
