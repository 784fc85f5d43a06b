"""Datasets keep bytes, refuse what does not fit, split without loss, and normalise as networks expect."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, Dataset, normalize
from digitpad.errors import DigitpadError


def numbered(count: int = 20) -> Dataset:
    """Return images that carry their own number, labelled by its last digit."""
    images = np.zeros((count, 1, 2, 2), np.uint8)
    images[:, 0, 0, 0] = np.arange(count)
    return Dataset.of("numbers", images, np.arange(count) % 10)


def numbers_in(dataset: Dataset) -> list[int]:
    return [int(number) for number in dataset.images[:, 0, 0, 0]]


def test_images_and_labels_cannot_be_changed() -> None:
    dataset = numbered()
    for array in (dataset.pixels, dataset.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_arrays_given_stay_as_they_were() -> None:
    images, labels = np.zeros((2, 1, 3, 3), np.uint8), np.zeros(2, np.int64)
    dataset = Dataset.of("mine", images, labels)
    images[0] = 9
    labels[0] = 1
    assert np.shares_memory(dataset.images, images)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.int64), r"shape \(N, C, H, W\)"),
        (np.zeros((2, 1, 3, 3), np.float32), np.zeros(2, np.int64), "images must be bytes .* not float32"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.zeros(2, np.int32), "labels must be integers"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.zeros((2, 1), np.int64), "labels must be integers"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.zeros(3, np.int64), "2 images and 3 labels"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.array([0, 10]), "labels from 0 to 10"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.array([-1, 1]), "labels from -1 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(images: NDArray[np.uint8], labels: NDArray[np.int64], message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        Dataset.of("mine", images, labels)


def test_an_empty_data_set_is_one() -> None:
    dataset = numbered(0)
    assert len(dataset) == 0
    assert len(dataset.checksum) == 64


def test_the_checksum_is_of_images_labels_and_classes() -> None:
    base = numbered()
    changed_image = base.pixels.copy()
    changed_image[3, 0, 1, 1] = 1
    changed_label = base.labels.copy()
    changed_label[3] = 9
    others = [
        Dataset.of("x", changed_image, base.labels),
        Dataset.of("x", base.images, changed_label),
        Dataset.of("x", base.images, base.labels, tuple("abcdefghij")),
        Dataset.of("x", base.pixels.reshape(20, 2, 2, 1), base.labels),
        base.subset(np.arange(20)[::-1]),
    ]
    assert len({base.checksum, *(other.checksum for other in others)}) == 6
    assert Dataset.of("another name", base.pixels.copy(), base.labels.copy()).checksum == base.checksum


def test_a_subset_has_what_was_asked_for_in_that_order() -> None:
    subset = numbered().subset([7, 0, 12], "three")
    assert numbers_in(subset) == [7, 0, 12]
    assert subset.labels.tolist() == [7, 0, 2]
    assert subset.name == "three"
    assert numbered().subset([1]).name == "numbers"


@pytest.mark.parametrize(("validation", "count"), [(0, 0), (1, 1), (5, 5), (0.25, 5), (0.0, 0), (19, 19)])
def test_a_split_loses_and_repeats_nothing(validation: float, count: int) -> None:
    train, held_out = numbered().split(validation, np.random.default_rng(0))
    assert len(held_out) == count
    assert sorted(numbers_in(train) + numbers_in(held_out)) == list(range(20))
    assert [number % 10 for number in numbers_in(held_out)] == held_out.labels.tolist()
    assert held_out.name != train.name


def test_a_split_is_by_chance_and_the_chance_is_the_callers() -> None:
    one, same, other = (numbers_in(numbered().split(6, np.random.default_rng(seed))[1]) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert one != list(range(6))


@pytest.mark.parametrize("validation", [-1, 20, 21, 1.0, -0.1])
def test_a_split_that_leaves_nothing_is_refused(validation: float) -> None:
    with pytest.raises(DigitpadError, match="cannot be used for validation"):
        numbered().split(validation, np.random.default_rng(0))


def test_normalising_bytes_and_fractions_is_the_same() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    expected = (levels / 255 - 0.1307) / 0.3081
    for images in (levels, levels / 255, (levels / 255).astype(np.float32)):
        result = normalize(images)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected, atol=1e-6)
    assert (MNIST_MEAN, MNIST_STD) == (0.1307, 0.3081)


def test_normalising_takes_other_statistics_and_leaves_its_input_alone() -> None:
    images = np.full((1, 1, 2, 2), 0.75, np.float32)
    np.testing.assert_allclose(normalize(images, mean=0.5, std=0.125), 2.0)
    assert (images == 0.75).all()
