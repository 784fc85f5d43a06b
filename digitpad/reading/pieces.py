"""The pieces of a line that numbers are composed of, and their layout.

Pieces are strokes or parts of strokes, or connected parts of a picture. Segmentation uses only their boxes, their
distances and the positions of cuts.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in the units of the strokes or the pixels of the picture."""

Run = tuple[int, int]
"""The pieces of a segment: from the first index up to the second, excluded."""

#: Number of points to which an outline is reduced before distances are computed.
OUTLINE = 64
#: Larger distances, in heights of the line, make no difference to a reading.
FAR = 0.3
#: Minimum horizontal overlap of two pieces above each other, relative to the narrower one's width.
_ABOVE = 0.5
#: Columns lower than this share of the highest are ignored for the height of a line: signs, dots, specks.
_LOW = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The layout of the pieces of a line.

    Attributes
    ----------
    boxes
        float64 (n, 4): left, top, right, bottom of each piece, in order of their middles from left to right.
    distances
        float64 (n, n): the smallest distance between the ink of two pieces.
    cuts
        float64 (n - 1,): the cost of the cut between a piece and the next, from 0 (ideal); NaN if they were already
        separate.
    height
        Height of the digits of the line, in the same units.
    """

    boxes: NDArray[np.float64]
    distances: NDArray[np.float64]
    cuts: NDArray[np.float64]
    height: float

    def __len__(self) -> int:
        return len(self.boxes)

    def box(self, run: Run) -> Box:
        """Return the box around some pieces."""
        # For a few pieces, comparing plain numbers is faster than arrays.
        left, top, right, bottom = zip(*self.boxes[slice(*run)].tolist(), strict=True)
        return min(left), min(top), max(right), max(bottom)


class Pieces(Protocol):
    """A segmented line: the layout of its pieces, and pictures of them for the network."""

    @property
    def layout(self) -> Layout:
        """The layout of the pieces."""
        ...

    def key(self, run: Run) -> bytes:
        """Return a key that identifies these pieces: the same ink has the same key."""
        ...

    def pictures(self, runs: Sequence[Run]) -> NDArray[np.float32]:
        """Return the pieces of each run as the input of a network, (runs, 28, 28) in [0, 1]."""
        ...


class KeptPieces:
    """Pieces with cached keys and pictures.

    Parameters
    ----------
    pieces
        The pieces to cache.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._keys: dict[Run, bytes] = {}
        self._pictures: dict[Run, NDArray[np.float32]] = {}

    @property
    def layout(self) -> Layout:
        """The layout of the pieces."""
        return self._pieces.layout

    def key(self, run: Run) -> bytes:
        """Return a key that identifies these pieces."""
        if run not in self._keys:
            self._keys[run] = self._pieces.key(run)
        return self._keys[run]

    def pictures(self, runs: Sequence[Run]) -> NDArray[np.float32]:
        """Return the pieces of each run as the input of a network, (runs, 28, 28) in [0, 1]."""
        new = [run for run in runs if run not in self._pictures]
        if new:
            self._pictures.update(zip(new, self._pieces.pictures(new), strict=True))
        return np.stack([self._pictures[run] for run in runs])


def line_height(boxes: NDArray[np.float64]) -> float:
    """Return the height of the digits of a line.

    Parameters
    ----------
    boxes
        (n, 4), n at least 1: left, top, right, bottom.

    Returns
    -------
    float
        The median height of columns of pieces above each other (the strokes of a 5, the circles of an 8), ignoring
        those much lower than the rest (a minus, a point). Greater than 0.
    """
    columns: list[list[float]] = []
    for left, top, right, bottom in boxes[np.argsort(boxes[:, 0])].tolist():
        if columns:
            column = columns[-1]
            common = min(right, column[2]) - max(left, column[0])
            if common > _ABOVE * min(right - left, column[2] - column[0]):
                column[:] = [column[0], min(top, column[1]), max(right, column[2]), max(bottom, column[3])]
                continue
        columns.append([left, top, right, bottom])
    heights = [bottom - top for _, top, _, bottom in columns]
    tall = [height for height in heights if height >= _LOW * max(heights)]
    # A line of dots or of horizontal strokes has no height: a third of its width is used.
    width = float(boxes[:, 2].max() - boxes[:, 0].min())
    return max(statistics.median(tall), width / (3 * len(columns)), float(np.finfo(np.float32).tiny))


def distances_between(
    outline: Callable[[int], NDArray[np.float64]], boxes: NDArray[np.float64], limit: float
) -> NDArray[np.float64]:
    """Return the smallest distance between any two outlines.

    Parameters
    ----------
    outline
        Function that returns points (m, 2) along the outline of a piece, given its index, m at least 1. Called only for
        pieces that are close to another one.
    boxes
        (n, 4): the box of each piece.
    limit
        If boxes are further apart than this, their distance is used instead.

    Returns
    -------
    NDArray[float64]
        (n, n), accurate to the spacing of about sixty points along each outline.
    """
    apart = np.maximum(boxes[:, np.newaxis, :2] - boxes[np.newaxis, :, 2:], 0.0)
    apart = np.maximum(apart, apart.transpose(1, 0, 2))
    smallest: NDArray[np.float64] = np.hypot(apart[..., 0], apart[..., 1])
    pairs = np.argwhere(np.triu(smallest < limit, 1)).tolist()
    places = {}
    for piece in {piece for pair in pairs for piece in pair}:
        points = outline(piece)
        at = np.linspace(0, len(points) - 1, min(OUTLINE, len(points))).round().astype(np.intp)
        places[piece] = points[at] @ np.array([1, 1j])
    for one, other in pairs:
        nearest = np.abs(places[one][:, np.newaxis] - places[other]).min()
        smallest[one, other] = smallest[other, one] = nearest
    return smallest
