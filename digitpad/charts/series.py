"""The data of the curves: they grow with every step, and are downsampled for drawing.

A run of 50 epochs has 43,000 steps. All of them are kept (a third of a megabyte per curve), in memory that is allocated
once; only as many points are drawn as the screen can resolve.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FIRST_CAPACITY = 1024


class Series:
    """Points (x, y) of one curve, x never falling.

    Parameters
    ----------
    capacity
        Expected number of points; more are possible.
    """

    def __init__(self, capacity: int = _FIRST_CAPACITY) -> None:
        self._values = np.empty((2, max(1, capacity)))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> Floats:
        """The x values, as a view."""
        return self._values[0, : self._count]

    @property
    def y(self) -> Floats:
        """The y values, as a view."""
        return self._values[1, : self._count]

    def reserve(self, capacity: int) -> None:
        """Reserve room for this number of points in total."""
        if capacity > self._values.shape[1]:
            grown = np.empty((2, capacity))
            grown[:, : self._count] = self._values[:, : self._count]
            self._values = grown

    def append(self, x: float, y: float) -> None:
        """Add a point at the end."""
        if self._count == self._values.shape[1]:
            self.reserve(2 * self._count)
        self._values[:, self._count] = x, y
        self._count += 1

    def extend(self, x: Floats, y: Floats) -> None:
        """Add many points."""
        count = self._count + len(x)
        self.reserve(count)
        self._values[0, self._count : count], self._values[1, self._count : count] = x, y
        self._count = count


class Smoothed:
    """An exponential moving average of a series.

    Parameters
    ----------
    source
        The series to smooth.
    window
        About how many points are averaged; 1 leaves them as they are.
    """

    def __init__(self, source: Series, window: float) -> None:
        self._source = source
        self._window = window
        self._series = Series()
        self._sum = self._weight = 0.0

    @property
    def series(self) -> Series:
        """The smoothed points, as far as `follow` has come."""
        return self._series

    @property
    def window(self) -> float:
        """About how many points are averaged."""
        return self._window

    @window.setter
    def window(self, window: float) -> None:
        if window != self._window:
            self._window = window
            self._series = Series(len(self._source))
            self._sum = self._weight = 0.0

    def follow(self) -> None:
        """Add the new points of the source."""
        done = len(self._series)
        keep = 1 - 1 / max(1.0, self._window)
        xs, ys = self._source.x[done:].tolist(), self._source.y[done:].tolist()
        for x, y in zip(xs, ys, strict=True):
            # Divided by the weights' sum, so that the first points are no nearer to zero than they were.
            self._sum = keep * self._sum + (1 - keep) * y
            self._weight = keep * self._weight + (1 - keep)
            self._series.append(x, self._sum / self._weight)


def thin(x: Floats, y: Floats, points: int) -> tuple[Floats, Floats]:
    """Return a curve of about `points` points that looks like the whole one: of each stretch its least and its most.

    Parameters
    ----------
    x, y
        (n,) each, x never falling.
    points
        As many as can be told apart on the screen, at least 4.
    """
    stretch = math.ceil(len(x) / (points / 2))
    if stretch <= 2:
        return x, y
    whole = len(x) // stretch * stretch
    blocks = y[:whole].reshape(-1, stretch)
    starts = np.arange(0, whole, stretch)
    ends = np.stack([starts + blocks.argmin(axis=1), starts + blocks.argmax(axis=1)])
    # In the order in which they come, and what does not fill a stretch as it is.
    index = np.concatenate([np.sort(ends, axis=0).T.ravel(), np.arange(whole, len(x))])
    return x[index], y[index]
