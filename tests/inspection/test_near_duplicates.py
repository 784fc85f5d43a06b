"""The nearest pairs are those that comparing all images with all images finds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.mnist import load_mnist
from digitpad.inspection.near_duplicates import NearestPairs, finding_pairs
from digitpad.inspection.split_dataset import SplitDataset, of_splits
from tests.inspection.draining import drained


def _pairs(images: SplitDataset, base: range, queries: range | None, most: int = 500) -> NearestPairs:
    wanted = None if queries is None else np.array(queries)
    shares, found = drained(finding_pairs(images, np.array(base), wanted, most=most))
    assert shares == sorted(shares)
    assert not shares or 0 < shares[-1] <= 1
    return found


def _all_distances(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    # Whole numbers below 2**53, so float64 is exact.
    a, b = (each.reshape(len(each), -1).astype(np.float64) for each in (one, other))
    squared: NDArray[np.float64] = np.square(a).sum(axis=1)[:, np.newaxis] + np.square(b).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(squared) / 255


def _dataset(images: NDArray[np.uint8]) -> Dataset:
    return Dataset.of("some", images, np.zeros(len(images), np.int64))


@pytest.fixture(params=[(1, 28, 28), (3, 33, 40)], ids=["grey", "colour"])
def images(request: pytest.FixtureRequest) -> SplitDataset:
    """Return smooth random images, with an exact copy and a slightly changed one among the test images."""
    rng = np.random.default_rng(1)
    channels, height, width = request.param
    small = rng.integers(0, 256, (350, channels, 5, 5), np.uint8)
    large = small.repeat(-(-height // 5), axis=2).repeat(-(-width // 5), axis=3)[:, :, :height, :width].copy()
    large[310] = large[33]
    large[330] = large[44]
    large[330, 0, 2, 2] ^= 8
    return of_splits({"train": _dataset(large[:300]), "test": _dataset(large[300:])})


def test_test_images_find_their_nearest_training_images(images: SplitDataset) -> None:
    found = _pairs(images, range(300), range(300, 350), most=40)
    everything = _all_distances(images.parts[1].images[:], images.parts[0].images[:])
    best = everything.min(axis=1)
    np.testing.assert_allclose(found.distances, np.sort(best)[:40], rtol=1e-9)
    for query, match, distance in zip(found.queries, found.matches, found.distances, strict=True):
        assert everything[query - 300, match] == pytest.approx(distance)
    assert (found.queries[0], found.matches[0], found.distances[0]) == (310, 33, 0.0)
    assert (found.queries[1], found.matches[1]) == (330, 44)
    assert found.distances[1] == pytest.approx(8 / 255)
    assert found.copies == 1


def test_within_one_set_a_pair_is_found_once_and_never_an_image_with_itself(images: SplitDataset) -> None:
    found = _pairs(images, range(350), None, most=20)
    everything = _all_distances(images.images(range(350)), images.images(range(350)))
    np.fill_diagonal(everything, np.inf)
    assert {found.queries[0], found.matches[0]} == {33, 310}
    assert found.copies == 2
    pairs = {frozenset(pair) for pair in zip(found.queries.tolist(), found.matches.tolist(), strict=True)}
    assert len(pairs) == len(found)
    assert all(len(pair) == 2 for pair in pairs)
    # Each image with its nearest one; both of a pair may name the other.
    nearest = {frozenset((index, int(row.argmin()))): row.min() for index, row in enumerate(everything)}
    np.testing.assert_allclose(found.distances, np.sort(list(nearest.values()))[: len(found)], rtol=1e-9)


def test_many_copies_are_counted_beyond_the_pairs_returned() -> None:
    copies = _dataset(load_mnist("test").images[:60])
    joined = of_splits({"train": copies, "test": _dataset(load_mnist("test").images[:50])})
    found = _pairs(joined, range(60), range(60, 110), most=10)
    assert found.copies == 50
    assert len(found) == 10
    assert not found.distances.any()


def test_noise_has_true_neighbours_too() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (260, 1, 28, 28), np.uint8)
    joined = of_splits({"train": _dataset(noise[:200]), "test": _dataset(noise[200:])})
    found = _pairs(joined, range(200), range(200, 260), most=60)
    best = np.sort(_all_distances(noise[200:], noise[:200]).min(axis=1))
    np.testing.assert_allclose(found.distances, best, rtol=1e-9)


def test_a_single_image_has_no_pair() -> None:
    joined = of_splits({"train": _dataset(np.zeros((1, 1, 8, 8), np.uint8))})
    assert len(_pairs(joined, range(1), None)) == 0
    assert len(_pairs(joined, range(1), range(0))) == 0


def test_blank_images_are_copies_of_each_other() -> None:
    joined = of_splits({"train": _dataset(np.zeros((5, 1, 8, 8), np.uint8))})
    found = _pairs(joined, range(5), None)
    assert found.copies == 5
    assert not found.distances.any()
