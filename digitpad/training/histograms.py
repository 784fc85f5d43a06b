"""Histograms of weights, gradients and activations: how their values are distributed."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

BINS = 64


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values in bins of equal width.

    Attributes
    ----------
    low, high
        The edges of the first and the last bin. If all values are equal, both are that value, and the middle bin has
        them all.
    counts
        Number of values in each bin.
    """

    low: float
    high: float
    counts: tuple[int, ...]

    @classmethod
    def of(cls, values: NDArray[Any], *, bins: int = BINS) -> Self:
        """Count finite values between the smallest and the largest of them.

        Parameters
        ----------
        values
            Any shape, at least one value.
        bins
            Number of bins.

        Raises
        ------
        ValueError
            If there are no values, or one is not finite.
        """
        if not values.size:
            raise ValueError("a histogram needs at least one value")
        low, high = float(values.min()), float(values.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("a histogram needs finite values")
        # NumPy widens a range of zero width by a half on either side; values far from 0 may still share one bin.
        counts = np.histogram(values, bins, range=(low, high))[0]
        return cls(low, high, tuple(counts.tolist()))

    @property
    def total(self) -> int:
        """Number of values."""
        return sum(self.counts)

    @property
    def edges(self) -> NDArray[np.float64]:
        """The edges of the bins, one more than there are bins."""
        return np.linspace(self.low, self.high, len(self.counts) + 1)
