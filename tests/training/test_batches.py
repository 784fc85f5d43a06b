import numpy as np
import pytest

from digitpad.data.dataset import Dataset, normalize
from digitpad.training.batches import BatchLoader


def dataset(count: int) -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset.of("noise", rng.integers(0, 256, (count, 1, 5, 6), dtype=np.uint8), np.arange(count) % 10)


def test_batches_are_normalised_exactly_as_everywhere_else() -> None:
    data = dataset(7)
    loader = BatchLoader(data, 3, mean=0.2, std=0.4)
    pieces = [(images.copy(), labels) for images, labels in loader.batches()]
    assert [len(labels) for _, labels in pieces] == [3, 3, 1]
    assert len(loader) == 3
    images = np.concatenate([images for images, _ in pieces])
    assert images.dtype == np.float32
    assert np.array_equal(images, normalize(data.pixels, 0.2, 0.4))
    assert np.array_equal(np.concatenate([labels for _, labels in pieces]), data.labels)


def test_an_order_is_followed() -> None:
    data = dataset(6)
    order = np.array([5, 0, 3, 1, 4, 2])
    pieces = [(images.copy(), labels) for images, labels in BatchLoader(data, 4).batches(order)]
    assert np.array_equal(np.concatenate([images for images, _ in pieces]), normalize(data.images[order]))
    assert np.array_equal(np.concatenate([labels for _, labels in pieces]), data.labels[order])


@pytest.mark.parametrize(("count", "size", "batches"), [(6, 3, 2), (7, 3, 3), (2, 5, 1), (1, 1, 1)])
def test_the_number_of_batches(count: int, size: int, batches: int) -> None:
    loader = BatchLoader(dataset(count), size)
    assert len(loader) == batches == len(list(loader.batches()))


def test_no_memory_is_taken_for_each_batch() -> None:
    loader = BatchLoader(dataset(9), 3)
    places = {images.__array_interface__["data"][0] for images, _ in loader.batches(np.arange(9))}
    assert len(places) == 1
