"""Whether a network is right as often as it says: of the readings it gives 90 %, nine in ten should be correct."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The readings whose probability lies in one range.

    Attributes
    ----------
    low, high
        The range: above `low`, up to and including `high`.
    count
        How many readings there are.
    confidence
        The mean of their probabilities; None without readings.
    accuracy
        The share of them that are correct; None without readings.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far what a network says and what is true lie apart.

    Attributes
    ----------
    error
        The expected calibration error, in [0, 1]: the mean gap between confidence and accuracy of the bins, each bin
        counting by its readings.
    worst
        The largest gap of a bin that has readings.
    confidence
        The mean probability of all readings. Above the accuracy, the network thinks too well of itself.
    bins
        From 0 to 1, equally wide.
    """

    error: float
    worst: float
    confidence: float
    bins: tuple[ReliabilityBin, ...]


def calibration(confidences: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = BINS) -> Calibration:
    """Sort readings into bins by their probability, and compare each bin's mean with its share of correct ones.

    Parameters
    ----------
    confidences
        (N,), in [0, 1]: the probability of each best reading.
    correct
        (N,): whether the reading is right.
    bins
        How many, of equal width.

    Raises
    ------
    ValueError
        If there is nothing to sort, the lengths differ, or a probability lies outside [0, 1].

    Notes
    -----
    C. Guo et al., "On calibration of modern neural networks", ICML 2017, with their fifteen bins.
    """
    if confidences.shape != correct.shape or confidences.ndim != 1 or not len(confidences):
        raise ValueError(
            f"calibration: {confidences.shape} confidences and {correct.shape} answers; expected (N,) each"
        )
    values = confidences.astype(np.float64)
    if not (values.min() >= 0 and values.max() <= 1):
        raise ValueError("calibration: confidences lie outside [0, 1]")
    edges = np.arange(bins + 1) / bins
    # (low, high]; a probability of exactly 0 counts in the first.
    places = np.maximum(np.searchsorted(edges, values, side="left") - 1, 0)
    counts = np.bincount(places, minlength=bins)
    sums = np.bincount(places, weights=values, minlength=bins)
    rights = np.bincount(places, weights=correct, minlength=bins)
    sorted_in = tuple(
        ReliabilityBin(
            float(edges[index]),
            float(edges[index + 1]),
            int(count),
            float(sums[index] / count) if count else None,
            float(rights[index] / count) if count else None,
        )
        for index, count in enumerate(counts)
    )
    gaps = np.abs(sums - rights)
    used = counts > 0
    return Calibration(
        error=float(gaps.sum() / len(values)),
        worst=float((gaps[used] / counts[used]).max()),
        confidence=float(values.mean()),
        bins=sorted_in,
    )
