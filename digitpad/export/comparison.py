"""Compares the outputs of a network and its exported copy on the same images."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Preprocessing
from digitpad.nn import Sequential
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _

#: Largest difference between outputs near 1 that is attributed to rounding.
TOLERANCE = 1e-4

_DIGITS = 1000
_BATCH = 100
#: Multiply-adds of all images together, if they are not digits: a few seconds of work.
_WORK = 10_000_000_000

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Returns the output of a network for a batch of normalized images."""


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """The images for both networks.

    Attributes
    ----------
    images
        Normalized, float32 (N, C, H, W).
    name
        A description of the images in the user's language.
    """

    images: NDArray[np.float32]
    name: str


def probes_for(network: Sequential, input_shape: Shape, preprocessing: Preprocessing) -> Probes:
    """Return 1,000 test digits, or random images for a network with another input shape.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample.
    preprocessing
        The normalization of images.
    """
    if tuple(input_shape) == (1, 28, 28):
        digits = load_mnist("test").images[:_DIGITS]
        return Probes(
            preprocessing.normalize(digits),
            _("{count:,} test digits").format(count=len(digits)),
        )
    work = network.multiply_adds(input_shape)
    count = min(_DIGITS, max(4, _WORK // max(work, math.prod(input_shape) * 1000)))
    images = np.random.default_rng(0).standard_normal((count, *input_shape)).astype(np.float32)
    return Probes(images, _("{count:,} random images").format(count=count))


def largest_difference(network: Sequential, other: Answer, probes: Probes) -> float:
    """Return the largest difference between the outputs of a network and its exported copy.

    Parameters
    ----------
    network
        The original.
    other
        The copy.
    probes
        The images for both.

    Raises
    ------
    DigitpadError
        If outputs differ by more than rounding (`TOLERANCE`, or that share of the largest output), or the predicted
        classes differ.
    """
    largest = 0.0
    for start in range(0, len(probes.images), _BATCH):
        batch = probes.images[start : start + _BATCH]
        own, its = network.forward(batch), other(batch)
        if own.shape != its.shape:
            raise DigitpadError(
                _(
                    "The output of the exported network has shape {other}, not {own}, so it was not written; please "
                    "report this."
                ).format(other=its.shape, own=own.shape)
            )
        difference = float(np.abs(own - its).max())
        allowed = TOLERANCE * max(1.0, float(np.abs(own).max()))
        # Not `>`, which would accept NaN.
        if not difference <= allowed:
            raise DigitpadError(
                _(
                    "The outputs of the exported network differ by {difference:.1e} on {images} (allowed: "
                    "{allowed:.1e}), so it was not written; please report this."
                ).format(difference=difference, images=probes.name, allowed=allowed)
            )
        # For maps and single logits near zero, rounding alone may change the sign.
        if own.ndim == 2 and (own.argmax(axis=1) != its.argmax(axis=1)).any():
            raise DigitpadError(
                _(
                    "The exported network predicts another class for one of {images}, so it was not written; please "
                    "report this."
                ).format(images=probes.name)
            )
        largest = max(largest, difference)
    return largest
