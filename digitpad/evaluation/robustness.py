"""How much a network bears: the same images again, changed by known amounts, a little more each time.

What is changed are the prepared images, just before the network sees them. A drawing is cropped, scaled and centred on
its way there, so that a digit in the corner of the canvas is not what a shift here means: it is what the network itself
makes of a digit that lies a pixel off.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from digitpad.data.augmentation import noisy, rotated, scaled, shifted, thickened
from digitpad.data.dataset import Dataset
from digitpad.evaluation.reading import BATCH, match_classes
from digitpad.evaluation.statistics import Interval, wilson_interval
from digitpad.reading.recognizer import Recognizer

MOST_IMAGES = 2000
"""So many images are read for each point, drawn at random from larger data sets."""


class Disturbance(Enum):
    """What is done to the images."""

    SHIFT = "shift"
    ROTATION = "rotation"
    SCALE = "scale"
    STROKE_WIDTH = "stroke width"
    NOISE = "noise"

    @property
    def unit(self) -> str:
        """What the amounts count."""
        return _SCALES[self].unit

    @property
    def meaning(self) -> str:
        """What an amount means, in words."""
        return _SCALES[self].meaning

    @property
    def amounts(self) -> tuple[float, ...]:
        """The amounts that a curve is made of, rising."""
        return _SCALES[self].amounts

    @property
    def untouched(self) -> float:
        """The amount that changes nothing."""
        return _SCALES[self].untouched


@dataclass(frozen=True, slots=True)
class _Scale:
    unit: str
    meaning: str
    amounts: tuple[float, ...]
    untouched: float = 0.0


_SCALES = {
    Disturbance.SHIFT: _Scale(
        "px",
        "pixels that each image is moved, a quarter of them each way: right, down, left, up",
        (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0),
    ),
    Disturbance.ROTATION: _Scale(
        "°",
        "degrees that each image is turned about its middle, anticlockwise",
        (-60.0, -45.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0, 45.0, 60.0),
    ),
    Disturbance.SCALE: _Scale(
        "×",
        "how large each digit is, compared with itself",
        (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4),
        untouched=1.0,
    ),
    Disturbance.STROKE_WIDTH: _Scale(
        "px",
        "pixels that the edges of the strokes are moved outwards, or inwards below 0",
        (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5),
    ),
    Disturbance.NOISE: _Scale(
        "of full ink",
        "standard deviation of Gaussian noise on every pixel, as a share of full ink",
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    ),
}


@dataclass(frozen=True, slots=True)
class RobustnessPoint:
    """One point of a curve.

    Attributes
    ----------
    disturbance, amount
        What was done to the images, and how much of it.
    count, right
        How many images were read, and how many correctly.
    """

    disturbance: Disturbance
    amount: float
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share that was read correctly."""
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
        What is done, and how much of it, in the disturbance's unit.
    seed
        Of the noise; the other disturbances know no chance.
    first
        The number of the first image in its data set: a part is changed as it is within the whole.

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
    """Return the images that the curves are measured on: all of a small data set, of a larger one some by chance."""
    if len(dataset) <= most:
        return dataset
    chosen = np.random.default_rng(seed).permutation(len(dataset))[:most]
    return dataset.subset(np.sort(chosen))


def count_points(disturbances: Sequence[Disturbance] = tuple(Disturbance)) -> int:
    """Return how many points all curves have together."""
    return sum(len(disturbance.amounts) for disturbance in disturbances)


def measuring_robustness(
    recognizer: Recognizer,
    images: Dataset,
    disturbances: Sequence[Disturbance] = tuple(Disturbance),
    *,
    seed: int = 0,
) -> Iterator[RobustnessPoint]:
    """Measure curves, a point at a time; whoever iterates may stop between any two.

    Parameters
    ----------
    recognizer
        Reads the images.
    images
        What `measured_images` gives; its classes must be among the recognizer's labels.
    disturbances
        Which curves.
    seed
        Of the noise. The same seed changes the images alike for every model.

    Yields
    ------
    RobustnessPoint
        Curve by curve, the amounts rising.

    Raises
    ------
    DigitpadError
        If the images are none, or the model cannot take them or does not know their classes.
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
    """Do as `measuring_robustness`, and yield None between batches, so that one can stop within a point too."""
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
    images: NDArray[np.uint8],
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
