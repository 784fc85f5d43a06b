"""Limits choose images at random, the same ones every time, and keep small classes whole."""

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.fewer import at_most_per_class, limited


def uneven(*counts: int) -> Dataset:
    labels = np.random.default_rng(5).permutation(np.repeat(np.arange(len(counts)), counts))
    images = np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Dataset.of("uneven", images, labels, tuple("abcdef"[: len(counts)]))


def test_a_limit_for_each_class() -> None:
    dataset = uneven(30, 3, 0, 12)
    few = at_most_per_class(dataset, 5, np.random.default_rng(0))
    assert np.bincount(few.labels, minlength=4).tolist() == [5, 3, 0, 5]
    places = few.pixels.ravel().astype(int)
    assert (np.diff(places) > 0).all()
    np.testing.assert_array_equal(few.labels, dataset.labels[places])
    assert at_most_per_class(dataset, 30, np.random.default_rng(0)) is dataset


def test_the_choice_is_random_and_the_same_each_time() -> None:
    dataset = uneven(100, 100)
    once, again = (limited(dataset, limit=20, per_class=30) for _time in range(2))
    assert len(once) == 20
    assert once.checksum == again.checksum
    assert np.ptp(once.pixels.astype(int)) > 100
    assert limited(dataset, limit=None, per_class=None) is dataset
    assert limited(dataset, limit=500, per_class=None) is dataset
