"""Robustness: the accuracy on images that are disturbed by known, increasing amounts.

The disturbance applies to the prepared images, the input of the network. A drawing is cropped, scaled and centred
before that, so a shift here does not mean a digit in the corner of the canvas: it shows how the network itself reads a
digit that is a few pixels off centre.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from digitpad.data.augmentation import noisy, rotated, scaled, shifted, thickened
from digitpad.data.dataset import Dataset, Images
from digitpad.evaluation.reading import BATCH, match_classes
from digitpad.evaluation.statistics import Interval, wilson_interval
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

MOST_IMAGES = 2000
"""Number of images per point; larger datasets are sampled at random."""


class Disturbance(Enum):
    """A kind of change of the images; the value names it in files."""

    SHIFT = "shift"
    ROTATION = "rotation"
    SCALE = "scale"
    STROKE_WIDTH = "stroke width"
    NOISE = "noise"

    @property
    def title(self) -> str:
        """Its name in the user's language."""
        return _(_SCALES[self].title)

    @property
    def unit(self) -> str:
        """The unit of the amounts; the same in every language."""
        return _SCALES[self].unit

    @property
    def meaning(self) -> str:
        """What an amount means, a sentence in the user's language."""
        return _(_SCALES[self].meaning)

    @property
    def amounts(self) -> tuple[float, ...]:
        """The amounts of a curve, ascending."""
        return _SCALES[self].amounts

    @property
    def untouched(self) -> float:
        """The amount that changes nothing."""
        return _SCALES[self].untouched


@dataclass(frozen=True, slots=True)
class _Scale:
    title: str
    unit: str
    meaning: str
    amounts: tuple[float, ...]
    untouched: float = 0.0


_SCALES = {
    Disturbance.SHIFT: _Scale(
        gettext_noop("Shift"),
        "px",
        gettext_noop(
            "Shift in pixels; a quarter of the images is shifted in each direction: right, down, left and up."
        ),
        (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0),
    ),
    Disturbance.ROTATION: _Scale(
        gettext_noop("Rotation"),
        "°",
        gettext_noop("Counterclockwise rotation of each image about its centre, in degrees."),
        (-60.0, -45.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 45.0, 60.0),
    ),
    Disturbance.SCALE: _Scale(
        gettext_noop("Scale"),
        "×",
        gettext_noop("Size of each digit relative to its own size."),
        (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4),
        untouched=1.0,
    ),
    Disturbance.STROKE_WIDTH: _Scale(
        gettext_noop("Stroke width"),
        "px",
        gettext_noop("Number of pixels by which strokes become wider on each side; negative values make them thinner."),
        (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5),
    ),
    Disturbance.NOISE: _Scale(
        gettext_noop("Noise"),
        "σ",
        gettext_noop("Standard deviation of the Gaussian noise added to every pixel; full ink is 1."),
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    ),
}


@dataclass(frozen=True, slots=True)
class RobustnessPoint:
    """One point of a curve.

    Attributes
    ----------
    disturbance, amount
        The change of the images, and its amount.
    count, right
        Number of images, and number of those that were read correctly.
    """

    disturbance: Disturbance
    amount: float
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share of images that were read correctly."""
        return self.right / self.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the accuracy."""
        return wilson_interval(self.right, self.count)


def disturb(
    images: NDArray[np.uint8], disturbance: Disturbance, amount: float, *, seed: int = 0, first: int = 0
) -> NDArray[np.uint8]:
    """Change every image by a known amount.

    Parameters
    ----------
    images
        Bytes (N, C, H, W), ink 255.
    disturbance, amount
        The change and its amount, in the unit of the disturbance.
    seed
        Seed of the noise; the other disturbances are deterministic.
    first
        Index of the first image in its dataset: a part changes as it does within the whole.

    Returns
    -------
    NDArray[uint8]
        (N, C, H, W).
    """
    match disturbance:
        case Disturbance.SHIFT:
            ways = (first + np.arange(len(images))) % 4
            moved = np.empty_like(images)
            for way, (right, down) in enumerate(((1, 0), (0, 1), (-1, 0), (0, -1))):
                moved[ways == way] = shifted(images[ways == way], right * amount, down * amount)
            return moved
        case Disturbance.ROTATION:
            return rotated(images, amount)
        case Disturbance.SCALE:
            return scaled(images, amount)
        case Disturbance.STROKE_WIDTH:
            return thickened(images, amount)
        case Disturbance.NOISE:
            return noisy(images, amount, np.random.default_rng((seed, first)))


def measured_images(dataset: Dataset, *, most: int = MOST_IMAGES, seed: int = 0) -> Dataset:
    """Return the images that the curves are measured on: a small dataset, or a random sample of a larger one."""
    if len(dataset) <= most:
        return dataset
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:most]
    return dataset.subset(np.sort(chosen))


def count_points(disturbances: Sequence[Disturbance] = tuple(Disturbance)) -> int:
    """Return the total number of points of the curves."""
    return sum(len(disturbance.amounts) for disturbance in disturbances)


def measuring_robustness(
    recognizer: Recognizer,
    images: Dataset,
    disturbances: Sequence[Disturbance] = tuple(Disturbance),
    *,
    seed: int = 0,
) -> Iterator[RobustnessPoint]:
    """Measure curves point by point; the caller may stop between two points.

    Parameters
    ----------
    recognizer
        Reads the images.
    images
        The result of `measured_images`; its classes must be among the labels of the recognizer.
    disturbances
        The curves to measure.
    seed
        Seed of the noise. The same seed changes the images in the same way for every model.

    Yields
    ------
    RobustnessPoint
        Curve by curve, the amounts ascending.

    Raises
    ------
    DigitpadError
        If there are no images, or the model does not accept them or does not know their classes.
    """
    for point in measuring_robustness_in_steps(recognizer, images, disturbances, seed=seed):
        if point is not None:
            yield point


def measuring_robustness_in_steps(
    recognizer: Recognizer,
    images: Dataset,
    disturbances: Sequence[Disturbance] = tuple(Disturbance),
    *,
    seed: int = 0,
) -> Iterator[RobustnessPoint | None]:
    """Like `measuring_robustness`, but also yield None between batches, so that the caller can stop within a point."""
    columns = match_classes(recognizer, images)
    targets = columns[images.labels]
    untouched: int | None = None
    for disturbance in disturbances:
        for amount in disturbance.amounts:
            if amount == disturbance.untouched and untouched is not None:
                right = untouched
            else:
                right = yield from _count_right(recognizer, images.images, targets, (disturbance, amount, seed))
            if amount == disturbance.untouched:
                untouched = right
            yield RobustnessPoint(disturbance, amount, len(images), right)


def _count_right(
    recognizer: Recognizer,
    images: Images,
    targets: NDArray[np.int64],
    change: tuple[Disturbance, float, int],
) -> Generator[None, None, int]:
    disturbance, amount, seed = change
    right = 0
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        if amount != disturbance.untouched:
            part = disturb(part, disturbance, amount, seed=seed, first=start)
        read = recognizer.recognize_batch(part).argmax(axis=1)
        right += int((read == targets[start : start + BATCH]).sum())
        yield None
    return right
