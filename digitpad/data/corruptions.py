"""Noise and clutter: fifteen ways in which images of digits are spoiled, as the benchmark MNIST-C defines them.

They measure a network (`tests/benchmarks/noise_and_clutter.py`), and weaker ones of the same kinds train it. A new
camera or scanner spoils images in its own way, so a network that has learned some of these kinds is better prepared,
but its accuracy on exactly these kinds overstates how robust it is.

Source: Mu and Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision", 2019; the amounts are those of its code.
Images are uint8 (N, 1, 28, 28), ink 255 on background 0.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from digitpad.data.distortion import Geometry, Images, check_images, moved, to_bytes
from digitpad.data.edges import canny, gaussian
from digitpad.data.fog import fog_maps

Floats = NDArray[np.float32]
"""Images (N, 28, 28) with values in [0, 1]."""

Corruption = Callable[[Floats, np.random.Generator, float], Floats]
"""Spoils images (N, 28, 28) in [0, 1] at a strength in (0, 1], where 1 is that of the benchmark."""

_SIDE = 28
#: Distance from a line, in pixels, at which its ink ends.
_LINE_REACH = 2.3


def corrupted(images: Images, kind: str, rng: np.random.Generator, strength: float = 1.0) -> Images:
    """Spoil images.

    Parameters
    ----------
    images
        uint8 (N, 1, 28, 28).
    kind
        One of `CORRUPTIONS`.
    rng
        Random generator; each image is spoiled differently.
    strength
        Above 0, and at most 1, which is the strength of the benchmark. Kinds without degrees (stripe, dotted line,
        zigzag and edges) ignore it.

    Raises
    ------
    ValueError
        If the kind is unknown, or the images or the strength do not fit.
    """
    if kind not in CORRUPTIONS:
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(CORRUPTIONS)}")
    if not 0 < strength <= 1:
        raise ValueError(f"the strength is {strength!r}; expected a number above 0 and at most 1")
    check_images(images)
    if images.shape[1:] != (1, _SIDE, _SIDE):
        raise ValueError(f"the images have shape {images.shape}; expected (N, 1, {_SIDE}, {_SIDE})")
    floats = images[:, 0].astype(np.float32) / np.float32(255)
    spoiled = CORRUPTIONS[kind](floats, rng, strength).astype(np.float32)
    return to_bytes(spoiled * np.float32(255))[:, np.newaxis]


def _shot_noise(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    photons = 3 / strength
    return (rng.poisson(x * photons) / photons).astype(np.float32)


def _impulse_noise(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    hit, white = rng.random(x.shape) < 0.17 * strength, rng.random(x.shape) < 0.5
    return np.where(hit, white, x).astype(np.float32)


def _glass_blur(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Swap neighbouring pixels, one after the other, between two small blurs."""
    shuffled = gaussian(x, 0.7)
    every = np.arange(len(x))
    for _round in range(2):
        for row in range(_SIDE - 1, 1, -1):
            for column in range(_SIDE - 1, 1, -1):
                down, right = rng.integers(-1, 1, (2, len(x))) * (rng.random(len(x)) < 0.5 * strength)
                other = (every, row + down, column + right)
                here = shuffled[:, row, column].copy()
                shuffled[:, row, column] = shuffled[other]
                shuffled[other] = here
    return gaussian(shuffled, 0.7)


