"""Synthetic photographs of written pages, for segmentation of the ink.

A realistic task with exact ground truth. Digits of MNIST are drawn on generated paper (fibres, ruled or squared lines,
light from one side, the soft shadow of a hand, camera noise), in ink from faint to dark, together with the exact mask
of the ink. Bright ink is brighter than shaded paper, and a ruled line is as dark as a pencil stroke, so no brightness
threshold separates them: ink is recognized by its surroundings.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.mnist import Split, load_mnist
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

SIDE = 64
"""Height and width of a page in pixels: a multiple of 16, so that it can be halved four times."""

PAPER_MEAN = 0.64
PAPER_STD = 0.2
"""Approximate mean and standard deviation of the pixels of all pages."""

#: Pages made at a time; the result of a seed depends on it, so it must not change.
_CHUNK = 250
#: Number of cells along each side of a page; each cell contains at most one digit.
_PLACES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Images, and masks of the ink.

    Use `Pages.of` to make one from arrays: it computes the checksum.

    Parameters
    ----------
    name
        Name of the pages.
    images
        uint8 (N, 1, H, W), black 0 to white 255. Kept read-only.
    masks
        bool (N, 1, H, W), True for ink. Kept read-only.
    checksum
        SHA-256 in hexadecimal: the same for the same images and masks in the same order.

    Raises
    ------
    DigitpadError
        If shapes or types do not match.
    """

    name: str
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    checksum: str

    def __post_init__(self) -> None:
        images, masks = self.images, self.masks
        if images.ndim != 4 or images.dtype != np.uint8 or masks.dtype != np.bool_ or masks.shape != images.shape:
            raise DigitpadError(
                _(
                    "{name}: images must be bytes (N, 1, H, W) and masks booleans of the same shape, not {images} and "
                    "{masks}; check their source."
                ).format(
                    name=self.name,
                    images=f"{images.dtype} {images.shape}",
                    masks=f"{masks.dtype} {masks.shape}",
                )
            )
        for field, array in (("images", images), ("masks", masks)):
            view = array.view()
            view.setflags(write=False)
            object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.images)

    @classmethod
    def of(cls, name: str, images: NDArray[np.uint8], masks: NDArray[np.bool_]) -> Self:
        """Make pages from arrays, sharing their memory, and compute the checksum."""
        digest = hashlib.sha256(repr(images.shape).encode())
        digest.update(np.ascontiguousarray(images).data)
        digest.update(np.packbits(masks).data)
        return cls(name, images, masks, digest.hexdigest())

    @property
    def targets(self) -> NDArray[np.bool_]:
        """The targets of training: the masks."""
        return self.masks

    def subset(self, indices: Sequence[int] | NDArray[np.integer[Any]], name: str | None = None) -> Self:
        """Return some of the pages, in the given order."""
        chosen = np.asarray(indices, dtype=np.int64)
        return type(self).of(name or self.name, self.images[chosen], self.masks[chosen])

    def split(self, validation: int, rng: np.random.Generator) -> tuple[Self, Self]:
        """Split the pages at random; return the training pages and `validation` validation pages."""
        order = rng.permutation(len(self))
        return (
            self.subset(np.sort(order[validation:])),
            self.subset(np.sort(order[:validation]), f"{self.name} (validation)"),
        )


def load_paper(split: Split = "train") -> Pages:
    """Make the pages for training and evaluation.

    Parameters
    ----------
    split
        `"train"` (3,000 pages with training digits of MNIST) or `"test"` (1,000 pages with test digits). No digit is
        used twice, so validation pages share no digits with the training pages.

    Raises
    ------
    DigitpadError
        If a file of MNIST is missing or is not the original.

    Notes
    -----
    On the test pages, the best brightness threshold has an intersection over union of 0.49, the best threshold of each
    page 0.82 (both chosen with knowledge of the masks), and a U-Net of width 8 after ten epochs, about five minutes on
    one processor, 0.96: see `tests/benchmarks/unet_paper.py`.
    """
    digits = load_mnist(split).images[:, 0]
    count, seed = (3000, 1) if split == "train" else (1000, 2)
    images, masks = make_pages(digits, count, np.random.default_rng(seed))
    name = "paper" if split == "train" else "paper test"
    return Pages.of(name, np.rint(images * 255).astype(np.uint8), masks)


