"""Pairs of images that are equal or nearly equal: test images that a network may have seen in training.

The distance of two images is the Euclidean distance of their pixels, on the scale from 0 to 1. Comparing all pixels of
10,000 images with those of 60,000 takes long, so the search works on shorter vectors first: pixels summed in squares,
then projected on their principal components. Both are orthogonal projections, so two vectors are never farther apart
than their images. This lower bound leaves few candidates, whose true distances are computed from the pixels, nearest
bound first, until the next bound exceeds the smallest distance found (T. Seidl and H.-P. Kriegel, "Optimal multi-step
k-nearest neighbor search", SIGMOD 1998). The pairs returned are therefore the nearest ones, not an approximation.
"""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.inspection.split_dataset import SplitDataset

_MOST_POOLED = 1024  # values of an image after summing squares of pixels
_COMPONENTS = 48
_SAMPLE = 4096  # images that the components are computed from
_QUERIES, _BASE = 256, 8192  # size of a block of the matrix of distances
_AT_ONCE = 64  # candidates compared at once


@dataclass(frozen=True, slots=True, eq=False)
class NearestPairs:
    """The nearest pairs, the smallest distance first.

    Attributes
    ----------
    queries, matches
        int64 (M,): indices of the images, and of the nearest other image to each.
    distances
        float64 (M,): Euclidean distances of the pixels, on the scale from 0 to 1; 0 for exact duplicates.
    copies
        Number of images searched for, of which the other images contain an exact copy; also those that are not among
        the pairs.
    """

    queries: NDArray[np.int64]
    matches: NDArray[np.int64]
    distances: NDArray[np.float64]
    copies: int

    def __len__(self) -> int:
        return len(self.queries)

    def of(self, queries: NDArray[np.int64]) -> "NearestPairs":
        """Return the pairs of some of the images that were searched for."""
        chosen = np.isin(self.queries, queries)
        return replace(
            self, queries=self.queries[chosen], matches=self.matches[chosen], distances=self.distances[chosen]
        )


def finding_pairs(
    images: SplitDataset, base: NDArray[np.int64], queries: NDArray[np.int64] | None = None, *, most: int = 500
) -> Generator[float, None, NearestPairs]:
    """Find the nearest image in one set for each image of another, and keep the nearest pairs.

    Parameters
    ----------
    images
        The dataset.
    base
        int64 (N,): indices of the images among which to search.
    queries
        int64 (M,): indices of the images to search for; None searches for pairs within `base`.
    most
        Largest number of pairs to return.

    Yields
    ------
    float
        The share of the work done, from 0 to 1.

    Returns
    -------
    NearestPairs
        Up to `most` pairs; each image searched for occurs once, with its nearest image.
    """
    within = queries is None
    wanted = base if queries is None else queries
    if len(base) < 1 + within or not len(wanted):
        nothing = np.zeros(0, np.int64)
        return NearestPairs(nothing, nothing, np.zeros(0), 0)
    shortened = _Projection.fit(images, base)
    search = _Search(images, base, wanted, within=within)
    yield from search.shorten(shortened)
    yield from search.bound()
    return (yield from search.refine(most))