def _motion_blur(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    """Smear towards one side, along a direction within 45 degrees of the horizontal."""
    angles = np.radians(rng.uniform(-45, 45, len(x)))
    weights = np.exp(-0.5 * (np.arange(21) / (3 * strength)) ** 2)
    weights /= weights.sum()
    padded = np.pad(x, ((0, 0), (21, 21), (21, 21)))
    rows, columns = np.mgrid[21 : 21 + _SIDE, 21 : 21 + _SIDE]
    blurred = np.zeros_like(x)
    for step, weight in enumerate(weights):
        across, along = (np.ceil(step * part(angles) - 0.5).astype(np.intp) for part in (np.cos, np.sin))
        image = np.arange(len(x))[:, np.newaxis, np.newaxis]
        shifted = padded[image, rows + along[:, np.newaxis, np.newaxis], columns + across[:, np.newaxis, np.newaxis]]
        blurred += np.float32(weight) * shifted
    return blurred


def _shear(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    angle = 0.4 * strength * rng.choice([-1.0, 1.0], len(x))
    return _mapped(x, (np.ones(len(x)), -np.sin(angle)), (np.zeros(len(x)), np.cos(angle)))


def _scale(x: Floats, _rng: np.random.Generator, strength: float) -> Floats:
    factor = np.full(len(x), 1 / (1 - 0.3 * strength))
    none = np.zeros(len(x))
    return _mapped(x, (factor, none), (none, factor))


def _rotate(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    angle = 0.4 * strength * rng.choice([-1.0, 1.0], len(x))
    return _mapped(x, (np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle)))


def _brightness(x: Floats, _rng: np.random.Generator, strength: float) -> Floats:
    bright: Floats = np.minimum(x + np.float32(0.5 * strength), 1)
    return bright


def _translate(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    pixels = 3 * strength * rng.choice([-1.0, 1.0], (2, len(x)))
    one, none = np.ones(len(x)), np.zeros(len(x))
    return _mapped(x, (one, none), (none, one), pixels)


def _stripe(x: Floats, _rng: np.random.Generator, _strength: float) -> Floats:
    striped = x.copy()
    striped[..., :7] = 1 - striped[..., :7]
    striped[..., 21:] = 1 - striped[..., 21:]
    return striped


def _fog(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    brightest = x.max(axis=(1, 2), keepdims=True, initial=1e-3)
    amount = 3 * strength
    foggy: Floats = (x + np.float32(amount) * fog_maps(len(x), rng)) * brightest / (brightest + np.float32(amount))
    return foggy


def _spatter(x: Floats, rng: np.random.Generator, strength: float) -> Floats:
    liquid = gaussian(rng.normal(0.65, 0.3, x.shape).astype(np.float32), 1.0)
    mud = gaussian((liquid > 0.65 + 0.05 * (1 - strength)).astype(np.float32), 1.5)
    mud[mud < 0.8] = 0
    return x * (1 - mud) + np.float32(63 / 255) * mud


def _dotted_line(x: Floats, rng: np.random.Generator, _strength: float) -> Floats:
    first, last = rng.integers(0, 27, (2, len(x)))
    none, end = np.zeros(len(x)), np.full(len(x), 27.0)
    line = _lines(none, first.astype(np.float64), end, last.astype(np.float64))
    # Two columns with ink, two without.
    line *= np.arange(_SIDE) // 2 % 2
    crossed: Floats = np.minimum(x + line, 1)
    return crossed


def _zigzag(x: Floats, rng: np.random.Generator, _strength: float) -> Floats:
    """Draw a zigzag of small waves, 2 pixels up and down, across each image."""
    first = rng.integers(0, 27, len(x))
    angle = np.arctan(rng.integers(-5, 5, len(x)) / 23)
    length = 23 / np.cos(angle)
    drawn = x.copy()
    steps = 2.0 * np.arange(14)
    heights = np.where(steps == 0, 0.0, np.where(np.arange(14) % 2 == 1, 2.0, -2.0))
    for step, height, before in zip(steps[1:], heights[1:], heights[:-1], strict=True):
        start, end = np.minimum(step - 2, length), np.minimum(step, length)
        part = (end - start) / 2
        ends = [
            (place * np.cos(angle) - rise * np.sin(angle) + 2, place * np.sin(angle) + rise * np.cos(angle) + first)
            for place, rise in ((start, np.full(len(x), before)), (end, before + part * (height - before)))
        ]
        drawn = np.minimum(drawn + _lines(ends[0][0], ends[0][1], ends[1][0], ends[1][1]), 1)
    return drawn


def _canny_edges(x: Floats, _rng: np.random.Generator, _strength: float) -> Floats:
    return canny(x).astype(np.float32)


def _lines(
    start_x: NDArray[np.float64], start_y: NDArray[np.float64], end_x: NDArray[np.float64], end_y: NDArray[np.float64]
) -> Floats:
    """Return a soft line for each image, (N, 28, 28), from left to right; all arguments are (N,)."""
    run = end_x - start_x
    slope = np.divide(end_y - start_y, run, out=np.zeros_like(run), where=run > 1e-6)
    columns = np.arange(_SIDE)
    middle = slope[:, np.newaxis] * (columns - start_x[:, np.newaxis]) + start_y[:, np.newaxis]
    away = np.abs(columns[np.newaxis, :, np.newaxis] - middle[:, np.newaxis])
    ink = np.clip(np.log(1 - np.minimum(away, _LINE_REACH - 1e-9) / _LINE_REACH) + 1, 0, 1)
    within = (columns >= np.floor(start_x)[:, np.newaxis]) & (columns < np.ceil(end_x)[:, np.newaxis])
    within &= (run > 1e-6)[:, np.newaxis]
    lines: Floats = (ink * within[:, np.newaxis]).astype(np.float32)
    return lines


def _mapped(
    x: Floats,
    from_x: tuple[NDArray[np.float64], NDArray[np.float64]],
    from_y: tuple[NDArray[np.float64], NDArray[np.float64]],
    shift: NDArray[np.float64] | None = None,
) -> Floats:
    """Look up each pixel at a linear function of its place, about the centre of the image.

    `from_x` and `from_y` are the factors of x and y in the source's x and y, (N,) each; `shift` (2, N) is added.
    """
    n = len(x)
    place = np.arange(_SIDE) - (_SIDE - 1) / 2
    across, down = place[np.newaxis, np.newaxis, :], place[np.newaxis, :, np.newaxis]
    factors = [value[:, np.newaxis, np.newaxis] for value in (*from_x, *from_y)]
    more = np.zeros((2, n)) if shift is None else shift
    bend = np.stack(
        [
            factors[0] * across + factors[1] * down - across + more[0][:, np.newaxis, np.newaxis],
            factors[2] * across + factors[3] * down - down + more[1][:, np.newaxis, np.newaxis],
        ]
    )
    none = np.zeros(n)
    still = Geometry(none, none, np.ones(n), np.zeros((2, n)))
    return moved(x[:, np.newaxis], still, bend.astype(np.float32))[:, 0]


CORRUPTIONS: Mapping[str, Corruption] = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "canny edges": _canny_edges,
}
"""The fifteen kinds of MNIST-C."""

CLUTTER = (
    "shot noise",
    "impulse noise",
    "motion blur",
    "brightness",
    "stripe",
    "fog",
    "spatter",
    "dotted line",
    "zigzag",
    "canny edges",
)
"""Kinds for training; the geometric ones are part of `Augmentation`, and glass blur is left out to see what is learned
of a kind that was never trained."""


def cluttered(images: Images, rng: np.random.Generator) -> Images:
    """Spoil each image in one of the ways of `CLUTTER`, with a random strength; for training.

    Parameters
    ----------
    images
        uint8 (N, 1, 28, 28).
    rng
        Random generator.
    """
    result = images.copy()
    kinds = rng.integers(len(CLUTTER), size=len(images))
    for number in np.unique(kinds):
        chosen = np.flatnonzero(kinds == number)
        # One strength for the images of a kind: a batch has a few of each, and there are many batches.
        result[chosen] = corrupted(images[chosen], CLUTTER[number], rng, math.sqrt(rng.uniform(0.05, 1)))
    return result
