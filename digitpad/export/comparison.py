"""Do two networks give the same answers? Both are shown the same images, and the largest difference counts."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import normalize
from digitpad.data.mnist import load_mnist
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Preprocessing
from digitpad.nn import Sequential
from digitpad.nn.backend import Shape

#: Largest difference between outputs of about one that is put down to rounding.
TOLERANCE = 1e-4

_DIGITS = 1000
_BATCH = 100
#: Multiply-adds for all the images together, where they are not digits: a few seconds' work.
_WORK = 10_000_000_000

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From a batch of normalised images to the network's output."""


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What both networks are shown.

    Attributes
    ----------
    images
        Normalised, float32 (N, C, H, W).
    name
        What they are, for a person.
    """

    images: NDArray[np.float32]
    name: str


def probes_for(network: Sequential, input_shape: Shape, preprocessing: Preprocessing) -> Probes:
    """Return 1,000 test digits, or random images for a network that does not take digits.

    Parameters
    ----------
    network
        What will read them.
    input_shape
        Shape of one sample.
    preprocessing
        How pictures are prepared.
    """
    if tuple(input_shape) == (1, 28, 28):
        digits = load_mnist("test").images[:_DIGITS]
        return Probes(normalize(digits, preprocessing.mean, preprocessing.std), f"{len(digits):,} test digits")
    work = network.multiply_adds(input_shape)
    count = min(_DIGITS, max(4, _WORK // max(work, math.prod(input_shape) * 1000)))
    images = np.random.default_rng(0).standard_normal((count, *input_shape)).astype(np.float32)
    return Probes(images, f"{count:,} random images")


def largest_difference(network: Sequential, other: Answer, probes: Probes) -> float:
    """Return the largest difference between any two outputs of a network and its copy elsewhere.

    Parameters
    ----------
    network
        The original.
    other
        The copy.
    probes
        What both are shown.

    Raises
    ------
    DigitpadError
        If outputs differ by more than rounding (`TOLERANCE`, or its share of the largest output), or another class
        has the largest logit.
    """
    largest = 0.0
    for start in range(0, len(probes.images), _BATCH):
        batch = probes.images[start : start + _BATCH]
        own, its = network.forward(batch), other(batch)
        if own.shape != its.shape:
            raise DigitpadError(
                f"The exported network answers in shape {its.shape}, not {own.shape}, so it was not written; "
                "please report this."
            )
        difference = float(np.abs(own - its).max())
        allowed = TOLERANCE * max(1.0, float(np.abs(own).max()))
        # Not `>`: a difference that is not a number is none that can be allowed.
        if not difference <= allowed:
            raise DigitpadError(
                f"The exported network's outputs differ by {difference:.1e} on {probes.name} (allowed: {allowed:.1e}), "
                "so it was not written; please report this."
            )
        # For maps and single logits, near zero, rounding alone may change a side.
        if own.ndim == 2 and (own.argmax(axis=1) != its.argmax(axis=1)).any():
            raise DigitpadError(
                f"The exported network gives another answer on one of {probes.name}, so it was not written; please "
                "report this."
            )
        largest = max(largest, difference)
    return largest
