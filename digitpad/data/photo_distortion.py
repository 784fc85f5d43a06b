"""Distortions of photographs: resized crops, horizontal flips, brightness, contrast and saturation.

A photograph has no background, so what a change would move in from outside is never shown: a crop is a part of the
image, enlarged to its size. Images are float32 (N, C, H, W), from 0 for black to 255 for white.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]

#: Weights of red, green and blue in the grey of a pixel (ITU-R BT.601), which is how bright it looks.
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


class Crops(NamedTuple):
    """A rectangle for each of n images, in pixels and fractions of pixels, and whether it is mirrored: (n,) each."""

    left: NDArray[np.float64]
    top: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]
    mirrored: NDArray[np.bool_]


def random_crops(
    n: int, size: tuple[int, int], *, crop: float, stretch: float, flip: float, rng: np.random.Generator
) -> Crops:
    """Draw a random part of each image.

    Parameters
    ----------
    n
        Number of images.
    size
        Their height and width in pixels.
    crop
        Largest share of the area that is cut away; areas are uniformly distributed.
    stretch
        Largest relative change of the aspect ratio, in either direction; its logarithm is uniformly distributed.
    flip
        Share of the images that are mirrored.
    rng
        Random generator.
    """
    height, width = size
    area = rng.uniform(1 - crop, 1, n)
    ratio = np.exp(rng.uniform(-1, 1, n) * np.log1p(stretch))
    # A part is never larger than the image: what a stretched one lacks in one direction is left out.
    wide = width * np.minimum(np.sqrt(area * ratio), 1)
    high = height * np.minimum(np.sqrt(area / ratio), 1)
    left, top = rng.uniform(0, 1, (2, n)) * (width - wide, height - high)
    return Crops(left, top, wide, high, rng.random(n) < flip)


def cropped(images: Pixels, crops: Crops) -> Pixels:
    """Enlarge a part of each image to the size of the image, by bilinear interpolation.

    Down the columns, whole rows of pixels are interpolated. Along the rows, interpolation is the product of an image
    with a matrix, whose columns contain the weights of the two pixels between which an output pixel lies.

    Parameters
    ----------
    images
        (N, C, H, W).
    crops
        The parts; one of the size of the image returns the image.
    """
    height, width = images.shape[2:]
    down, right = _places(crops.top, crops.height, height), _places(crops.left, crops.width, width)
    right = np.where(crops.mirrored[:, np.newaxis], right[:, ::-1], right)
    enlarged = np.empty_like(images)
    for image, rows, columns, out in zip(images, down, right, enlarged, strict=True):
        above = np.minimum(rows.astype(np.intp), max(0, height - 2))
        between, below = image.take(above, axis=1), image.take(np.minimum(above + 1, height - 1), axis=1)
        below -= between
        below *= (rows - above)[:, np.newaxis]
        between += below
        # A pixel's weight falls linearly from 1 at its own centre to 0 at those of its neighbours.
        weights = 1 - np.abs(columns - np.arange(width, dtype=np.float32)[:, np.newaxis])
        np.matmul(between, np.maximum(weights, 0, out=weights), out=out)
    return enlarged


def _places(start: NDArray[np.float64], length: NDArray[np.float64], side: int) -> Pixels:
    """Return where in the image each output pixel lies along one axis, (n, side), in pixels from the first centre.

    Pixel i has its centre at i + 0.5, in the part as in the image. Beyond the outermost centres, that pixel continues.
    """
    step = length / side
    place = start[:, np.newaxis] + (np.arange(side) + 0.5) * step[:, np.newaxis] - 0.5
    inside: Pixels = np.clip(place, 0, side - 1).astype(np.float32)
    return inside


def lighten(images: Pixels, brightness: NDArray[np.float64], contrast: NDArray[np.float64]) -> None:
    """Multiply the brightness of images, and then their contrast, in place.

    out = (x - m) * contrast + m, where x = image * brightness and m is the mean grey of x. Nothing is clipped.

    Parameters
    ----------
    images
        (N, C, H, W).
    brightness, contrast
        The factors of each image, (N,).
    """
    mean = grey(images).mean(axis=(1, 2)) * brightness
    images *= (brightness * contrast).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    images += (mean * (1 - contrast)).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]


def saturate(images: Pixels, factors: NDArray[np.float64]) -> None:
    """Multiply the difference of each colour from its grey, in place; images without colours stay as they are.

    Parameters
    ----------
    images
        (N, C, H, W).
    factors
        The factor of each image, (N,): 0 for grey, 1 for the image itself.
    """
    if images.shape[1] != len(_GREY):
        return
    each = factors.astype(np.float32)[:, np.newaxis, np.newaxis]
    rest = grey(images) * (1 - each)
    images *= each[:, np.newaxis]
    images += rest[:, np.newaxis]


def grey(images: Pixels) -> Pixels:
    """Return the brightness of each pixel, (N, H, W); the mean over the channels unless there are three."""
    channels = images.shape[1]
    weights = _GREY if channels == len(_GREY) else np.full(channels, 1 / channels, np.float32)
    flat = images.reshape(*images.shape[:2], -1)
    bright: Pixels = (weights @ flat).reshape(len(images), *images.shape[2:])
    return bright