class _Projection:
    """Maps images to short vectors, whose distances are lower bounds of the images' distances."""

    def __init__(self, side: int, mean: NDArray[np.float32], axes: NDArray[np.float32]) -> None:
        self._side, self._mean, self._axes = side, mean, axes

    @classmethod
    def fit(cls, images: SplitDataset, base: NDArray[np.int64]) -> "_Projection":
        side = 1
        channels, height, width = images.shape
        while channels * -(-height // side) * -(-width // side) > _MOST_POOLED:
            side += 1
        some = base[np.linspace(0, len(base) - 1, min(_SAMPLE, len(base))).astype(np.int64)]
        sample: NDArray[np.float32] = np.concatenate(
            [_pooled(images.images(block), side) for block in images.blocks(some)]
        )
        mean: NDArray[np.float32] = sample.mean(axis=0, dtype=np.float32)
        sample -= mean
        _, vectors = np.linalg.eigh((sample.T @ sample).astype(np.float64))
        return cls(side, mean, vectors[:, ::-1][:, :_COMPONENTS].astype(np.float32))

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the vectors of images (K, C, H, W): float32 (K, components)."""
        centred = _pooled(pixels, self._side)
        centred -= self._mean
        return centred @ self._axes


class _Search:
    """One search, in three passes."""

    def __init__(
        self, images: SplitDataset, base: NDArray[np.int64], queries: NDArray[np.int64], *, within: bool
    ) -> None:
        self._images, self._base, self._queries, self._within = images, base, queries, within
        self._base_vectors = np.zeros((0, 0), np.float32)
        self._query_vectors = self._base_vectors
        self._slack = 0.0
        self._copies = 0
        self._bounds = np.full(len(queries), np.inf, np.float32)  # squared, of the nearest candidate
        self._places = np.zeros(len(queries), np.int64)  # of that candidate in `base`

    def shorten(self, projection: _Projection) -> Generator[float]:
        """Compute the vectors, and count exact copies by their digests; the first 0.4 of the work."""
        total = len(self._base) + (0 if self._within else len(self._queries))
        done = 0
        results = []
        for indices in (self._base,) if self._within else (self._base, self._queries):
            vectors, digests = [], []
            for block in self._images.blocks(indices):
                pixels = np.ascontiguousarray(self._images.images(block))
                vectors.append(projection.apply(pixels))
                digests += [hashlib.blake2b(image.data, digest_size=16).digest() for image in pixels]
                done += len(block)
                yield 0.4 * done / total
            results.append((np.concatenate(vectors), digests))
        self._base_vectors, digests = results[0]
        self._query_vectors, wanted = results[-1]
        if self._within:
            counts: dict[bytes, int] = {}
            for digest in digests:
                counts[digest] = counts.get(digest, 0) + 1
            self._copies = sum(counts[digest] > 1 for digest in digests)
        else:
            known = set(digests)
            self._copies = sum(digest in known for digest in wanted)
        # What float32 may get wrong in a squared distance that is computed as |q|² - 2qb + |b|².
        largest = max(float(np.square(each).sum(axis=1).max()) for each, _ in results)
        self._slack = float(np.finfo(np.float32).eps) * (self._base_vectors.shape[1] + 4) * max(largest, 1.0)

    def bound(self) -> Generator[float]:
        """Find the candidate with the smallest lower bound for each query; up to 0.95 of the work."""
        base = _augmented(self._base_vectors)
        for start in range(0, len(self._queries), _QUERIES):
            for first in range(0, len(base), _BASE):
                self._bound_block(slice(start, start + _QUERIES), first, base[first : first + _BASE])
            yield 0.4 + 0.55 * min(start + _QUERIES, len(self._queries)) / len(self._queries)

    def _bound_block(self, rows: slice, first: int, base: NDArray[np.float32]) -> None:
        squared = _squared(self._query_vectors[rows], base)
        if self._within:
            # An image is not a duplicate of itself.
            own = np.arange(rows.start, rows.start + len(squared)) - first
            inside = (own >= 0) & (own < len(base))
            squared[np.flatnonzero(inside), own[inside]] = np.inf
        places = squared.argmin(axis=1)
        bounds = squared[np.arange(len(squared)), places]
        nearer = bounds < self._bounds[rows]
        self._bounds[rows][nearer] = bounds[nearer]
        self._places[rows][nearer] = places[nearer] + first

    def refine(self, most: int) -> Generator[float, None, NearestPairs]:
        """Compute true distances of the queries that may be among the nearest pairs."""
        count = len(self._queries)
        distances = np.empty(count)
        blocks = list(self._images.blocks(np.arange(count)))
        for number, block in enumerate(blocks):
            one = self._images.images(self._queries[block])
            distances[block] = _distances(one, self._images.images(self._base[self._places[block]]))
            yield 0.95 + 0.02 * (number + 1) / len(blocks)
        # A pair found so far is at least as far apart as the true nearest one: beyond `limit`, none can be kept.
        limit = np.partition(distances, min(most, count) - 1)[min(most, count) - 1]
        able = np.flatnonzero(self._bounds - self._slack <= limit**2)
        base = _augmented(self._base_vectors)
        for start in range(0, len(able), _AT_ONCE):
            some = able[start : start + _AT_ONCE]
            for query, bounds in zip(some.tolist(), _squared(self._query_vectors[some], base), strict=True):
                self._refine_one(query, distances, bounds)
            yield 0.97 + 0.03 * min(start + _AT_ONCE, len(able)) / len(able)
        # Within one set, each pair is found from both sides.
        able = able[np.argsort(distances[able], kind="stable")]
        if self._within:
            pairs = np.sort(np.stack([able, self._places[able]], axis=1), axis=1)
            able = able[np.sort(np.unique(pairs, axis=0, return_index=True)[1])]
        able = able[:most]
        return NearestPairs(self._queries[able], self._base[self._places[able]], distances[able], self._copies)

    def _refine_one(self, query: int, distances: NDArray[np.float64], bounds: NDArray[np.float32]) -> None:
        """Replace the candidate of a query by its nearest image, given the squared bounds of all images."""
        if self._within:
            bounds[query] = np.inf
        near = np.flatnonzero(bounds - self._slack < distances[query] ** 2)
        near = near[np.argsort(bounds[near], kind="stable")]
        pixels = self._images.images(self._queries[query : query + 1])
        for start in range(0, len(near), _AT_ONCE):
            some = near[start : start + _AT_ONCE]
            if bounds[some[0]] - self._slack >= distances[query] ** 2:
                break
            true = _distances(pixels, self._images.images(self._base[some]))
            best = int(true.argmin())
            if true[best] < distances[query]:
                distances[query], self._places[query] = true[best], some[best]


def _pooled(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Return images (K, C, H, W) as float32 (K, D), projected on the sums of squares of `side` by `side` pixels."""
    count, channels, height, width = pixels.shape
    rows, columns = -(-height // side), -(-width // side)
    if side == 1:
        return pixels.reshape(count, -1) * np.float32(1 / 255)
    room = ((0, 0), (0, 0), (0, rows * side - height), (0, columns * side - width))
    squares = np.pad(pixels, room).reshape(count, channels, rows, side, columns, side)
    # A vector of `side`² ones has the length `side`.
    sums: NDArray[np.float32] = squares.sum(axis=(3, 5), dtype=np.float32)
    return sums.reshape(count, -1) / np.float32(255 * side)


def _augmented(base: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return base vectors b as [b, |b|²]: one product then gives |b|² - 2qb."""
    return np.concatenate([base, np.square(base).sum(axis=1, keepdims=True)], axis=1)


def _squared(queries: NDArray[np.float32], base: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distances of queries (Q, D) and augmented base vectors (B, D + 1): float32 (Q, B)."""
    ones = np.ones((len(queries), 1), np.float32)
    squared: NDArray[np.float32] = np.concatenate([-2 * queries, ones], axis=1) @ base.T
    squared += np.square(queries).sum(axis=1, keepdims=True)
    return squared


def _distances(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the Euclidean distances of images, (K, C, H, W) or (1, C, H, W) each, from whole numbers."""
    difference = one.astype(np.int32) - other
    squared: NDArray[np.int64] = np.square(difference).sum(axis=(1, 2, 3), dtype=np.int64)
    return np.sqrt(squared) / 255
