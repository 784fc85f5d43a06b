"""The likelihood of the texts of numbers whose segmentation is not known, and its gradient.

The probability of a text is the sum of the probabilities of all paths through the lattice that spell it, in the
conditional random field of `digitpad.reading.lattice`. The sums are computed by the forward-backward algorithm, for all
samples at once: first over the paths that spell the text, with a state for each position in it, then over all paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.lattice import SEGMENT_FEATURES, Lattice


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A lattice, the character that each of its segments is read as, and the text of the number."""

    lattice: Lattice
    labels: tuple[str, ...]
    text: str

    @property
    def is_spelled(self) -> bool:
        """Whether a path spells the text."""
        runs = self.lattice.runs
        stops = {0}
        for character in self.text:
            stops = {
                run[1] for run, label in zip(runs, self.labels, strict=True) if run[0] in stops and label == character
            }
        return runs[-1][1] in stops


class Samples:
    """Samples as one large graph.

    Parameters
    ----------
    samples
        At least one; a path of each spells its text.
    """

    def __init__(self, samples: Sequence[Sample]) -> None:
        counts = [len(sample.lattice.runs) for sample in samples]
        firsts = np.concatenate([[0], np.cumsum(counts)])
        self._count = len(samples)
        self._sample = np.repeat(np.arange(len(samples)), counts)
        self._segments = np.concatenate([sample.lattice.segments for sample in samples])
        self._pairs = np.concatenate([sample.lattice.pairs for sample in samples])
        self._edges = np.concatenate(
            [
                np.array(sample.lattice.edges, np.intp).reshape(-1, 2) + at
                for sample, at in zip(samples, firsts[:-1], strict=True)
            ]
        )
        runs = np.concatenate([np.array(sample.lattice.runs) for sample in samples])
        ends = np.repeat([sample.lattice.runs[-1][1] for sample in samples], counts)
        self._is_first, self._is_last = runs[:, 0] == 0, runs[:, 1] == ends
        # All edges at the same boundary are followed at once.
        boundary = runs[self._edges[:, 1], 0]
        self._levels = [np.flatnonzero(boundary == one) for one in np.unique(boundary)]
        longest = max(len(sample.text) for sample in samples)
        self._spells = np.zeros((len(runs), longest), np.bool_)
        self._ends = np.zeros((len(runs), longest), np.bool_)
        for sample, at in zip(samples, firsts[:-1].tolist(), strict=True):
            own = slice(at, at + len(sample.labels))
            labels = np.array(sample.labels)
            for place, character in enumerate(sample.text):
                self._spells[own, place] = labels == character
            self._ends[own, len(sample.text) - 1] = self._is_last[own]

    def log_likelihood(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the mean log-probability of the texts, and its gradient.

        Parameters
        ----------
        weights
            One for each of `SEGMENT_FEATURES`, then one for each of `PAIR_FEATURES`.
        """
        split = len(SEGMENT_FEATURES)
        own, between = self._segments @ weights[:split], self._pairs @ weights[split:]
        everything = np.ones((len(own), 1), np.bool_)
        spelled, nodes, edges = self._sums(own, between, self._spells, self._ends, 1)
        total, other_nodes, other_edges = self._sums(own, between, everything, self._is_last[:, np.newaxis], 0)
        gradient = np.concatenate([(nodes - other_nodes) @ self._segments, (edges - other_edges) @ self._pairs])
        return float((spelled - total).mean()), gradient / self._count

    def _sums(
        self,
        own: NDArray[np.float64],
        between: NDArray[np.float64],
        allowed: NDArray[np.bool_],
        ends: NDArray[np.bool_],
        forward: int,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Sum over all paths through allowed states.

        Parameters
        ----------
        own, between
            The score of each segment, (runs,), and of each pair, (edges,).
        allowed, ends
            (runs, states): the states that a segment may have, and those in which a path ends.
        forward
            Number of states by which each edge moves forward.

        Returns
        -------
        (NDArray, NDArray, NDArray)
            The logarithm of the sum for each sample, and the probabilities of all segments and of all edges.
        """
        score = np.where(allowed, own[:, np.newaxis], -np.inf)
        ahead = np.full(allowed.shape, -np.inf)
        starts = np.flatnonzero(self._is_first)
        ahead[starts, 0] = score[starts, 0]
        for level in self._levels:
            by_second = level[np.argsort(self._edges[level, 1], kind="stable")]
            before, after = self._edges[by_second].T
            reached = _moved(ahead[before], forward) + between[by_second, np.newaxis]
            nodes, first = np.unique(after, return_index=True)
            ahead[nodes] = np.logaddexp.reduceat(reached, first) + score[nodes]
        behind = np.where(ends, 0.0, -np.inf)
        for level in reversed(self._levels):
            by_first = level[np.argsort(self._edges[level, 0], kind="stable")]
            before, after = self._edges[by_first].T
            left = _moved(behind[after] + score[after], -forward) + between[by_first, np.newaxis]
            nodes, first = np.unique(before, return_index=True)
            behind[nodes] = np.logaddexp.reduceat(left, first)
        at_end = np.logaddexp.reduce(np.where(ends, ahead, -np.inf), axis=1)
        total = np.logaddexp.reduceat(at_end, np.flatnonzero(np.diff(self._sample, prepend=-1)))
        likely = np.exp(ahead + behind - total[self._sample, np.newaxis]).sum(axis=1)
        before, after = self._edges.T
        through = _moved(ahead[before], forward) + score[after] + behind[after] + between[:, np.newaxis]
        followed = np.exp(through - total[self._sample[after], np.newaxis]).sum(axis=1)
        return total, likely, followed


def _moved(states: NDArray[np.float64], forward: int) -> NDArray[np.float64]:
    """Return log-probabilities (n, states) moved by some states, -1, 0 or 1."""
    if not forward:
        return states
    moved = np.full(states.shape, -np.inf)
    if forward > 0:
        moved[:, 1:] = states[:, :-1]
    else:
        moved[:, :-1] = states[:, 1:]
    return moved