def make_pages(
    digits: NDArray[np.uint8], count: int, rng: np.random.Generator, side: int = SIDE
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Draw digits on paper and simulate a photograph.

    Parameters
    ----------
    digits
        uint8 (M, 28, 28), ink 255 on background 0. They are used in random order, each once before any is repeated.
    count
        Number of pages.
    rng
        Random generator; the same state gives the same pages.
    side
        Height and width of a page in pixels.

    Returns
    -------
    (NDArray, NDArray)
        Images, float32 (count, 1, side, side) in [0, 1], and masks of the ink, bool of the same shape: True where more
        than half of a pixel is covered.
    """
    images = np.empty((count, 1, side, side), np.float32)
    masks = np.empty((count, 1, side, side), np.bool_)
    order = rng.permutation(len(digits))
    taken = 0
    for start in range(0, count, _CHUNK):
        pages = slice(start, min(start + _CHUNK, count))
        n = pages.stop - start
        occupied = _occupy(n, rng)
        total = int(occupied.sum())
        chosen = digits[order[np.arange(taken, taken + total) % len(order)]]
        taken += total
        coverage, darkness = _write(chosen, occupied, side, rng)
        light = _paper(n, side, rng) * (1 - coverage * darkness) * _light(n, side, rng)
        images[pages, 0] = _photograph(light, rng)
        masks[pages, 0] = coverage > 0.5
    return images, masks


def _occupy(n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose the cells of each page that contain a digit, at least one: (n, cells)."""
    places = _PLACES**2
    wanted = rng.integers(1, places + 1, n)
    return rng.random((n, places)).argsort(axis=1) < wanted[:, None]


def _write(
    digits: NDArray[np.uint8], occupied: NDArray[np.bool_], side: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the coverage of each pixel by ink, and the darkness of the ink: (n, side, side) each.

    Each digit is rotated, scaled and shifted at random. The soft edges of MNIST are sharpened, as those of a pen on a
    photograph are.
    """
    n, places = occupied.shape
    coverage = np.zeros((n, side, side), np.float32)
    darkness = np.zeros((n, side, side), np.float32)
    cell = side / _PLACES
    first = 0
    for place in range(places):
        pages = np.flatnonzero(occupied[:, place])
        if not len(pages):
            continue
        batch, first = digits[first : first + len(pages)], first + len(pages)
        middle = (np.array(divmod(place, _PLACES)) + 0.5) * cell - 0.5
        middle = middle + rng.uniform(-0.12, 0.12, (len(pages), 2)) * cell
        scale = rng.uniform(0.9, 1.4, len(pages)) * cell / 32
        ink = _turned(batch, middle, scale, rng.uniform(-0.25, 0.25, len(pages)), side)
        sharp = np.clip((ink - 0.5) * (1.6 * scale)[:, None, None].astype(np.float32) + 0.5, 0, 1)
        strength = rng.uniform(0.4, 0.9, len(pages))[:, None, None].astype(np.float32)
        uneven = 1 + np.float32(0.06) * _noise(len(pages), side, (side // 4, side // 4), rng)
        darkness[pages] = np.where(sharp > coverage[pages], np.clip(strength * uneven, 0.3, 0.97), darkness[pages])
        coverage[pages] = np.maximum(coverage[pages], sharp)
    return coverage, darkness


def _turned(
    digits: NDArray[np.uint8],
    middle: NDArray[np.float64],
    scale: NDArray[np.float64],
    angle: NDArray[np.float64],
    side: int,
) -> NDArray[np.float32]:
    """Return each digit on an empty page, interpolated bilinearly: float32 (n, side, side) in [0, 1].

    Parameters
    ----------
    digits
        uint8 (n, 28, 28).
    middle
        (n, 2): row and column of the centre of the digit on the page.
    scale, angle
        (n,) each: the size relative to MNIST, and the rotation in radians.
    side
        Height and width of the page.
    """
    n = len(digits)
    # A border of empty pixels stands for everything outside.
    padded = np.zeros((n, 30, 30), np.float32)
    padded[:, 1:-1, 1:-1] = digits * np.float32(1 / 255)
    along = np.arange(side, dtype=np.float32)
    rows = along[None, :, None] - middle[:, 0, None, None].astype(np.float32)
    columns = along[None, None, :] - middle[:, 1, None, None].astype(np.float32)
    cosine = (np.cos(angle) / scale)[:, None, None].astype(np.float32)
    sine = (np.sin(angle) / scale)[:, None, None].astype(np.float32)
    y = np.clip(rows * cosine - columns * sine + 14.5, 0, 28.999)
    x = np.clip(rows * sine + columns * cosine + 14.5, 0, 28.999)
    row, column = y.astype(np.int32), x.astype(np.int32)
    down, right = (y - row).astype(np.float32), (x - column).astype(np.float32)
    corner = np.arange(n, dtype=np.int32)[:, None, None] * 900 + row * 30 + column
    above = padded.take(corner) * (1 - right) + padded.take(corner + 1) * right
    below = padded.take(corner + 30) * (1 - right) + padded.take(corner + 31) * right
    ink = above * (1 - down) + below * down
    return ink.astype(np.float32, copy=False)


def _paper(n: int, side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the reflectance of each point of the paper: (n, side, side) in about [0.4, 1]."""
    tone = _each(rng.uniform(0.78, 0.97, n))
    cloudy = _noise(n, side, (side // 12, side // 12), rng)
    fibres = _noise(n, side, (side // 2, side // 7), rng) + _noise(n, side, (side // 7, side // 2), rng)
    grain = _each(rng.uniform(0.006, 0.02, n))
    return tone * (1 + grain * (cloudy + fibres)) * (1 - _lines(n, side, rng))


def _lines(n: int, side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the darkness of printed lines: a third of the pages is blank, a third ruled, a third squared."""
    kind = rng.integers(0, 3, n)
    angle = rng.uniform(-0.12, 0.12, n)
    distance = _each(rng.uniform(7, 16, n))
    thickness = _each(rng.uniform(0.5, 1.3, n))
    darkness = _each(np.where(kind > 0, rng.uniform(0.12, 0.55, n), 0))
    total = np.zeros((n, side, side), np.float32)
    for least, turn in ((1, np.pi / 2), (2, 0.0)):
        offset = _across(side, angle + turn) + _each(rng.uniform(0, 16, n))
        away = np.abs(offset - distance * np.rint(offset / distance))
        line = np.clip(thickness / 2 + 0.5 - away, 0, 1) * np.minimum(thickness, 1)
        np.maximum(total, np.where(_each(kind) >= least, line, 0), out=total)
    return total * darkness


def _light(n: int, side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the light on each point: brighter towards one side, with a soft shadow beyond an edge."""
    towards = _across(side, rng.uniform(0, 2 * np.pi, n)) / side
    slope = 1 + _each(rng.uniform(0, 0.45, n)) * towards
    edge = _across(side, rng.uniform(0, 2 * np.pi, n)) - _each(rng.uniform(-0.4, 0.7, n) * side)
    softness = _each(rng.uniform(1.5, 10, n))
    shade = 0.5 + 0.5 * np.tanh(edge / softness)
    light: NDArray[np.float32] = (
        slope * (1 - _each(rng.uniform(0, 0.62, n)) * shade) * _each(rng.uniform(0.75, 1.05, n))
    )
    return light


def _photograph(light: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Simulate the camera: slight blur, and noise proportional to the square root of the light."""
    blur = _each(rng.uniform(0, 0.12, len(light)))
    padded = np.pad(light, ((0, 0), (1, 1), (1, 1)), mode="edge")
    upright = padded[:, 1:-1] * (1 - 2 * blur) + (padded[:, :-2] + padded[:, 2:]) * blur
    soft = upright[:, :, 1:-1] * (1 - 2 * blur) + (upright[:, :, :-2] + upright[:, :, 2:]) * blur
    noise = rng.standard_normal(light.shape, np.float32) * _each(rng.uniform(0.006, 0.02, len(light)))
    return np.clip(soft + noise * np.sqrt(np.maximum(soft, 0)), 0, 1)


def _noise(n: int, side: int, cells: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return smooth noise of about unit variance, (n, side, side): random values on a grid of `cells`, interpolated."""
    grid = rng.standard_normal((n, cells[0] + 1, cells[1] + 1), np.float32)
    down, right = (_interpolation(side, count) for count in cells)
    smooth = down @ grid @ right.T
    return smooth.astype(np.float32, copy=False)


def _interpolation(side: int, cells: int) -> NDArray[np.float32]:
    """Return the matrix (side, cells + 1) that interpolates the values of a grid linearly to `side` pixels."""
    place = np.arange(side)[:, None] * (cells / (side - 1))
    matrix: NDArray[np.float32] = np.maximum(0, 1 - np.abs(place - np.arange(cells + 1))).astype(np.float32)
    return matrix


def _across(side: int, angle: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the distance of each pixel from the centre along the direction `angle` of its page: (n, side, side)."""
    along = np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)
    distance = _each(np.sin(angle)) * along[:, None] + _each(np.cos(angle)) * along
    return distance.astype(np.float32, copy=False)


def _each(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return one number per page, (n,), as float32 (n, 1, 1), which broadcasts over the pixels."""
    column: NDArray[np.float32] = values.astype(np.float32)[:, None, None]
    return column
