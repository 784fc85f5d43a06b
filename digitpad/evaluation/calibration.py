"""Calibration: of the readings with a confidence of 90 %, nine in ten should be correct."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The readings whose confidence lies in one range.

    Attributes
    ----------
    low, high
        The range: above `low`, up to and including `high`.
    count
        Number of readings.
    confidence
        Mean confidence of the readings; None without readings.
    accuracy
        Share of the readings that are correct; None without readings.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far the confidence of a network differs from its accuracy.

    Attributes
    ----------
    error
        Expected calibration error, in [0, 1]: the mean gap between confidence and accuracy of the bins, weighted by
        their number of readings.
    worst
        Maximum calibration error: the largest gap of a bin with readings.
    confidence
        Mean confidence of all readings. A network whose confidence exceeds its accuracy is overconfident.
    bins
        Bins of equal width, from 0 to 1.
    """

    error: float
    worst: float
    confidence: float
    bins: tuple[ReliabilityBin, ...]


def calibration(confidences: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = BINS) -> Calibration:
    """Sort readings into bins by confidence, and compare the mean confidence of each bin with its accuracy.

    Parameters
    ----------
    confidences
        (N,), in [0, 1]: the probability of each predicted class.
    correct
        (N,): whether each reading is correct.
    bins
        Number of bins of equal width.

    Raises
    ------
    ValueError
        If the arrays are empty, their lengths differ, or a confidence lies outside [0, 1].

    Notes
    -----
    C. Guo et al., "On calibration of modern neural networks", ICML 2017, who also use 15 bins.
    """
    if confidences.shape != correct.shape or confidences.ndim != 1 or not len(confidences):
        raise ValueError(
            f"calibration: {confidences.shape} confidences and {correct.shape} answers; expected (N,) each"
        )
    values = confidences.astype(np.float64)
    if not (values.min() >= 0 and values.max() <= 1):
        raise ValueError("calibration: confidences lie outside [0, 1]")
    edges = np.arange(bins + 1) / bins
    # (low, high]; a confidence of exactly 0 belongs to the first bin.
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
