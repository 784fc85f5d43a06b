"""Results of wrong segmentation: pieces of digits, two digits or one and a half in an image, and blots.

The reader of numbers tries many segmentations, and chooses the one whose segments are digits. So the result of a wrong
cut must not be read as a digit: the left half of a zero, or a one and a five in one box.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.data.images import image_to_digit

#: Digits whose halves are not digits: the right half of an eight is a three, that of a four is a one.
_HALVED_LEFT = (0, 2, 3)
_HALVED_RIGHT = (0,)


def pairs(images: NDArray[np.uint8], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Place two digits side by side, apart, touching or slightly overlapping.

    Parameters
    ----------
    images
        Digits, uint8 (N, 28, 28).
    count
        Number of images to make.
    rng
        Random generator.

    Returns
    -------
    NDArray[float32]
        (count, 28, 28), prepared like all images.
    """
    made = []
    for first, second in images[rng.integers(len(images), size=(count, 2))]:
        left, right = _trimmed(first), _trimmed(second)
        page, _ = _beside(left, right, 6, rng)
        made.append(image_to_digit(page))
    return np.stack(made)


def wrong_cuts(images: NDArray[np.uint8], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Place two touching digits side by side and cut through one: a whole digit with a piece of its neighbour.

    Parameters and result are those of `pairs`.
    """
    made: list[NDArray[np.float32]] = []
    while len(made) < count:
        first, second = images[rng.integers(len(images), size=2)]
        left, right = _trimmed(first), _trimmed(second)
        page, begin = _beside(left, right, 1, rng)
        keep_left = rng.random() < 0.5
        cut_one = right if keep_left else left
        # A piece of a narrow digit would be the whole digit, or a line that does not change its neighbour.
        if cut_one.shape[1] < 12:
            continue
        piece = round(cut_one.shape[1] * rng.uniform(0.4, 0.65))
        end_of_left = 4 + left.shape[1]
        part = page[:, : begin + piece] if keep_left else page[:, end_of_left - piece :]
        made.append(image_to_digit(part))
    return np.stack(made)


def halves(
    images: NDArray[np.uint8], labels: NDArray[np.int64], count: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Cut digits vertically and keep one half; parameters as for `pairs`, and the `labels` (N,) of the images."""
    made: list[NDArray[np.float32]] = []
    lefts, rights = (np.flatnonzero(np.isin(labels, chosen)) for chosen in (_HALVED_LEFT, _HALVED_RIGHT))
    while len(made) < count:
        keep_left = rng.random() < 0.6
        ink = _trimmed(images[rng.choice(lefts if keep_left else rights)])
        # Half of a narrow digit is a line, which is a one.
        if ink.shape[1] < 12:
            continue
        cut = round(ink.shape[1] * rng.uniform(0.35, 0.5))
        page = np.zeros((28, 28), np.float32)
        _lay(page, ink[:, :cut] if keep_left else ink[:, -cut:], 2, 8)
        made.append(image_to_digit(page))
    return np.stack(made)


def blots(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return filled discs and boxes of all sizes, from blank images to images full of ink: (count, 28, 28)."""
    middle, half = rng.uniform(12, 16, (2, count, 1, 1)), rng.uniform(0, 16, (2, count, 1, 1))
    half[:, : count // 3] = rng.uniform(1, 4, (1, count // 3, 1, 1))
    rows, columns = np.arange(28)[:, np.newaxis] - middle[0], np.arange(28) - middle[1]
    box = np.maximum(np.abs(rows) - half[0], np.abs(columns) - half[1])
    # A box that is taller than wide is a one.
    square = np.maximum(np.abs(rows), np.abs(columns)) - half[0]
    disc = np.hypot(rows, columns) - half[0]
    upright = half[0] > 1.6 * half[1]
    kind = rng.integers(0, 3, (count, 1, 1))
    edge = np.select([kind == 0, (kind == 1) & ~upright], [disc, box], square)
    drawn: NDArray[np.float32] = np.clip(0.5 - edge, 0, 1).astype(np.float32)
    drawn[rng.random(count) < 0.1] = 0
    return drawn


def _trimmed(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the image cropped to the bounding box of the ink, in [0, 1]."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 25), np.flatnonzero(image.max(axis=0) > 25)
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return ink.astype(np.float32) / np.float32(255)


def _beside(
    left: NDArray[np.float32], right: NDArray[np.float32], widest: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], int]:
    """Return an image of two digits, less than `widest` pixels apart or overlapping, and where the right one begins."""
    page = np.zeros((48, 72), np.float32)
    # The overlap is limited, so that neither digit is lost in the other.
    overlap = min(5, left.shape[1] // 3, right.shape[1] // 3)
    begin = 4 + left.shape[1] + int(rng.integers(-overlap, widest))
    _lay(page, left, 24 - left.shape[0] // 2, 4)
    _lay(page, right, 24 - right.shape[0] // 2 + int(rng.integers(-3, 4)), begin)
    return page, begin


def _lay(page: NDArray[np.float32], ink: NDArray[np.float32], top: int, left: int) -> None:
    place = page[top : top + ink.shape[0], left : left + ink.shape[1]]
    np.maximum(place, ink, out=place)
