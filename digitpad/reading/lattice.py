"""The segmentation lattice: all ways to join neighbouring pieces into segments, and the search for the best one.

The segments are the nodes of a graph; an edge joins a segment to each one that begins where it ends. The score of a
segment, and of a pair of neighbours, is a weighted sum of features: the classifier's log-probability, width, height,
gaps, overlaps. The probability of a reading is that of a linear-chain conditional random field over segments (a
semi-Markov CRF, Sarawagi and Cohen, 2004), and the best reading is the best path, found by dynamic programming.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.pieces import FAR, Layout, Run

#: Maximum number of pieces in a segment, if there are other segments.
_MOST_PIECES = 9
#: Maximum width of a segment of several pieces, in heights of the line;
_WIDEST = 1.6
#: the same if the segment is everything on the page;
_WIDEST_DRAWING = 2.5
#: and the maximum width of a gap in it.
_WIDEST_GAP = 0.35
#: Minimum log-probability; smaller ones are clipped.
_LEAST_LOG = -6.0

SEGMENT_FEATURES = (
    "log_probability", "segment", "shape", "wide", "very_wide", "low", "very_low", "gap", "distance", "beside",
    "joined_4", "joined_5", "joined_7", "joined_other", "uncut", "minus", "point", "cheap",
)  # fmt: skip
PAIR_FEATURES = (
    "cut", "cut_overlap", "pair_gap", "pair_overlap", "pair_distance", "pair_beside", "pair_height", "pair_offset",
    "pair_narrow",
)  # fmt: skip

#: For each digit, the median of the ratio of width to height, and the spread of its logarithm: common to 15 writers of
#: pen ink (UCI) and the training set of MNIST.
_SHAPES = {
    "0": (0.85, 0.22), "1": (0.33, 0.60), "2": (0.87, 0.25), "3": (0.68, 0.25), "4": (0.65, 0.30),
    "5": (0.87, 0.28), "6": (0.60, 0.27), "7": (0.70, 0.25), "8": (0.62, 0.30), "9": (0.60, 0.25),
}  # fmt: skip


def possible_runs(layout: Layout) -> list[Run]:
    """Return the runs of pieces that may be one segment: each piece, and neighbours that together are not too large."""
    runs: list[Run] = []
    for first in range(len(layout)):
        runs.append((first, first + 1))
        for stop in range(first + 2, min(first + _MOST_PIECES, len(layout)) + 1):
            left, _, right, _ = layout.box((first, stop))
            if right - left > _WIDEST * layout.height:
                break
            if _widest_gap(layout, (first, stop)) <= _WIDEST_GAP * layout.height:
                runs.append((first, stop))
    left, _, right, _ = layout.box((0, len(layout)))
    if (0, len(layout)) not in runs and right - left <= _WIDEST_DRAWING * layout.height:
        # A digit and a stray mark beside it.
        runs.append((0, len(layout)))
    return runs


def segment_features(layout: Layout, run: Run, label: str, probability: float) -> NDArray[np.float64]:
    """Return the features of a digit, in the order of `SEGMENT_FEATURES`.

    Parameters
    ----------
    layout, run
        Its pieces.
    label, probability
        The best class, and its probability in [0, 1].
    """
    left, top, right, bottom = layout.box(run)
    width, height = (right - left) / layout.height, (bottom - top) / layout.height
    several = run[1] - run[0] > 1
    inner = layout.cuts[run[0] : run[1] - 1]
    uncut = int(np.count_nonzero(~np.isnan(inner)))
    joins = float(len(inner) - uncut)
    usual, spread = _SHAPES.get(label, (1.0, math.inf))
    strange = math.log(max(width, 0.05) / max(height, 0.05) / usual) / spread
    return np.array(
        [
            max(math.log(max(probability, 1e-12)), _LEAST_LOG),
            1.0,
            min(strange**2, 9.0),
            max(width - 0.9, 0.0),
            max(width - 1.2, 0.0),
            max(0.75 - height, 0.0),
            max(0.4 - height, 0.0),
            min(max(_widest_gap(layout, run) / layout.height, 0.0), 0.3) if several else 0.0,
            min(_loneliest(layout, run) / layout.height, FAR) if several else 0.0,
            1.0 - _least_overlap(layout, run) if several else 0.0,
            *(joins if label == name else 0.0 for name in "457"),
            0.0 if label in {"4", "5", "7"} else joins,
            float(uncut),
            0.0,
            0.0,
            float(np.maximum(1.0 - inner[~np.isnan(inner)], 0.0).sum()),
        ]
    )


def sign_features(label: str) -> NDArray[np.float64]:
    """Return the features of a sign, in the order of `SEGMENT_FEATURES`."""
    known = {"segment": 1.0, "point" if label in {".", ","} else "minus": 1.0}
    return np.array([known.get(name, 0.0) for name in SEGMENT_FEATURES])


def pair_features(layout: Layout, first: Run, second: Run) -> NDArray[np.float64]:
    """Return the features of two neighbours, in the order of `PAIR_FEATURES`."""
    (left, top, right, bottom), other = layout.box(first), layout.box(second)
    cut = layout.cuts[first[1] - 1]
    gap = (other[0] - right) / layout.height
    narrower = max(min(right - left, other[2] - other[0]), 0.05 * layout.height)
    distance = float(layout.distances[slice(*first), slice(*second)].min()) / layout.height
    narrow = max(0.3 - min(right - left, other[2] - other[0]) / layout.height, 0.0)
    return np.array(
        [
            0.0 if math.isnan(cut) else 1.0,
            0.0 if math.isnan(cut) else cut,
            min(max(gap, 0.0), 0.3),
            min(max(-gap, 0.0), 0.6),
            min(distance, FAR),
            min(max(1.0 + gap * layout.height / narrower, 0.0), 1.0),
            min(abs((bottom - top) - (other[3] - other[1])) / layout.height, 1.0),
            min(abs((bottom + top) - (other[3] + other[1])) / (2 * layout.height), 0.6),
            10 * narrow * max(FAR - distance, 0.0),
        ]
    )


@dataclass(frozen=True, slots=True)
class BestPath:
    """A reading: its segments in order, and its probability among all readings of the same pieces, in (0, 1]."""

    runs: tuple[Run, ...]
    share: float


class Lattice:
    """All readings of a line.

    Parameters
    ----------
    layout
        The layout of its pieces.
    features
        The `segment_features` of each possible segment. Together, the segments cover all pieces.
    """

    def __init__(self, layout: Layout, features: Mapping[Run, NDArray[np.float64]]) -> None:
        self.runs = sorted(features, key=lambda run: (run[1], run[0]))
        self.segments = np.array([features[run] for run in self.runs])
        ending: dict[int, list[int]] = {}
        for number, run in enumerate(self.runs):
            ending.setdefault(run[1], []).append(number)
        # Pairs are sorted by their second segment, so that one pass is enough.
        self.edges = [(before, number) for number, run in enumerate(self.runs) for before in ending.get(run[0], [])]
        self.pairs = np.array(
            [pair_features(layout, self.runs[before], self.runs[after]) for before, after in self.edges]
        ).reshape(len(self.edges), len(PAIR_FEATURES))
        self._end = len(layout)

    def best(self, weights: NDArray[np.float64]) -> BestPath:
        """Return the best reading.

        Parameters
        ----------
        weights
            One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`.
        """
        own, between = self._scores(weights)
        best, total = own.copy(), own.copy()
        came: list[int | None] = [None] * len(self.runs)
        reached = np.array([run[0] == 0 for run in self.runs])
        best[~reached] = total[~reached] = -math.inf
        for (before, after), score in zip(self.edges, between.tolist(), strict=True):
            step = score + own[after]
            total[after] = np.logaddexp(total[after], total[before] + step)
            if best[before] + step > best[after]:
                best[after], came[after] = best[before] + step, before
        last = [number for number, run in enumerate(self.runs) if run[1] == self._end]
        number: int | None = max(last, key=lambda one: float(best[one]))
        share = math.exp(min(float(best[number] - np.logaddexp.reduce(total[last])), 0.0))
        path = []
        while number is not None:
            path.append(self.runs[number])
            number = came[number]
        return BestPath(tuple(reversed(path)), share)

    def score(self, runs: Sequence[Run], weights: NDArray[np.float64]) -> float:
        """Return the sum of weighted features of one reading."""
        own, between = self._scores(weights)
        numbers = [self.runs.index(run) for run in runs]
        return float(own[numbers].sum() + sum(between[self.edges.index(pair)] for pair in pairwise(numbers)))

    def _scores(self, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        split = len(SEGMENT_FEATURES)
        return self.segments @ weights[:split], self.pairs @ weights[split:]


def _widest_gap(layout: Layout, run: Run) -> float:
    """Return the width of the widest empty strip between pieces; negative if they overlap everywhere."""
    boxes = layout.boxes[slice(*run)]
    return float((boxes[1:, 0] - np.maximum.accumulate(boxes[:-1, 2])).max()) if len(boxes) > 1 else -math.inf


def _loneliest(layout: Layout, run: Run) -> float:
    """Return the maximum distance from a piece to the nearest other one."""
    near = layout.distances[slice(*run), slice(*run)].copy()
    np.fill_diagonal(near, math.inf)
    return float(near.min(axis=1).max())


def _least_overlap(layout: Layout, run: Run) -> float:
    """Return the maximum overlap of the pieces before and after a position, relative to the narrower width.

    0 if they are side by side, 1 if one is above or inside the other.
    """
    boxes = layout.boxes[slice(*run)]
    least = 1.0
    for place in range(1, len(boxes)):
        before, after = boxes[:place], boxes[place:]
        starts, stops = (before[:, 0].min(), after[:, 0].min()), (before[:, 2].max(), after[:, 2].max())
        narrower = max(min(stops[0] - starts[0], stops[1] - starts[1]), 0.05 * layout.height)
        least = min(least, max(float(min(stops) - max(starts)), 0.0) / narrower)
    return max(least, 0.0)
